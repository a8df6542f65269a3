"""Which posting a fee line of a statement confirms. Pure: the same lines and postings always pair the same way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class FeeLine(NamedTuple):
    """A line "Advisor Fees" of a statement; what the client pays is negative."""

    id: int
    account_id: int
    currency: str
    amount: Decimal
    day: date
    text: str


class Posting(NamedTuple):
    """One of our movements on a client's cash book, signed as the line would be."""

    id: UUID
    source: UUID | None
    account_id: int
    currency: str
    amount: Decimal
    day: date

    def is_named_in(self, text: str) -> bool:
        """Whether a text carries our id, with or without hyphens and in any case."""
        plain = text.replace("-", "").lower()
        return any(one is not None and one.hex in plain for one in (self.id, self.source))


def pairs(lines: Iterable[FeeLine], postings: Iterable[Posting]) -> list[tuple[FeeLine, Posting]]:
    """Exact account, currency and amount; by our id where the line carries it, else the oldest posting first.

    A line cannot confirm what was posted after it.
    """
    waiting: dict[tuple[int, str, Decimal], list[Posting]] = defaultdict(list)
    for posting in sorted(postings, key=lambda one: (one.day, one.id)):
        waiting[posting.account_id, posting.currency, posting.amount].append(posting)
    found: list[tuple[FeeLine, Posting]] = []
    unnamed: list[FeeLine] = []
    for line in sorted(lines, key=lambda one: (one.day, one.id)):
        open_postings = waiting.get((line.account_id, line.currency, line.amount), [])
        named = next((one for one in open_postings if line.text and one.is_named_in(line.text)), None)
        if named is None:
            unnamed.append(line)
        else:
            open_postings.remove(named)
            found.append((line, named))
    return found + _by_age(unnamed, waiting)


def _by_age(
    lines: Sequence[FeeLine], waiting: dict[tuple[int, str, Decimal], list[Posting]]
) -> list[tuple[FeeLine, Posting]]:
    found = []
    for line in lines:
        open_postings = waiting.get((line.account_id, line.currency, line.amount), [])
        if open_postings and open_postings[0].day <= line.day:
            found.append((line, open_postings.pop(0)))
    return found
