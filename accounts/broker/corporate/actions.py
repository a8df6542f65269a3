"""Announcing a corporate action that asks for a choice, withdrawing it, and choosing for an entitled account."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Func
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.corporate.holders import REACH, Holder, holders
from accounts.broker.corporate.models import LEAST_OPTIONS, MOST_OPTIONS, Entitlement, VoluntaryAction
from accounts.broker.corporate.queries import announcement, entitled
from accounts.broker.lots.locking import check_trades
from accounts.ground.access.context import Who, current_alias
from accounts.ground.days.queries import calendar
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.trail.actions import record
from portal.lib.business_days import DayOutsideCalendar
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

KEY, WITHDRAWN = "election:", " withdrawn"

CLOSED = gettext_lazy("This election is closed; what was chosen before stands.")


class ElectionProblem(ValueError):
    """What was asked cannot be done, in words."""


class ElectionClosed(ElectionProblem):
    """The deadline has passed, or the action was withdrawn."""


class _Clock(Func):
    """The database's own clock, not the instant at which its transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


@dataclass(frozen=True)
class Announcement:
    """What the back office types in from the issuer's paper."""

    firm_id: int
    kind: str
    symbol: str
    conid: int | None
    title: str
    terms: str
    options: tuple[str, ...]
    default: int
    held_on: date
    deadline: datetime


@dataclass(frozen=True)
class Announced:
    """What was written down, and whose statement of the day is missing: the back office asks the broker about them.

    `earlier` are entitled by a statement that is a few days older, `silent` are not: theirs is too old to go by.
    """

    action: VoluntaryAction
    earlier: list[Holder]
    silent: list[Holder]


def announce(*, said: Announcement, by: int, at: datetime) -> Announced:
    """Write an announcement down, find who is entitled by each account's last statement up to its day, and tell their
    practices.

    Runs under the back office's login.
    """
    if not LEAST_OPTIONS <= len(said.options) <= MOST_OPTIONS or len(set(said.options)) != len(said.options):
        raise ElectionProblem(_("An election has two to six different options."))
    if not 0 <= said.default < len(said.options):
        raise ElectionProblem(_("The default is one of the options."))
    if said.deadline <= at:
        raise ElectionProblem(_("The deadline is over already."))
    last = _statements_of(said.held_on, at)
    with transaction.atomic(using=current_alias.get()):
        shown = holders(firm_id=said.firm_id, symbol=said.symbol, conid=said.conid, held_on=said.held_on)
        held = [one for one in shown if one.day > said.held_on - REACH]
        if not held:
            raise ElectionProblem(_("No account of this firm held it on that day."))
        made = _written(said, by, at)
        Entitlement.unscoped.bulk_create(
            Entitlement(firm_id=said.firm_id, account=one.account, action=made, quantity=one.quantity) for one in held
        )
        practices = dict.fromkeys(one.account.practice_id for one in held)
        notify_many(
            news=[
                News(said.firm_id, practice, None, f"{KEY}{made.pk}", f"{made.title}\n\n{made.terms}")
                for practice in practices
            ],
            kind=NotificationKind.CORPORATE_ACTION,
            title=gettext_noop("A corporate action asks for a choice"),
            day=exchange_day(at),
        )
    return Announced(
        made, [one for one in held if one.day < last], [one for one in shown if one.day <= said.held_on - REACH]
    )


def _statements_of(held_on: date, at: datetime) -> date:
    """The day of the statements that show what was held at the end of a day."""
    if held_on > exchange_day(at):
        raise ElectionProblem(_("Nobody knows yet what is held on that day."))
    try:
        return calendar().on_or_before(held_on)
    except DayOutsideCalendar as problem:
        raise ElectionProblem(_("There are no statements of that day.")) from problem


def _written(said: Announcement, by: int, at: datetime) -> VoluntaryAction:
    """The announcement itself; of two clicks one writes it."""
    row = VoluntaryAction(**{**said.__dict__, "options": list(said.options)}, announced_by=by, announced_at=at)
    try:
        with transaction.atomic(using=current_alias.get()):
            row.save(force_insert=True)
    except IntegrityError as problem:
        if "voluntaryaction_once" not in str(problem):
            raise
        raise ElectionProblem(_("This offer is announced already.")) from problem
    return row


def withdraw(*, pk: UUID, at: datetime) -> bool:
    """Take an announcement back; choices stay readable and count no more, and who has chosen is told so."""
    with transaction.atomic(using=current_alias.get()):
        if not VoluntaryAction.unscoped.filter(pk=pk, withdrawn_at=None).update(withdrawn_at=at):
            return False
        action = VoluntaryAction.unscoped.get(pk=pk)
        chosen = Entitlement.unscoped.filter(action_id=pk, choice__isnull=False).order_by("account__practice_id")
        practices = chosen.values_list("account__practice_id", flat=True).distinct()
        notify_many(
            news=[
                News(action.firm_id, practice, None, f"{KEY}{pk}{WITHDRAWN}", action.title) for practice in practices
            ],
            kind=NotificationKind.CORPORATE_ACTION,
            title=gettext_noop("A corporate action was withdrawn; your choice counts no more"),
            day=exchange_day(at),
        )
    return True


def elect(*, who: Who, pk: UUID, number: str, choice: int, at: datetime) -> Entitlement:
    """Choose an option for an account, or another one until the deadline; the same one again changes nothing."""
    with transaction.atomic(using=current_alias.get()):
        action = announcement(who, pk)
        row = entitled(who, action).filter(account__number=number.upper()).first()
        if row is None:
            raise Http404
        check_trades(who, row.account)
        if not 0 <= choice < len(action.options):
            raise ElectionProblem(_("There is no such option."))
        mine = Entitlement.unscoped.select_for_update().get(pk=row.pk)
        open_now = VoluntaryAction.unscoped.filter(pk=pk, withdrawn_at=None, deadline__gt=_Clock())
        if not open_now.exists():
            raise ElectionClosed(CLOSED)
        row.choice = mine.choice
        if mine.choice == choice:
            return row
        _choose(row, choice, who, at)
        row.choice, row.chosen_at = choice, at
        record(
            account=row.account,
            kind="election",
            title=gettext_noop("Choice in a corporate action"),
            status="elected",
            data={"symbol": action.symbol, "option": action.options[choice], "action": str(action.pk)},
            day=exchange_day(at),
            by=who.user_id,
        )
    return row


def _choose(row: Entitlement, choice: int, who: Who, at: datetime) -> None:
    """The deadline may pass between asking and writing: the trigger has the last word."""
    try:
        with transaction.atomic(using=current_alias.get()):
            Entitlement.unscoped.filter(pk=row.pk).update(choice=choice, chosen_by=who.user_id, chosen_at=at)
    except IntegrityError as problem:
        if "the election is closed" not in str(problem):
            raise
        raise ElectionClosed(CLOSED) from problem
