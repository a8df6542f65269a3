"""The broker's answers to instructions: reference, answer, reason.  Read whole before any row is believed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.broker.funding.closing import accept_funding, funding_requests, reject_funding
from accounts.broker.funding.models import FundingRequest, FundingStatus
from accounts.broker.transmit.models import REJECTED_TITLE, Answer, Instruction
from accounts.broker.transmit.rules import may_follow
from accounts.ground.access.context import current_alias, cursor
from accounts.ground.requests.actions import ask, finish_by_key
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.tree.models import Account
from portal.lib.csvtext import BadCsv, read, unguarded
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

COLUMNS = ("reference", "answer", "reason")
HEADER = ",".join(COLUMNS)
MOST_ROWS = 1_000_000
LISTED = 100
LONGEST_REASON = 300


class Row(NamedTuple):
    """One answer: `reference` is the movement's id in our file."""

    line: int
    reference: UUID
    answer: str
    reason: str


@dataclass
class Taken:
    """What a file of answers came to; `strange` says what was not believed, and why."""

    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    strange: list[dict[str, object]] = field(default_factory=list)
    strange_total: int = 0

    def wonder(self, line: int, reference: object, why: str) -> None:
        self.strange_total += 1
        if len(self.strange) < LISTED:
            self.strange.append({"line": line, "reference": str(reference), "why": why})


def is_answers(head: bytes) -> bool:
    """Whether a file begins as answers do."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(HEADER.encode())


def take_answers(content: bytes, *, at: datetime) -> Taken:
    """Store what the broker answered, as the night; taking a file twice changes nothing. BadCsv refuses it whole.

    An answer is for the latest try of its movement. What is rejected waits for the back office as a pending item.
    """
    rows = list(_rows(content))
    taken = Taken()
    with transaction.atomic(using=current_alias.get()):
        known = _latest([row.reference for row in rows])
        asked = funding_requests([row.reference for row in rows if row.reference not in known])
        for row in rows:
            found = known.get(row.reference)
            if found is None and row.reference in asked:
                _answer_funding(asked[row.reference], row, taken, at)
            elif found is None:
                taken.wonder(row.line, row.reference, gettext_noop("no such instruction was sent"))
            elif found[0].answer == row.answer:
                taken.unchanged += 1
            elif not may_follow(before=found[0].answer, now=row.answer, is_booked=found[1]):
                taken.wonder(row.line, row.reference, gettext_noop("it contradicts what the broker said before"))
            else:
                _answer(found[0], row, at)
                if row.answer == Answer.ACCEPTED:
                    taken.accepted += 1
                else:
                    taken.rejected += 1
    return taken


def _answer_funding(found: FundingRequest, row: Row, taken: Taken, at: datetime) -> None:
    """What the broker says of a movement that somebody asked for; it may reject what it has not booked."""
    before = Answer.REJECTED if found.status == FundingStatus.REJECTED else Answer.ACCEPTED
    if (found.answered_at or found.status == FundingStatus.COMPLETED) and row.answer == before:
        # The line that shows the movement may come before the answer.
        taken.unchanged += 1
    elif found.status != FundingStatus.PROCESSED:
        taken.wonder(row.line, row.reference, gettext_noop("it contradicts what the broker said before"))
    elif row.answer == Answer.ACCEPTED:
        accept_funding(found, at=at)
        taken.accepted += 1
    else:
        reject_funding(found, reason=row.reason, at=at)
        taken.rejected += 1


def _rows(content: bytes) -> Iterator[Row]:
    table = read(content, max_rows=MOST_ROWS + 1)
    if not table or [cell.strip().lower() for cell in table[0].cells[:3]] != list(COLUMNS):
        raise BadCsv(gettext_noop("The file does not begin with reference, answer, reason."))
    for row in table[1:]:
        cells = [*row.cells, "", ""]
        answer = cells[1].strip().lower()
        try:
            reference = UUID(cells[0].strip())
        except ValueError:
            raise BadCsv(gettext_noop("Line %(line)s names no movement."), line=row.line) from None
        if answer not in (Answer.ACCEPTED, Answer.REJECTED):
            raise BadCsv(gettext_noop("Line %(line)s says neither accepted nor rejected."), line=row.line)
        yield Row(row.line, reference, answer, unguarded(cells[2].strip())[:LONGEST_REASON])


def _latest(references: list[UUID]) -> dict[UUID, tuple[Instruction, bool]]:
    """The last try of each movement, locked, and whether a statement has shown it."""
    tries = Instruction.unscoped.select_for_update(of=("self",)).filter(transfer_id__in=references)
    # Locked in the order in which the night locks what it takes back or writes off, so that none waits for the other.
    locked = list(tries.order_by("pk"))
    latest = {one.transfer_id: one for one in sorted(locked, key=lambda one: one.attempt)}
    with cursor() as cur:
        cur.execute(
            "SELECT transfer_id FROM broker_retirement WHERE transfer_id = ANY(%s::uuid[])",
            [[str(one) for one in latest]],
        )
        booked = {one for (one,) in cur.fetchall()}
    return {key: (one, key in booked) for key, one in latest.items()}


def _answer(instruction: Instruction, row: Row, at: datetime) -> None:
    instruction.answer, instruction.answered_at, instruction.answer_words = row.answer, at, row.reason
    instruction.save(update_fields=["answer", "answered_at", "answer_words"])
    if instruction.account_id is None:
        return
    key = key_of(instruction)
    if row.answer == Answer.REJECTED:
        ask(
            account=Account.unscoped.get(pk=instruction.account_id),
            kind=RequestKind.INSTRUCTION,
            status=RequestStatus.AWAITING_BROKER,
            title=REJECTED_TITLE,
            natural_key=key,
            day=exchange_day(at),
            detail={"amount": str(instruction.amount), "currency": instruction.currency, "why": row.reason},
        )
    else:
        finish_by_key(
            firms=[instruction.firm_id],
            kind=RequestKind.INSTRUCTION,
            natural_key=key,
            status=RequestStatus.APPROVED,
            at=at,
        )


def key_of(instruction: Instruction) -> str:
    """The natural key of the pending item of a rejected movement, whichever try it was."""
    return f"instruction:{instruction.transfer_id}"
