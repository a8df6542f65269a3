"""What a stage of the night hands back: written to its row in the transaction that did the work."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StageResult:
    """A stage done in one piece. A `problem` keeps it held: what it wrote stays, and it runs again when asked."""

    rows: int = 0
    figures: dict[str, object] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """One range of accounts done: lines written, their sum, and a digest where money moved."""

    rows: int = 0
    total: Decimal = Decimal(0)
    digest: str = ""
