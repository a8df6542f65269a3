"""What the back office asks of the nights: run one, pause it, hold an account back, use the value of the day before.

A row is the order, workers do the rest. Every decision is written down with its reason and stands in the night's seal.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.broker.feed.models import NavDaily
from accounts.broker.feed.night import NO_NAV
from accounts.ground.access.context import current_alias, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import BY_OFFICE, LET_IN_BY_OFFICE, answer, hold_account
from accounts.ground.runs.models import DecisionKind, Hold, NightDecision, Run, RunStage, RunState, Seal
from accounts.ground.tree.models import Account
from fees.schedules.queries import night_barrier
from portal import nightly, tasks
from portal.lib.business_days import DayOutsideCalendar
from portal.lib.words import gettext_noop

ACCRUE = "accrue"
LONGEST_REASON = 300
HELD_TITLE = gettext_noop("The back office holds the account back")
CARRIED = gettext_noop("The value of the day before is used")


class DecisionRefused(ValueError):
    """Why a night cannot be told so, in words."""


def run_night(*, day: date, at: datetime) -> Run:
    """Order the night of a day, or a held one once more, and wake the workers.

    Raises nightly.NightRefused, with the reason in words, for a day that may not be run.
    """
    with transaction.atomic(using=current_alias.get()):
        run = nightly.request(day, at=at)
        nightly.request_again(run, at=at)
        transaction.on_commit(tasks.wake, using=current_alias.get(), robust=True)
    return run


def pause_night(*, day: date, reason: str, by: int, at: datetime) -> None:
    """Let the workers stop at their next statement and undo the chunk they are at; later nights wait too."""
    said = _reason(reason)
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        run = _locked(day)
        if run.paused_at:
            raise DecisionRefused(_("The night is paused already."))
        _refuse_sealed(run)
        Run.unscoped.filter(pk=run.pk).update(paused_at=at)
        _write(kind=DecisionKind.PAUSE, day=day, night=day, reason=said, by=by, at=at)


def resume_night(*, day: date, reason: str, by: int, at: datetime) -> None:
    """Let a paused night go on from where it stands."""
    said = _reason(reason)
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        run = _locked(day)
        if not run.paused_at:
            raise DecisionRefused(_("The night is not paused."))
        _refuse_sealed(run)
        Run.unscoped.filter(pk=run.pk).update(paused_at=None)
        nightly.request_again(run, at=at)
        _write(kind=DecisionKind.RESUME, day=day, night=day, reason=said, by=by, at=at)
        transaction.on_commit(tasks.wake, using=current_alias.get(), robust=True)


def hold_back(*, account: Account, day: date, reason: str, by: int, at: datetime) -> Hold:
    """Keep an account out of the night of `day`: nothing of that day is accrued or closed.

    No money of it moves in this night or a later one until somebody lets it in, even if its value comes; what later
    nights accrue waits, too. Only a night that has not begun to accrue.
    """
    said = _reason(reason)
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        if not _is_business(day):
            raise DecisionRefused(_("%(day)s is not a business day; there is nothing to bill.") % {"day": day})
        if not _is_ahead(day):
            raise DecisionRefused(_("The night of %(day)s has gone past this account.") % {"day": day})
        if _held(day).filter(account=account, reason=BY_OFFICE).exists():
            raise DecisionRefused(_("This account is held back already."))
        hold = hold_account(account=account, day=day, stage=ACCRUE, reason=BY_OFFICE, detail=said, title=HELD_TITLE)
        _write(kind=DecisionKind.HOLD, day=day, night=day, reason=said, by=by, at=at, account=account)
    return hold


def let_go(*, hold: Hold, reason: str, by: int, at: datetime) -> None:
    """End what `hold_back` began: before the night accrues at once, afterwards in the next night."""
    said = _reason(reason)
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        found = _held(hold.day).filter(pk=hold.pk, reason=BY_OFFICE, retry_asked_at=None).first()
        if found is None:
            raise DecisionRefused(_("This account is not held back any more."))
        night = _shown_in(hold.day)
        answer(arrived=[(hold.account_id, hold.day)], stage=ACCRUE, at=at, resolution=LET_IN_BY_OFFICE, by_hand=True)
        _write(kind=DecisionKind.RELEASE, day=hold.day, night=night, reason=said, by=by, at=at, account=found.account)


def use_day_before(*, hold: Hold, reason: str, by: int, at: datetime) -> NightDecision:
    """Let the value of the business day before stand for a day whose value has not come.

    The broker's own value replaces it when it comes, and what was billed on it is adjusted. Refused where that day's
    value is itself not the broker's, or where money is known to have moved since.
    """
    said = _reason(reason)
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        waiting = _held(hold.day).select_for_update().filter(pk=hold.pk, reason=NO_NAV, retry_asked_at=None)
        if not waiting.exists():
            raise DecisionRefused(_("This account does not wait for a value any more."))
        before = calendar().previous(hold.day)
        value = _value_of(hold.account_id, before)
        _refuse_flows(hold.account_id, hold.day)
        with cursor() as cur:
            cur.execute("SELECT broker_carry_value(%s, %s, %s)", [hold.account_id, hold.day, before])
        night = _shown_in(hold.day)
        answer(arrived=[(hold.account_id, hold.day)], stage=ACCRUE, at=at, resolution=CARRIED)
        return _write(
            kind=DecisionKind.CARRY,
            day=hold.day,
            night=night,
            reason=said,
            by=by,
            at=at,
            account=hold.account,
            value=value.nlv,
            value_of=before,
        )


def _value_of(account_id: int, before: date) -> NavDaily:
    value = NavDaily.unscoped.filter(account_id=account_id, nav_date=before).first()
    if value is None:
        raise DecisionRefused(_("There is no value of %(day)s either.") % {"day": before})
    carried = NightDecision.unscoped.filter(account_id=account_id, day=before, kind=DecisionKind.CARRY)
    if value.file_id is None and carried.exists():
        raise DecisionRefused(
            _("The value of %(day)s was itself carried over; a second day needs the broker's.") % {"day": before}
        )
    return value


def _refuse_flows(account_id: int, day: date) -> None:
    """A known deposit or withdrawal makes the value of the day before wrong."""
    with cursor() as cur:
        cur.execute(
            "SELECT EXISTS (SELECT 1 FROM broker_cashline WHERE account_id = %(a)s AND flow_on = %(day)s)"
            " OR EXISTS (SELECT 1 FROM broker_positiontransfer WHERE account_id = %(a)s AND flow_on = %(day)s)",
            {"a": account_id, "day": day},
        )
        if cur.fetchone()[0]:
            raise DecisionRefused(_("Money or positions moved on that day, so its value must come from the broker."))


def _reason(reason: str) -> str:
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise DecisionRefused(_("Say why; it stands in the seal of the night."))
    return said


def _locked(day: date) -> Run:
    run = Run.unscoped.select_for_update().filter(day=day).first()
    if run is None:
        raise DecisionRefused(_("There is no night of %(day)s.") % {"day": day})
    return run


def _refuse_sealed(run: Run) -> None:
    """What is decided about a night stands in its seal, which is written once."""
    if run.state == RunState.DONE or Seal.unscoped.filter(day=run.day).exists():
        raise DecisionRefused(_("The day is sealed; nothing can be decided about it any more."))


def _held(day: date):  # type: ignore[no-untyped-def]
    return Hold.unscoped.filter(day=day, stage=ACCRUE, resolved_at=None)


def _is_business(day: date) -> bool:
    try:
        return calendar().is_business_day(day)
    except DayOutsideCalendar:
        return False


def _is_ahead(day: date) -> bool:
    """Whether the night of a day has not begun to accrue; while the barrier is held it will not."""
    stage = RunStage.unscoped.filter(run__day=day, name=ACCRUE).first()
    if stage is not None:
        return stage.state == RunState.WAITING
    return not Run.unscoped.filter(day__gt=day).exists()


def _shown_in(day: date) -> date:
    """The night whose seal shows what is decided now about `day`: its own, or the one that will make up for it."""
    if _is_ahead(day):
        return day
    last = Run.unscoped.order_by("-day").values_list("day", flat=True)[0]
    return last if _is_ahead(last) else calendar().next(last)


def _write(
    *,
    kind: DecisionKind,
    day: date,
    night: date,
    reason: str,
    by: int,
    at: datetime,
    account: Account | None = None,
    **more: object,
) -> NightDecision:
    firm = account.firm_id if account else None
    return NightDecision.unscoped.create(
        firm_id=firm, account=account, kind=kind, day=day, night=night, reason=reason, user_id=by, at=at, **more
    )
