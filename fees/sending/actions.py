"""What sending, changing and withdrawing invoices and reimbursements have in common: one barrier against the night, one
business day, one way to change a line that waits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

from django.db import transaction

from accounts.ground.access import locks
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.scope import scope
from accounts.ground.assignments.actions import as_payee
from accounts.ground.assignments.queries import accepted
from accounts.ground.assignments.rules import AssignmentProblem
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account
from fees.billing.queries import locked_months, threshold_of
from fees.sending.models import SentLine, State
from fees.sending.queries import clock, invoiced_through
from fees.sending.rules import NOT_THE_SENDER, Asked, Verdict, business_day_of, cut_off_of
from portal.lib.words import Sentence, gettext_noop

# Between sending (shared) and the moment a night takes the lines of its day (alone).
_BARRIER = crc32(b"fees: invoices against the night")

Line = TypeVar("Line", bound=SentLine)


class LineRefused(ValueError):
    """What was asked of a line cannot be done; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.msgid % sentence.params)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Line]):
    """What differs between lines of two kinds.

    `judge` checks rows anew: (who, rows, accounts by number, business day, without=keys of lines that do not count)
    to a verdict a row; `ended`, `too_late` (with the day) and `locked` are sentences of what nobody may change.
    """

    model: type[Line]
    refused: type[LineRefused]
    judge: Callable[..., list[Verdict]]
    ended: str
    too_late: str
    locked: Callable[[date], Sentence]


def hold_sending(firm_id: int | None) -> None:
    """Until the transaction ends nobody else sends, changes or ends invoices of the firm, and no night takes any."""
    barrier(alone=False)
    one_at_a_time(f"invoices of firm {firm_id}")


def barrier(*, alone: bool) -> None:
    """Hold the barrier between senders and the night until the transaction ends."""
    locks.barrier(_BARRIER, alone=alone)


def counts_for(stamp: datetime) -> date:
    """The business day of what is sent at that instant: the next one where a night has taken the day already."""
    days = calendar()
    day = business_day_of(stamp, days)
    taken = invoiced_through()
    return days.next(taken) if taken is not None and taken >= day else day


def accounts_of(who: Who, rows: Sequence[Asked]) -> dict[str, Account]:
    """The accounts of the rows that this person may set fees for, by number."""
    numbers = {row.account.strip().upper() for row in rows}
    return {one.number: one for one in scope(who, Account, "set_fees").filter(number__in=numbers)}


@contextmanager
def as_its_payee(who: Who, line: Any, refused: Callable[[Sentence], Exception]) -> Iterator[Who]:
    """What is payable to a money manager is changed as that payee, while the account is assigned to it; `refused` makes
    what is raised where it is not."""
    account_id = line.account_id
    if line.practice_id == who.practice_id:
        yield who
        return
    msgid = gettext_noop("The account is not assigned to this money manager any more.")
    manager = accepted([account_id]).get(account_id)
    if manager is None or manager.practice_id != line.practice_id:
        raise refused(Sentence(msgid, {}))
    try:
        with as_payee(who, [account_id], manager) as payee:
            yield payee
    except AssignmentProblem as problem:
        raise refused(Sentence(msgid, {})) from problem


def change_line(kind: Kind[Line], *, who: Who, line: Line, amount: str, memo: str, at: datetime | None = None) -> Line:
    """Give a waiting line another amount or memo, with all checks again.  The kind's refusal says why not."""
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        stamp = at or clock()
        # A money manager has no rules of its own, and as that payee one does not read the practice's.
        above, is_locked = threshold_of(who.practice_id, line.business_day), is_closed(who, line)
        with as_its_payee(who, line, kind.refused) as payee:
            held = _still_open(kind, line, stamp, is_locked)
            asked = Asked(1, held.account.number, amount, memo)
            accounts = accounts_of(payee, [asked])
            [verdict] = kind.judge(payee, [asked], accounts, held.business_day, without=[str(held.pk)])
            if verdict.sentence is not None or verdict.amount is None:
                raise kind.refused(verdict.sentence or Sentence(gettext_noop("The amount is missing."), {}))
            words, held.changed_at = memo.strip(), stamp
            if (held.amount, held.memo) == (verdict.amount, words):
                held.save(update_fields=["changed_at"])
                return held
            # What was approved is the amount with its memo.
            held.memo, held.approved_at, held.approved_by = words, None, None
            if held.amount != verdict.amount:
                held.amount = verdict.amount
                held.needs_approval = above is not None and held.amount >= above
                # Who sent it may not approve it, and neither may who chose its amount: they stay one person.
                if held.needs_approval and held.submitted_by_id != who.user_id:
                    raise kind.refused(Sentence(NOT_THE_SENDER, {}))
            held.save(update_fields=["amount", "memo", "changed_at", "needs_approval", "approved_at", "approved_by"])
            return held


def cancel_line(kind: Kind[Line], *, who: Who, line: Line, at: datetime | None = None) -> Line:
    """Withdraw a waiting line until its cut-off; what it took of its limit is free again."""
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        stamp = at or clock()
        is_locked = is_closed(who, line)
        with as_its_payee(who, line, kind.refused):
            held = _still_open(kind, line, stamp, is_locked)
            held.state, held.changed_at = State.CANCELLED, stamp
            held.save(update_fields=["state", "changed_at"])
            return held


def is_closed(who: Who, line: SentLine) -> bool:
    """Whether the practice has closed the month that the line counts for; asked before its payee is entered."""
    return bool(locked_months(who.practice_id, [line.business_day]))


def _still_open(kind: Kind[Line], line: Line, stamp: datetime, is_locked: bool) -> Line:
    """The line, locked, if it can still be changed."""
    rows = kind.model.unscoped.select_for_update(of=("self",)).select_related("account")
    held = rows.get(pk=line.pk)
    if held.state != State.PENDING:
        raise kind.refused(Sentence(kind.ended, {}))
    taken = invoiced_through()
    if stamp >= cut_off_of(held.business_day) or (taken is not None and taken >= held.business_day):
        raise kind.refused(Sentence(kind.too_late, {"day": held.business_day}))
    if is_locked:
        raise kind.refused(kind.locked(held.business_day))
    return held
