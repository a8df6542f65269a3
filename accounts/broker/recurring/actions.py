"""Setting up money that moves again and again, pausing it, and ending it. Raises FundingProblem in words."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.broker.funding.actions import USED_KEY
from accounts.broker.funding.checking import Asked, check_amount, check_ends, check_method
from accounts.broker.funding.models import FundingKind, FundingMethod, SavedBank
from accounts.broker.funding.queries import usable_banks
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.broker.recurring.models import RecurringInstruction, State
from accounts.broker.recurring.queries import instruction_for, instructions_of
from accounts.broker.recurring.rules import EARLIEST, asked_on, first_open, nth
from accounts.ground.access.context import Who, current_alias
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

FURTHEST_YEARS = 50


@dataclass(frozen=True)
class Wanted:
    """What is to be asked for each time, and when. `key` makes asking twice one instruction."""

    name: str
    kind: str
    method: str
    amount: Decimal
    currency: str
    every: str
    starts_on: date
    key: UUID
    ends_on: date | None = None
    bank: SavedBank | None = None
    counter: Account | None = None

    def asked(self, key: UUID) -> Asked:
        """One time of it, as it is asked for."""
        return Asked(self.kind, self.currency, key, self.amount, self.method, self.bank, self.counter)


def set_up(*, who: Who, account: Account, wanted: Wanted, factor: str, at: datetime) -> RecurringInstruction:
    """Have it asked for on each of its days. Every rule, limit and hold is asked then, of that day."""
    if (repeated := _repeated(who, account, wanted)) is not None:
        return repeated
    _check(who, account, wanted, exchange_day(at))
    try:
        with transaction.atomic(using=current_alias.get()):
            return RecurringInstruction.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                next_on=wanted.starts_on,
                is_by_advisor=who.is_advisor,
                factor=factor,
                asked_by=who.user_id,
                seat=who.seat_id,
                asked_at=at,
                **vars(wanted),
            )
    except IntegrityError as problem:
        if "recurring_asked_once" not in str(problem):
            raise
        # Two clicks at once: the second finds the first one's.
        repeated = _repeated(who, account, wanted)
        if repeated is None:
            raise FundingConflict(USED_KEY) from problem
        return repeated


def pause(*, who: Who, found: RecurringInstruction) -> RecurringInstruction:
    """Nothing is asked for until it goes on."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.state != State.ACTIVE:
            raise FundingConflict(gettext_noop("It is not active."))
        held.state = State.PAUSED
        held.save(update_fields=["state"])
        return held


def resume(*, who: Who, found: RecurringInstruction, at: datetime) -> RecurringInstruction:
    """Go on with the next day that has not passed; what fell into the pause is not made up for."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.state != State.PAUSED:
            raise FundingConflict(gettext_noop("It is not paused."))
        due_on = max(held.next_on, first_open(held.starts_on, held.every, exchange_day(at), calendar()))
        if held.ends_on and due_on > held.ends_on:
            raise FundingConflict(gettext_noop("Its last day has passed; set up another one."))
        held.state, held.next_on = State.ACTIVE, due_on
        held.save(update_fields=["state", "next_on"])
        return held


def end(*, who: Who, found: RecurringInstruction, at: datetime) -> RecurringInstruction:
    """Nothing is asked for any more; what was asked for before goes its own way."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.state == State.ENDED:
            raise FundingConflict(gettext_noop("It has ended already."))
        held.state, held.ended_at = State.ENDED, at
        held.save(update_fields=["state", "ended_at"])
        return held


def end_for_move(*, account: Account, at: datetime) -> None:
    """With another advisor it is set up anew, by who has the say there."""
    rows = RecurringInstruction.unscoped.filter(Q(account=account) | Q(counter=account)).exclude(state=State.ENDED)
    rows.update(state=State.ENDED, ended_at=at, reason=gettext_noop("The account has another advisor now."))


def _check(who: Who, account: Account, wanted: Wanted, day: date) -> None:
    asked = wanted.asked(wanted.key)
    if wanted.kind == FundingKind.INTERNAL:
        check_ends(who, account, asked)
    else:
        check_method(asked)
        check_ends(who, account, asked)
    check_amount(wanted.amount, wanted.currency)
    if wanted.kind == FundingKind.WITHDRAWAL and wanted.method != FundingMethod.CHECK:
        usable = usable_banks(who, account).filter(method=wanted.method)
        if wanted.bank is None or not usable.filter(pk=wanted.bank.pk).exists():
            raise FundingProblem(gettext_noop("Choose a saved bank instruction of this method."))
    if wanted.ends_on and wanted.ends_on < wanted.starts_on:
        raise FundingProblem(gettext_noop("The last day is before the first one."))
    if max(wanted.starts_on, wanted.ends_on or day) > nth(day, "year", FURTHEST_YEARS):
        raise FundingProblem(gettext_noop("Choose a day within %(years)s years."), years=FURTHEST_YEARS)
    # Years ahead nobody knows the holidays yet, and nothing has passed.
    if wanted.starts_on <= day + EARLIEST and asked_on(wanted.starts_on, calendar()) < day:
        raise FundingProblem(gettext_noop("It would first be due on a business day that has passed; begin later."))


def _repeated(who: Who, account: Account, wanted: Wanted) -> RecurringInstruction | None:
    found = instructions_of(who).filter(asked_by=who.user_id, key=wanted.key).first()
    if found is None:
        return None
    if found.account_id != account.pk or any(getattr(found, name) != value for name, value in vars(wanted).items()):
        raise FundingConflict(USED_KEY)
    return found


def _held(who: Who, found: RecurringInstruction) -> RecurringInstruction:
    """The instruction as it stands now, locked against the clock; only for who may end it."""
    rows = instructions_of(who).select_for_update(of=("self",)).filter(pk=found.pk)
    held = rows.first() or instruction_for(who, found.pk)
    if who.is_advisor and not held.is_by_advisor:
        raise FundingConflict(gettext_noop("Your client has set this up; only the client changes it."))
    return held
