"""How far a what-if has come with some accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass
class Book:
    """Accounts that are measured, and how far that has come; `refused` says why nothing can be said of one."""

    ids: list[int]
    currency: dict[int, str] = field(default_factory=dict)
    begins: dict[int, date] = field(default_factory=dict)
    since: dict[int, date] = field(default_factory=dict)
    after: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    before: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def measured(self) -> list[int]:
        """Those of which something can be said, in the order of their keys."""
        return sorted(one for one in self.since if one not in self.refused)

    def refuse(self, accounts: Iterable[int], reason: str) -> None:
        """The first reason stays."""
        for one in accounts:
            self.refused.setdefault(one, reason)
