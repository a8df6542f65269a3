"""Announcing a corporate action that asks for a choice, withdrawing it, and choosing for an entitled account."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Func, Max, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.broker.corporate.models import LEAST_OPTIONS, MOST_OPTIONS, Entitlement, VoluntaryAction
from accounts.broker.corporate.queries import announcement, entitled
from accounts.broker.holdings.models import Position
from accounts.broker.lots.locking import check_trades
from accounts.ground.access.context import Who, current_alias
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Status
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

KEY = "election:"
# Holders of contracts for difference are told of an action and cannot choose; neither can who is short.
ENTITLED_ASSETS = ("STK", "FUND", "BOND", "BILL", "")


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


def announce(*, said: Announcement, by: int, at: datetime) -> VoluntaryAction:
    """Write an announcement down, find who is entitled by the last statements up to its day, and tell their practices.

    Runs under the back office's login.
    """
    if not LEAST_OPTIONS <= len(said.options) <= MOST_OPTIONS or len(set(said.options)) != len(said.options):
        raise ElectionProblem(_("An election has two to six different options."))
    if not 0 <= said.default < len(said.options):
        raise ElectionProblem(_("The default is one of the options."))
    if said.deadline <= at:
        raise ElectionProblem(_("The deadline is over already."))
    with transaction.atomic(using=current_alias.get()):
        held = _holders(said)
        if not held:
            raise ElectionProblem(_("No account of this firm held it on that day."))
        made = VoluntaryAction.unscoped.create(
            **{**said.__dict__, "options": list(said.options)}, announced_by=by, announced_at=at
        )
        Entitlement.unscoped.bulk_create(
            Entitlement(firm_id=said.firm_id, account=account, action=made, quantity=quantity)
            for account, quantity in held
        )
        practices = {account.practice_id: account for account, _quantity in held}
        notify_many(
            news=[
                News(said.firm_id, practice, None, f"{KEY}{made.pk}", f"{made.title}\n\n{made.terms}")
                for practice in practices
            ],
            kind=NotificationKind.CORPORATE_ACTION,
            title=gettext_noop("A corporate action asks for a choice"),
            day=exchange_day(at),
        )
    return made


def _holders(said: Announcement) -> list[tuple[Account, object]]:
    """Open accounts with how much they held; lots are never added to their summary."""
    rows = Position.unscoped.filter(account__firm_id=said.firm_id, asset__in=ENTITLED_ASSETS)
    rows = rows.filter(conid=said.conid) if said.conid is not None else rows.filter(symbol=said.symbol)
    day = rows.filter(day__lte=said.held_on).aggregate(last=Max("day"))["last"]
    held = rows.filter(day=day, level=Position.SUMMARY).order_by().values("account_id").annotate(many=Sum("quantity"))
    many = {row["account_id"]: row["many"] for row in held if row["many"] > 0}
    accounts = Account.unscoped.filter(pk__in=many, status=Status.OPEN).order_by("pk")
    return [(account, many[account.pk]) for account in accounts]


def withdraw(*, pk: UUID, at: datetime) -> bool:
    """Take an announcement back; choices stay readable and count no more."""
    return bool(VoluntaryAction.unscoped.filter(pk=pk, withdrawn_at=None).update(withdrawn_at=at))


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
            raise ElectionClosed(_("This election is closed; what was chosen before stands."))
        row.choice = mine.choice
        if mine.choice == choice:
            return row
        Entitlement.unscoped.filter(pk=row.pk).update(choice=choice, chosen_by=who.user_id, chosen_at=at)
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
