"""The accounts that a report is of, and their values, for one person."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
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
from portal.performance.rules import DayValue
from portal.reports.lines import number_of
from portal.reports.periods import ONE_DAY, Choice, Span, span_of
from portal.reports.returns import Measured, measure
from portal.reports.sums import Said, Summed, summed, values_of
from portal.reports.wishes import OF_ADVISORS, OF_LINES, Wish

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
    # What has been asked for already: from a currency, into another, on a day; None where there is no rate.
    known_rates: dict[tuple[str, str, date], Decimal | None] = field(default_factory=dict)

    @classmethod
    def by(cls, who: Who, wish: Wish) -> "Asked":
        """As of the last sealed night. Http404 for what only an advisor reads."""
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

    def batches(self, *, size: int = 0, worth_on: date | None = None) -> Iterator[list[Account]]:
        """The accounts of the page, or all of them some at a time, each question whole: nothing is held in between.
        `worth_on` gives each its `worth` of a day."""
        if self.only is not None:
            yield list(self.only)
            return
        rows, size = self.ordered, size or BATCH
        if worth_on is not None:
            value = scope(self.who, NavDaily).filter(account_id=OuterRef("pk"), nav_date=worth_on)
            rows = rows.annotate(worth=Subquery(value.values("nlv")[:1]))
        batch = list(rows[:size])
        while batch:
            self.tell(len(batch))
            yield batch
            if len(batch) < size:
                return
            last = batch[-1]
            beyond = Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk)
            batch = list(rows.filter(beyond, sort_key__gte=last.sort_key)[:size])

    @cached_property
    def number(self) -> int:
        """How many accounts, counted no further than one past what is answered at once."""
        return self._first["number"]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What all the accounts have in common."""
        return self._first if self.number <= MOST_ACCOUNTS else self._in_common(self.rows.order_by())

    @cached_property
    def _first(self) -> dict[str, Any]:
        return self._in_common(self.rows.order_by()[: MOST_ACCOUNTS + 1])

    def _in_common(self, rows: "QuerySet[Account]") -> dict[str, Any]:
        own = scope(self.who, Account).filter(practice_id=self.who.practice_id, kind__in=MASTERS).order_by("pk")
        more: dict[str, Any] = {"own": Min(Subquery(own.values("base_currency")[:1]))}
        # Since inception is since ever, for the number of lines.
        span = self._since(date.min) if self.wish.kind in OF_LINES else None
        if span is not None:
            few = self.rows.order_by().values("pk")[: MOST_ACCOUNTS + 1]
            more["lines"] = Max(number_of(self.who, few, span, MOST_ACTIVITIES))
        return rows.aggregate(
            number=Count("pk"),
            began=Min("opened_on"),
            last_closed=Max("closed_on"),
            living=Count("pk", filter=Q(closed_on=None)),
            one=Min("base_currency"),
            other=Max("base_currency"),
            **more,
        )

    @property
    def is_batch(self) -> bool:
        """Whether a job makes it: over 1,000 accounts or 20,000 activities."""
        return self.number > MOST_ACCOUNTS or (self._first.get("lines") or 0) > MOST_ACTIVITIES

    @cached_property
    def span(self) -> Span | None:
        """The days; None where nothing of them is closed."""
        return self._since(self.facts["began"] if self.wish.period == Choice.SINCE_INCEPTION else None)

    def _since(self, began: date | None) -> Span | None:
        wish = self.wish
        if self.sealed is None:
            return None
        return span_of(wish.period, sealed=self.sealed, began=began, first=wish.first, last=wish.last)

    @cached_property
    def currency(self) -> str:
        """What sums are in: what was asked for, what all accounts share, or what the reader's practice counts in."""
        if self.wish.currency:
            return self.wish.currency
        if self.facts["one"] == self.facts["other"]:
            return self.facts["one"] or "USD"
        return self.facts["own"] or self.facts["one"]

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

    def values_of(
        self, accounts: Sequence[Account], span: Span, *, is_compared: bool = False
    ) -> tuple[dict[int, list[DayValue]], Said]:
        """Each account's own values, from the one before the span on; to be compared, with the broker's returns."""
        return values_of(self.who, [one.pk for one in accounts], span, is_compared=is_compared)

    def together(self, span: Span) -> list[DayValue]:
        """The values and flows of all accounts as one."""
        return self._summed(span).values.get(None, [])

    def proved(self, span: Span, day: date) -> tuple[list[DayValue], dict[tuple[int, str], Decimal]]:
        """The same with the single values of one day, added up by practice and currency."""
        found = self._summed(span, proved=day)
        return found.values.get(None, []), found.single

    def by_practice(self, span: Span) -> dict[int, list[DayValue]]:
        """The values and flows of the accounts of each practice."""
        return self._summed(span, of="practice_id").values

    def _summed(self, span: Span, *, of: str | None = None, proved: date | None = None) -> Summed:
        found = summed(self.who, self.rows, span, self.currency, of=of, proved=proved)
        self.known_rates.update(found.rates)
        return found

    def rates_on(self, day: date, codes: Iterable[str]) -> dict[str, Decimal]:
        """What one of each currency is worth on a day; what has no rate is missing."""
        wanted = [(code, self.currency, day) for code in sorted(set(codes) - {self.currency})]
        missing = [one for one in wanted if one not in self.known_rates]
        self.known_rates.update({**dict.fromkeys(missing), **rates(missing)})
        known = {one[0]: rate for one in wanted if (rate := self.known_rates[one]) is not None}
        return {**known, self.currency: Decimal(1)}


def jobs_of(who: Who) -> "QuerySet[Job]":
    """The reports that jobs make or have made for a person in this seat."""
    return Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND, arguments__table=REPORT)
