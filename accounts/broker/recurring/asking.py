"""By the clock: what is due is asked for in the name of whoever set it up, as they would ask for it that day.

First the request, in its asker's own transaction under a key that is made of the instruction and the due day; then what
became of it. Killed between the two, the next look finds the same request by its key; run twice, nothing changes.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy

from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingKind, FundingRequest
from accounts.broker.funding.queries import requests_of, to_fund
from accounts.broker.funding.rules import FundingLater, FundingProblem
from accounts.broker.recurring.models import RecurringInstruction, RecurringTurn, State
from accounts.broker.recurring.queries import instructions_of
from accounts.broker.recurring.rules import EARLIEST, asked_on, next_after
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.access.scope import NotAllowed
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.actions import owe_people
from accounts.ground.stepup.limits import weaker
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

# What nobody could ask for within so many days of its business day is not made up for behind people's backs.
LATEST = timedelta(days=7)

SUBJECT = gettext_lazy("A recurring movement of money was not asked for")
TEXT = gettext_lazy("On %(day)s nothing was asked for by “%(name)s” for account %(number)s. Read why on its page.")


def ask_due(*, at: datetime) -> int:
    """Ask for every turn whose business day has come; how many turns were settled, asked for or not.

    What goes wrong with one stops no other; it is raised when all have had their turn, and tried again the next time.
    """
    day, settled = exchange_day(at), 0
    failed: list[Exception] = []
    with as_role("office"):
        rows = RecurringInstruction.unscoped.filter(state=State.ACTIVE, next_on__lte=day + EARLIEST)
        waiting = list(rows.order_by("next_on", "pk").values_list("pk", flat=True))
    for pk in waiting:
        try:
            while _settle_next(pk, day, at):
                settled += 1
        except Exception as problem:
            failed.append(problem)
    if failed:
        raise ExceptionGroup("recurring movements that could not be settled", failed)
    return settled


def key_of(instruction: UUID, due_on: date) -> UUID:
    """The key of the request of one turn."""
    return uuid5(instruction, due_on.isoformat())


def _settle_next(pk: UUID, day: date, at: datetime) -> bool:
    """Ask for the next turn of an instruction and write down what became of it; whether there was one to settle."""
    with as_role("office"):
        found = RecurringInstruction.unscoped.select_related("account").get(pk=pk)
        if found.state != State.ACTIVE:
            return False
        due_on = found.next_on
        # Within so few days of today the calendar has always been told.
        asks_on = asked_on(due_on, calendar()) if due_on <= day + EARLIEST else None
    if asks_on is None or asks_on > day:
        return False
    request, problem, ends = None, None, False
    if day > asks_on + LATEST:
        problem = Sentence(gettext_noop("Nobody could ask for it in time."), {})
    else:
        try:
            request = _ask(found, due_on, at)
            if request is None:
                return False
        except FundingLater:
            # No outcome: the next look asks again, until it is too late.
            return False
        except FundingProblem as refused:
            problem = refused.sentence
        except (Http404, NotAllowed):
            ends = True
            problem = Sentence(gettext_noop("Whoever set it up may not move money of this account any more."), {})
    _write_down(found, due_on, day, request, problem, ends=ends, at=at)
    return not ends


def _ask(found: RecurringInstruction, due_on: date, at: datetime) -> FundingRequest | None:
    """The turn's request; None where somebody has just paused or ended it."""
    with acting(found.asked_by, seat_id=found.seat) as who:
        if who is None:
            raise Http404
        key = key_of(found.pk, due_on)
        before = requests_of(who).filter(asked_by=who.user_id, key=key).first()
        if before is not None:
            return before
        # Locked, so that whoever pauses it does so before or after.
        rows = instructions_of(who).select_for_update(of=("self",)).filter(pk=found.pk)
        held = rows.first()
        if held is None:
            raise Http404
        if held.state != State.ACTIVE or held.next_on != due_on:
            return None
        return _asked(who, held, key, at)


def _asked(who: Who, held: RecurringInstruction, key: UUID, at: datetime) -> FundingRequest:
    said = Asked(held.kind, held.currency, key, held.amount, held.method, held.bank, held.counter)
    if held.kind == FundingKind.DEPOSIT:
        account = to_fund(who, held.account.number)
        return actions.notify_deposit(who=who, account=account, asked=said, at=at)
    # A device that is gone since confirms nothing more, and one that came since was not there to confirm it.
    factor = weaker(held.factor, import_string(settings.STEP_UP_BEST)(who.user_id, at))
    if held.kind == FundingKind.INTERNAL:
        assert held.counter is not None, "a check constraint says so"
        payer, _payee = actions.ends_of(who, held.account.number, held.counter.number)
        return actions.move(who=who, payer=payer, asked=said, factor=factor, at=at)
    account = to_fund(who, held.account.number)
    return actions.withdraw(who=who, account=account, asked=said, factor=factor, at=at)


def _write_down(
    found: RecurringInstruction,
    due_on: date,
    day: date,
    request: FundingRequest | None,
    problem: Sentence | None,
    *,
    ends: bool,
    at: datetime,
) -> None:
    with as_role("office"), transaction.atomic(using="office"):
        of_account = {"firm_id": found.firm_id, "practice_id": found.practice_id, "account_id": found.account_id}
        RecurringTurn.unscoped.get_or_create(
            instruction=found,
            due_on=due_on,
            defaults={
                **of_account,
                "asked_on": day,
                "request": request,
                "problem": problem.msgid if problem else "",
                "said": {name: str(value) for name, value in problem.params.items()} if problem else {},
            },
        )
        next_on = next_after(found.starts_on, found.every, due_on)
        fields: dict[str, object] = {"next_on": next_on}
        if ends or (found.ends_on and next_on > found.ends_on):
            fields |= {"state": State.ENDED, "ended_at": at, "reason": problem.msgid if ends and problem else ""}
        rows = RecurringInstruction.unscoped.filter(pk=found.pk, next_on=due_on)
        if not rows.exclude(state=State.ENDED).update(**fields):
            rows.update(next_on=next_on)
        if problem:
            _tell(found, day)


def _tell(found: RecurringInstruction, day: date) -> None:
    owe_people(
        users=[found.asked_by],
        subject=SUBJECT,
        text=TEXT,
        said={"day": day.isoformat(), "name": found.name, "number": found.account.number},
        path=reverse("transfer:recurring_one", args=[found.pk]),
        natural_key=f"recurring {found.pk} {found.next_on}",
        firm_id=found.firm_id,
    )
