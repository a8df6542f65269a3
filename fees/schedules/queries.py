"""Reading schedules: the versions of an account, what is in force on a day, and their terms for the engine."""

from datetime import date
from typing import NamedTuple
from zlib import crc32

from django.db.models import Prefetch, Q, QuerySet

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.locks import barrier, in_turn
from accounts.ground.access.scope import scope
from accounts.ground.days.queries import calendar_of
from accounts.ground.tree.models import Account, Practice
from accounts.ground.tree.queries import with_payee
from fees.engine.types import Terms
from fees.schedules.models import Component, Schedule
from fees.schedules.rules import Figures, ranges_of
from portal.lib.business_days import Calendar

# One advisory lock between agreeing a schedule (shared) and the moment a night begins to accrue (alone).
_BARRIER = crc32(b"fees: schedules against the night")


def versions(who: Who, account: Account) -> QuerySet[Schedule]:
    """Every version ever agreed that `who` may see, newest first."""
    rows = with_payee(scope(who, Schedule).filter(account=account))
    components = Prefetch("components", queryset=scope(who, Component))
    return rows.prefetch_related(components).order_by("practice_id", "-version")


def in_force(who: Who, account: Account, day: date) -> QuerySet[Schedule]:
    """The version of each payee that applies on `day`."""
    return versions(who, account).filter(Q(ends=None) | Q(ends__gt=day), starts__lte=day)


def figures_of(component: Component) -> Figures:
    """A stored component's figures."""
    return Figures(
        method=component.method,
        rate=component.rate,
        flat=component.flat,
        ranges=ranges_of(component.tiers),
        mode=component.mode,  # type: ignore[arg-type]  # the column allows these words only
        more=component.terms,
    )


def terms_of(component: Component) -> Terms:
    """A stored component with its schedule's period, as the engine reads it."""
    schedule = component.schedule
    return figures_of(component).terms(starts=schedule.starts, ends=schedule.ends, component=component.pk)


class Beside(NamedTuple):
    """What other payees of an account have agreed, as far as it concerns this one."""

    bears_commissions: bool
    has_all_in_price: bool


def others_beside(account: Account, practice: Practice, day: date) -> Beside:
    """Of terms that apply on or after `day`; also of payees whose terms the asking person may not read."""
    with cursor() as cur:
        cur.execute(
            "SELECT bears_commissions, has_all_in_price FROM fees_beside(%s, %s, %s)", [account.pk, practice.pk, day]
        )
        return Beside(*cur.fetchone())


def billed_through() -> date | None:
    """The last day whose accruals have begun; no agreement may reach back to it."""
    with cursor() as cur:
        cur.execute("SELECT fees_billed_through()")
        return cur.fetchone()[0]


class Books(NamedTuple):
    """How far the nights have come: billed to a day, closed for one's own firm to another, and the calendar."""

    billed_through: date | None
    sealed: date | None
    days: Calendar


def books() -> Books:
    """All three at once, for a page that needs them together."""
    with cursor() as cur:
        cur.execute(
            "SELECT b.billed, b.sealed, d.day, d.is_business, d.is_override"
            " FROM (SELECT fees_billed_through() AS billed, app_sealed_day() AS sealed) b"
            " LEFT JOIN accounts_calendarday d ON true"
        )
        rows = cur.fetchall()
    billed, sealed = rows[0][:2]
    return Books(billed, sealed, calendar_of(row[2:] for row in rows if row[2] is not None))


def night_barrier(*, alone: bool) -> None:
    """Hold the barrier until the transaction ends."""
    barrier(_BARRIER, alone=alone)


def hold_agreements(firm_id: int, *, alone: bool) -> None:
    """Before anything else is locked: people of a firm agree at once, and a move of its accounts holds them all off.

    Otherwise who agrees waits for the account's row, and who moves the account waits for the agreement.
    """
    night_barrier(alone=False)
    in_turn(f"agreements of firm {firm_id}", alone=alone)


def accounts_agreed_on(day: date) -> str:
    """A query: the accounts that owe a value because a fee is in force on `day`, for SQL of the night.

    Terms that began before the account was opened say nothing about when it is funded, so they ask for no value yet.
    A group's fees ask for the values of all its accounts.
    """
    literal = f"DATE '{day.isoformat()}'"
    agreed = (
        f"SELECT s.account_id FROM fees_runschedule s WHERE s.starts <= {literal}"
        f" AND (s.ends IS NULL OR s.ends > {literal}) AND s.starts >= s.open_from"
    )
    return f"{agreed} UNION ALL SELECT sub.id FROM accounts_account sub WHERE sub.stl_id IN ({agreed})"
