"""The accounts that a report is of, and their values, for one person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, IntegerField, Max, Min, Q, QuerySet, Sum, Value
from django.http import Http404

from accounts.broker.feed.models import NavDaily
from accounts.broker.rates.queries import rates
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.jobs.models import Job
from accounts.ground.runs.queries import sealed_calendar
from accounts.ground.tree.models import SHELLS, Account, Kind, Status
from portal.exports.actions import KIND, REPORT
from portal.lib.business_days import Calendar
from portal.lib.money import CONTEXT
from portal.performance.rules import DayValue
from portal.reports.periods import ONE_DAY, Choice, Span, span_of
from portal.reports.returns import Measured, measure
from portal.reports.wishes import OF_ADVISORS, Wish

# Enough to find the value before the first day, whatever holidays and held days lie between.
BEFORE = timedelta(days=40)
BATCH = 200
# Beyond either, a report is made by a job (the broker's own limits).
MOST_ACCOUNTS = 1_000
MOST_ACTIVITIES = 20_000
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)
HELD = (Status.OPEN, Status.CLOSED)


def _nobody(number: int) -> None:
    """Hears it, and does nothing."""


@dataclass(frozen=True)
class Asked:
    """A wish with the person who has it and what is closed: everything that a report is made from.

    `only` are the accounts of one page; sums are always of all.
    """

    who: Who
    wish: Wish
    sealed: date | None
    days: Calendar
    only: Sequence[Account] | None = None
    # Hears how many accounts have been taken up, for a job's progress.
    tell: Callable[[int], None] = _nobody
    # What has been asked for already: from a currency, into another, on a day.
    known_rates: dict[tuple[str, str, date], Decimal] = field(default_factory=dict)

    @classmethod
    def by(cls, who: Who, wish: Wish) -> "Asked":
        """As of the last sealed night. Http404 for what only an advisor files."""
        if wish.kind in OF_ADVISORS and not who.is_advisor:
            raise Http404
        return cls(who, wish, *sealed_calendar())

    def page(self, accounts: Sequence[Account]) -> "Asked":
        """The same for the accounts of one page."""
        same = copy(self)  # with what has been asked for already
        object.__setattr__(same, "only", accounts)
        return same

    def told(self, tell: Callable[[int], None]) -> "Asked":
        """The same for a job that reports its progress."""
        return replace(self, tell=tell)

    @cached_property
    def rows(self) -> "QuerySet[Account]":
        """The accounts of the wish; Http404 for all of it where one of them may not be seen."""
        held = scope(self.who, Account, "report").filter(status__in=HELD).exclude(kind__in=SHELLS)
        return held.filter(self._named()) if self.wish.accounts else held

    def _named(self) -> Q:
        """The accounts that were named, with what stands below those that stand for others."""
        wanted = set(self.wish.accounts)
        found = list(scope(self.who, Account, "report").filter(number__in=wanted))
        if {one.number for one in found} != wanted:
            raise Http404
        rule = Q(pk__in=[one.pk for one in found])
        rule |= Q(firm_id__in=[one.firm_id for one in found if one.kind == Kind.TOP_MASTER])
        rule |= Q(practice_id__in=[one.practice_id for one in found if one.kind == Kind.SECOND_MASTER])
        if self.wish.is_consolidated:
            rule |= Q(stl_id__in=[one.pk for one in found if one.kind == Kind.STL_MASTER])
        return rule

    @property
    def ordered(self) -> "QuerySet[Account]":
        return self.rows.select_related("practice").order_by("sort_key", "pk")

    def batches(self) -> Iterator[list[Account]]:
        """The accounts of the page, or all of them some at a time, each question whole: nothing is held in between."""
        if self.only is not None:
            yield list(self.only)
            return
        rows, batch = self.ordered, list(self.ordered[:BATCH])
        while batch:
            self.tell(len(batch))
            yield batch
            last = batch[-1]
            beyond = Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk)
            batch = list(rows.filter(beyond, sort_key__gte=last.sort_key)[:BATCH])

    @cached_property
    def number(self) -> int:
        """How many accounts, counted no further than one past what is answered at once."""
        return self._first["number"]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What all the accounts have in common."""
        return self._first if self.number <= MOST_ACCOUNTS else _in_common(self.rows.order_by())

    @cached_property
    def _first(self) -> dict[str, Any]:
        return _in_common(self.rows.order_by()[: MOST_ACCOUNTS + 1])

    @cached_property
    def span(self) -> Span | None:
        """The days; None where nothing of them is closed."""
        if self.sealed is None:
            return None
        wish = self.wish
        began = self.facts["began"] if wish.period == Choice.SINCE_INCEPTION else None
        return span_of(wish.period, sealed=self.sealed, began=began, first=wish.first, last=wish.last)

    @cached_property
    def currency(self) -> str:
        """What sums are in: what was asked for, what all accounts share, or what the reader's practice counts in."""
        if self.wish.currency:
            return self.wish.currency
        if self.facts["one"] == self.facts["other"]:
            return self.facts["one"] or "USD"
        own = scope(self.who, Account).filter(practice_id=self.who.practice_id, kind__in=MASTERS)
        return own.values_list("base_currency", flat=True).first() or self.facts["one"]

    def expected(self, span: Span, began: date | None, closed: date | None) -> list[date]:
        """The closed business days of a span on which there should be a value, as far back as the calendar knows."""
        last = min(span.last, self.sealed or span.last)
        if closed is not None:
            last = min(last, closed - ONE_DAY)
        first = max(span.first, began or span.first, self.days.first_day)
        return self.days.between(first, last + ONE_DAY)

    def measured(self, account: Account, values: Sequence[DayValue], span: Span) -> Measured | None:
        """One account over a span; without a day of its funding it is waited for from its first value on."""
        began = account.funded_on or (values[0].day if values else None)
        return measure(values, span, self.expected(span, began, account.closed_on))

    def measured_together(self, values: Sequence[DayValue], span: Span) -> Measured | None:
        """All of them as one."""
        began = values[0].day if values else None
        return measure(values, span, self.expected(span, began, self._all_closed))

    @property
    def _all_closed(self) -> date | None:
        """The day on which the last of the accounts was closed, if none is open."""
        return None if self.facts["living"] else self.facts["last_closed"]

    def values_of(self, accounts: Sequence[Account], span: Span) -> dict[int, list[DayValue]]:
        """Each account's own values, from the one before the span on."""
        found: dict[int, list[DayValue]] = defaultdict(list)
        for account, day, nlv, flow in _navs(self.who, [one.pk for one in accounts], span).values_list(
            "account_id", "nav_date", "nlv", "flow"
        ):
            found[account].append(DayValue(day, nlv, flow))
        return {key: sorted(known, key=lambda one: one.day) for key, known in found.items()}

    def together(self, span: Span) -> list[DayValue]:
        """The values and flows of all accounts summed up in the database, each day at its own closing rate.

        A day on which an account lacks its value, or a currency its rate, is incomplete.
        """
        return self._summed(span).get(None, [])

    def by_practice(self, span: Span) -> dict[int, list[DayValue]]:
        """The same for the accounts of each practice."""
        return self._summed(span, "practice_id")

    def _summed(self, span: Span, of: str | None = None) -> dict[Any, list[DayValue]]:
        """By that column of the account, or all under None."""
        rows = _navs(self.who, self.rows.order_by().values("pk"), span)
        due = Q(account__funded_on=None) | Q(nav_date__gte=F("account__funded_on"))
        due &= Q(account__closed_on=None) | Q(nav_date__lt=F("account__closed_on"))
        whose = F(f"account__{of}") if of else Value(None, IntegerField())
        sums = rows.values("nav_date", "currency", whose=whose).annotate(
            nlv_sum=Sum("nlv"), flow_sum=Sum("flow"), due=Count("account_id", filter=due)
        )
        by_day: dict[Any, dict[date, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for one in sums.order_by("nav_date"):
            by_day[one["whose"]][one["nav_date"]].append(one)
        others = {(day, one["currency"]) for days in by_day.values() for day, found in days.items() for one in found}
        known = rates((code, self.currency, day) for day, code in others if code != self.currency)
        self.known_rates.update(known)
        steps = self._steps(rows, of)
        summed = {}
        for key, days in by_day.items():
            due_on = _running(steps[key], days)
            summed[key] = [_day(day, found, self.currency, known, due_on[day]) for day, found in sorted(days.items())]
        return summed

    def rates_on(self, day: date, codes: Iterable[str]) -> dict[str, Decimal]:
        """What one of each currency is worth on a day; what has no rate is missing."""
        wanted = {(code, self.currency, day) for code in codes}
        missing = {one for one in wanted if one[0] != self.currency and one not in self.known_rates}
        self.known_rates.update(rates(missing))
        known = {code: self.known_rates[code, to, on] for code, to, on in wanted if (code, to, on) in self.known_rates}
        return {**known, self.currency: Decimal(1)}

    def _steps(self, navs: "QuerySet[NavDaily]", of: str | None) -> dict[Any, dict[date, int]]:
        """On which days how many of the accounts came and went: from their funding, or where that is not known from
        their first value on, until they were closed. One that came late owes no value before."""
        own = F(of) if of else Value(None, IntegerField())
        funded = self.rows.order_by().exclude(funded_on=None).values_list(own, "funded_on", "closed_on")
        whose = F(f"account__{of}") if of else Value(None, IntegerField())
        others = navs.filter(account__funded_on=None).order_by().values("account_id", "account__closed_on", whose=whose)
        first = others.annotate(first=Min("nav_date"), number=Value(1)).values_list(
            "whose", "first", "account__closed_on", "number"
        )
        steps: dict[Any, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for key, since, closed, number in funded.annotate(Count("pk")).union(first, all=True).iterator():
            if closed is None or closed > since:
                steps[key][since] += number
                if closed is not None:
                    steps[key][closed] -= number
        return steps


def _in_common(rows: "QuerySet[Account]") -> dict[str, Any]:
    return rows.aggregate(
        number=Count("pk"),
        began=Min("opened_on"),
        last_closed=Max("closed_on"),
        living=Count("pk", filter=Q(closed_on=None)),
        one=Min("base_currency"),
        other=Max("base_currency"),
    )


def _running(steps: Mapping[date, int], days: Iterable[date]) -> dict[date, int]:
    """How many accounts should have a value on each of the days."""
    found, running, coming = {}, 0, sorted(steps.items(), reverse=True)
    for day in sorted(days):
        while coming and coming[-1][0] <= day:
            running += coming.pop()[1]
        found[day] = running
    return found


def _navs(who: Who, accounts: Any, span: Span) -> "QuerySet[NavDaily]":
    """The daily values of accounts that came through the scope."""
    return scope(who, NavDaily).filter(
        account_id__in=accounts, nav_date__gte=span.first - BEFORE, nav_date__lte=span.last
    )


def _day(
    day: date,
    sums: Sequence[Mapping[str, Any]],
    currency: str,
    known: Mapping[tuple[str, str, date], Decimal],
    due: int,
) -> DayValue:
    nlv = flow = Decimal(0)
    is_complete = sum(one["due"] for one in sums) == due
    for one in sums:
        rate = Decimal(1) if one["currency"] == currency else known.get((one["currency"], currency, day))
        if rate is None:
            is_complete = False
            continue
        nlv += CONTEXT.multiply(one["nlv_sum"], rate)
        flow += CONTEXT.multiply(one["flow_sum"], rate)
    return DayValue(day, nlv, flow, is_complete)


def jobs_of(who: Who) -> "QuerySet[Job]":
    """The reports that jobs make or have made for a person in this seat."""
    return Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND, arguments__table=REPORT)
