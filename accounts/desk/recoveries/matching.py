"""Which line of a statement shows which posting of class action recovery. Pure: the same always pair the same way."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

# The broker pays when the administrator has, or some weeks later; a day or two before it where the office is told late.
BEFORE, AFTER = timedelta(days=7), timedelta(days=90)
SPEAKS = "class action"


class Line(NamedTuple):
    """A line of a statement that moves money; what leaves is negative."""

    id: int
    account: int
    currency: str
    amount: Decimal
    day: date
    text: str


class Posting(NamedTuple):
    """A posting without its line: `moved` is what the account's cash gains by it."""

    id: UUID
    account: int
    currency: str
    moved: Decimal
    paid_on: date
    reference: str


def names(text: str, reference: str) -> bool:
    """Whether a line names the claim: its number as a word of its own, in any case."""
    return bool(re.search(rf"(?<![^\W_]){re.escape(reference)}(?![^\W_])", text, re.IGNORECASE))


def pairs(lines: Iterable[Line], postings: Iterable[Posting]) -> list[tuple[Line, Posting]]:
    """Each posting with the first line of its account, currency and amount around its day that names its claim, or
    else that speaks of a class action and names no other claim. No line twice, the oldest posting first."""
    waiting = sorted(postings, key=lambda one: (one.paid_on, one.id))
    free = sorted(lines, key=lambda one: (one.day, one.id))
    claims = {(one.account, one.reference) for one in waiting}
    found: list[tuple[Line, Posting]] = []

    def take(fits: Callable[[Line, Posting], bool]) -> None:
        for posting in list(waiting):
            line = next((one for one in free if _may_show(one, posting) and fits(one, posting)), None)
            if line is not None:
                free.remove(line)
                waiting.remove(posting)
                found.append((line, posting))

    take(lambda line, posting: names(line.text, posting.reference))
    take(
        lambda line, _posting: (
            SPEAKS in line.text.lower()
            and not any(account == line.account and names(line.text, claim) for account, claim in claims)
        )
    )
    return found


def _may_show(line: Line, posting: Posting) -> bool:
    same = (line.account, line.currency, line.amount) == (posting.account, posting.currency, posting.moved)
    return same and posting.paid_on - BEFORE <= line.day <= posting.paid_on + AFTER
