"""What a training run is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from octocall.errors import OctocallError


@dataclass(frozen=True)
class TrainConfig:
    """Settings of a run; every field is a flag of ``octocall train``.

    ``precision`` "auto" measures bfloat16 against float32 on this machine and takes the faster:
    on CPUs without AMX or AVX512-BF16 bfloat16 is emulated and many times slower.
    """

    steps: int = 8400
    batch_size: int = 24
    learning_rate: float = 6e-4
    encoder_rate: float = 2e-4
    warmup: int = 300
    weight_decay: float = 0.01
    dropout: float = 0.1
    decoder_layers: int = 2
    decoder_heads: int = 6
    decoder_inner: int = 1024
    max_steps: int = 96
    seed: int = 0
    precision: str = "auto"
    threads: int = 0
    freeze_words: bool = True
    evaluate_every: int = 2100
    checkpoint_every: int = 600

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no run can have."""
        for name in ("steps", "batch_size", "decoder_layers", "decoder_heads", "decoder_inner", "max_steps", "evaluate_every", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; at least 1 is expected")
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise OctocallError(f"precision = {self.precision!r} was given; auto, float32 or bfloat16 is expected")
