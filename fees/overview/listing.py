"""The list of agreed terms as one address asks for it: by strategy, by kind of fee, by words, a page at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.http import QueryDict

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import Page, order_of, page_of
from accounts.ground.tree.queries import matching, typed
from fees.engine.registry import EVERY
from fees.groups.queries import base_on
from fees.patterns.drift import moved_away
from fees.posting.models import TAKEN, Charge
from fees.schedules.models import Component, Schedule, Strategy
from portal.lib.business_days import Calendar
from portal.lib.periods import Frequency, period_of, previous_period

COLUMNS = {"title": "account__sort_key", "account": "account__number", "starts": "starts"}
USUAL = "title"
FAMILIES = ("percent", "blended", "flat", "profit", "trade_unit", "hedge_fund")
MONTHS = 12


@dataclass(frozen=True)
class Row:
    """One schedule with what it came to: the fees of twelve months over the average of the month-end values."""

    schedule: Schedule
    paid: Decimal | None
    average: Decimal | None
    months: int = 0

    @property
    def rate(self) -> Decimal | None:
        """In parts of the value, a year; fewer months than twelve are stretched to a year."""
        if self.paid is None or not self.average or self.average < 0:
            return None
        return self.paid / self.average * MONTHS / self.months


@dataclass
class ScheduleListing:
    """Everything that the page has in common with a saved view."""

    who: Who
    day: date
    text: str
    strategy: str
    family: str
    is_upcoming: bool
    is_moved: bool
    sort: str

    @classmethod
    def of(cls, who: Who, query: QueryDict, day: date) -> "ScheduleListing":
        """Read from the query of an address; what is unknown is the usual."""
        strategy, family, sort = query.get("strategy", ""), query.get("family", ""), query.get("sort", USUAL)
        return cls(
            who=who,
            day=day,
            text=typed(query.get("q")),
            strategy=strategy if strategy in Strategy.values else "",
            family=family if family in FAMILIES else "",
            is_upcoming=query.get("upcoming") == "1",
            is_moved=query.get("moved") == "1",
            sort=sort if sort.lstrip("-") in COLUMNS else USUAL,
        )

    @property
    def rows(self) -> "QuerySet[Schedule]":
        """The practice's own schedules that are in force, or those that begin later."""
        rows = scope(self.who, Schedule).filter(practice_id=self.who.practice_id)
        lasting = Q(ends=None) | Q(ends__gt=F("starts"))
        if self.is_upcoming:
            rows = rows.filter(lasting, starts__gt=self.day)
        else:
            rows = rows.filter(Q(ends=None) | Q(ends__gt=self.day), starts__lte=self.day)
        if self.strategy:
            rows = rows.filter(strategy=self.strategy)
        if self.family:
            codes = [code for code, method in EVERY.items() if method.family == self.family]
            rows = rows.filter(Exists(scope(self.who, Component).filter(schedule_id=OuterRef("pk"), method__in=codes)))
        if self.is_moved:
            rows = rows.filter(Exists(moved_away(self.who).filter(schedule_id=OuterRef("pk"))))
        return matching(rows, self.text, "account__")

    @property
    def with_parts(self) -> "QuerySet[Schedule]":
        """The same with accounts and components."""
        components = Prefetch("components", queryset=scope(self.who, Component))
        return self.rows.select_related("account").prefetch_related(components)

    def page(self, query: QueryDict) -> Page:
        """One page, with accounts and components."""
        return page_of(self.with_parts, order=order_of(self.sort, COLUMNS, USUAL), query=query)


def with_rates(who: Who, schedules: Sequence[Schedule], sealed: date | None, days: Calendar) -> list[Row]:
    """The page's rows with what their accounts paid the practice in twelve months, and were worth on average."""
    if sealed is None:
        return [Row(one, None, None) for one in schedules]
    accounts = [one.account_id for one in schedules]
    ends = _month_ends(sealed, days)
    paid = _paid(who, accounts, ends[0], ends[-1])
    values: dict[int, list[Decimal]] = defaultdict(list)
    for account, known in base_on(accounts, ends[1:]).items():
        values[account] += [one.nlv for one in known]
    return [
        Row(
            schedule,
            paid.get((schedule.account_id, schedule.account.base_currency)),
            sum(found, Decimal(0)) / len(found) if (found := values[schedule.account_id]) else None,
            len(found),
        )
        for schedule in schedules
    ]


def _paid(who: Who, accounts: Sequence[int], since: date, until: date) -> dict[tuple[int, str], Decimal]:
    rows = scope(who, Charge).filter(
        practice_id=who.practice_id, account_id__in=accounts, period_end_day__gt=since, period_end_day__lte=until
    )
    sums = rows.order_by().values_list("account_id", "currency").annotate(sum=Sum(TAKEN))
    return {(account, currency): amount for account, currency, amount in sums}


def _month_ends(sealed: date, days: Calendar) -> list[date]:
    """The business days that closed the last twelve sealed months, and the one before them, in their order."""
    period = period_of(Frequency.MONTHLY, sealed)
    if days.previous(period.ends) != sealed:
        period = previous_period(Frequency.MONTHLY, period)
    found = []
    while len(found) <= MONTHS:
        found.append(days.previous(period.ends))
        period = previous_period(Frequency.MONTHLY, period)
    return found[::-1]
