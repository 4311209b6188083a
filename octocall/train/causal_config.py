"""What the fine-tuning of a language model is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class CausalConfig:
    """Settings of a run; every field is a flag of ``octocall train --base``. Defaults are those of Octopus v2 (arXiv 2404.01744, section 3)."""

    method: str = field(default="full", metadata={"help": "full: all weights; lora: low-rank updates and the rows of the new tokens"})
    epochs: int = field(default=3, metadata={"help": "Times that every row is seen"})
    batch_size: int = field(default=8, metadata={"help": "Rows of a step, of all processes together"})
    learning_rate: float = field(default=5e-5, metadata={"help": "Highest rate; it falls to zero along a line"})
    warmup: int = field(default=10, metadata={"help": "Steps until the rate is highest"})
    weight_decay: float = field(default=0.01, metadata={"help": "Decay of the weights (AdamW)"})
    token_weight: float = field(default=1.0, metadata={"help": "Weight of functional tokens in the loss; of other tokens it is 1"})
    description: bool = field(default=True, metadata={"help": "Whether the documentation of the functions follows the end marker in what is learned"})
    rank: int = field(default=16, metadata={"help": "Rank of the low-rank updates"})
    alpha: int = field(default=32, metadata={"help": "Scale of the low-rank updates, over the rank"})
    codec: str = field(default="functional", metadata={"help": "functional: a token for every function (v2); pythonic: functions in the prompt (v1)"})
    escapes: bool = field(default=True, metadata={"help": "Whether quotes in texts are escaped; the published models escape none"})
    rows_per_function: int = field(default=0, metadata={"help": "Train on at most so many rows of each function; 0 for all"})
    max_tokens: int = field(default=1024, metadata={"help": "Longer rows are left out"})
    precision: str = field(default="auto", metadata={"help": "auto, float32 or bfloat16; auto is bfloat16 on a GPU"})
    checkpointing: bool = field(default=False, metadata={"help": "Whether activations are computed twice, to need less memory"})
    shard: bool = field(default=False, metadata={"help": "Whether weights are shared out among the processes (FSDP); start them with accelerate launch"})
    seed: int = field(default=0, metadata={"help": "Seed of the order of rows, and of new weights"})
    evaluate_every: int = field(default=500, metadata={"help": "Steps between measurements on held-out rows"})
    checkpoint_every: int = field(default=500, metadata={"help": "Steps between checkpoints"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no run can have."""
        for name in ("epochs", "batch_size", "rank", "alpha", "max_tokens", "evaluate_every", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; at least 1 is expected")
        for name, known in (("method", ("full", "lora")), ("precision", ("auto", "float32", "bfloat16")), ("codec", ("functional", "pythonic"))):
            if getattr(self, name) not in known:
                raise OctocallError(f"{name} = {getattr(self, name)!r} was given; {' or '.join(known)} is expected")
        if self.token_weight <= 0:
            raise OctocallError(f"token_weight = {self.token_weight} was given; more than 0 is expected")
