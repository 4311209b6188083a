"""What a training run is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class TrainConfig:
    """Settings of a run; every field is a flag of ``octocall train``.

    ``precision`` "auto" measures bfloat16 against float32 on this machine and takes the faster:
    on CPUs without AMX or AVX512-BF16 bfloat16 is emulated and many times slower.
    """

    steps: int = field(default=8400, metadata={"help": "Steps of the optimiser"})
    batch_size: int = field(default=24, metadata={"help": "Rows of a step"})
    learning_rate: float = field(default=6e-4, metadata={"help": "Highest rate of the decoder"})
    encoder_rate: float = field(default=2e-4, metadata={"help": "Highest rate of the pretrained encoder"})
    warmup: int = field(default=300, metadata={"help": "Steps until the rates are highest; then they fall along a cosine"})
    weight_decay: float = field(default=0.01, metadata={"help": "Decay of the weights (AdamW)"})
    dropout: float = field(default=0.1, metadata={"help": "Share of activations dropped, 0 to 1"})
    decoder_layers: int = field(default=2, metadata={"help": "Layers of the decoder"})
    decoder_heads: int = field(default=6, metadata={"help": "Attention heads of the decoder; they must divide the encoder's width"})
    decoder_inner: int = field(default=1024, metadata={"help": "Inner width of the decoder's layers"})
    shared_layers: int = field(default=2, metadata={"help": "Lowest layers of the encoder that stay as they were and read documentation too (open network)"})
    max_steps: int = field(default=96, metadata={"help": "Decisions that the decoder has positions for"})
    seed: int = field(default=0, metadata={"help": "Seed of weights, order of rows and dropout"})
    precision: str = field(default="auto", metadata={"help": "auto, float32 or bfloat16; auto measures and takes the faster"})
    threads: int = field(default=0, metadata={"help": "Threads of the processor; 0 for all"})
    freeze_words: bool = field(default=True, metadata={"help": "Whether the encoder's word table stays as it was"})
    evaluate_every: int = field(default=2100, metadata={"help": "Steps between measurements on held-out rows"})
    checkpoint_every: int = field(default=600, metadata={"help": "Steps between checkpoints"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no run can have."""
        for name in ("steps", "batch_size", "decoder_layers", "decoder_heads", "decoder_inner", "max_steps", "evaluate_every", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; at least 1 is expected")
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise OctocallError(f"precision = {self.precision!r} was given; auto, float32 or bfloat16 is expected")
