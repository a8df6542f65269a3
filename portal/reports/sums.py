"""Many accounts as one: their values and flows summed up in the database, in one question however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    F,
    Func,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast

from accounts.broker.feed.models import ChangeInNav, NavDaily
from accounts.broker.rates.queries import rates
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from portal.lib.money import CONTEXT
from portal.performance.rules import DayValue
from portal.reports.lines import NUMBER
from portal.reports.periods import Span

# Enough to find the value before the first day, whatever holidays and held days lie between.
BEFORE = timedelta(days=40)
CHUNK = 5_000
Said = Mapping[int, Sequence[tuple[date, date, Decimal]]]
# What a line of the answer is: a day's sum, accounts that come and go, one account's value of the day that is proved.
SUM, STEP, SINGLE = 0, 1, 2
COLUMNS = ("what", "whose", "day", "until", "code", "value", "moved", "number", "rate")
# With their kind, so that a union of several knows it.
NONE = {
    "whose": Cast(Value(None), IntegerField()),
    "until": Cast(Value(None), DateField()),
    "code": Value(""),
    "value": Cast(Value(None), NUMBER),
    "moved": Cast(Value(None), NUMBER),
    "rate": Cast(Value(None), NUMBER),
}


@dataclass
class Summed:
    """By a column of the account, or all under None; and the single values of one day, added up by practice and
    currency. `rates` are those that were used: from, into, day."""

    values: dict[Any, list[DayValue]] = field(default_factory=dict)
    single: dict[tuple[int, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    rates: dict[tuple[str, str, date], Decimal | None] = field(default_factory=dict)


class _Rate(Func):
    """A rate of exchange of what is grouped by: asked for once a group."""

    function = "broker_rate_at"

    def get_group_by_cols(self) -> list[Any]:
        return []


def rate_into(currency: str, day: Any) -> Case:
    """What one of a line's own currency is worth on its day; nothing for the currency itself."""
    rate = _Rate(day, F("currency"), Value(currency), Cast(Value(None), DateTimeField()), output_field=NUMBER)
    return Case(When(~Q(currency=currency), then=rate), default=None, output_field=NUMBER)


def navs(who: Who, accounts: Any, span: Span) -> "QuerySet[NavDaily]":
    """The daily values of accounts that came through the scope."""
    return scope(who, NavDaily).filter(
        account_id__in=accounts, nav_date__gte=span.first - BEFORE, nav_date__lte=span.last
    )


def values_of(
    who: Who, accounts: "Sequence[int] | QuerySet[Any, Any]", span: Span, *, is_compared: bool = False
) -> tuple[dict[int, list[DayValue]], Said]:
    """Each account's own values, from the one before the span on; and, to be compared, what the broker's statements
    within the span say it returned: from, until, percent."""
    own = navs(who, accounts, span).order_by()
    rows = own.values_list("account_id", "nav_date", NONE["until"], "nlv", "flow")
    if is_compared:
        told = scope(who, ChangeInNav).filter(
            account_id__in=accounts, starts__gte=span.first, last_day__lte=span.last, twr__isnull=False
        )
        rows = rows.union(
            told.order_by().values_list("account_id", "starts", "last_day", "twr", NONE["moved"]), all=True
        )
    values, said = defaultdict[int, list[DayValue]](list), defaultdict[int, list[tuple[date, date, Decimal]]](list)
    for account, day, until, number, flow in rows:
        if until is None:
            values[account].append(DayValue(day, number, flow))
        else:
            said[account].append((day, until, number))
    return {key: sorted(known, key=lambda one: one.day) for key, known in values.items()}, said


def summed(
    who: Who, rows: "QuerySet[Account]", span: Span, currency: str, *, of: str | None = None, proved: date | None = None
) -> Summed:
    """Each day of the accounts at its own closing rate. A day on which an account lacks its value, or a currency its
    rate, is incomplete. `proved` asks for the single values of that day too."""
    days = navs(who, rows.order_by().values("pk"), span).order_by()
    asked = [*_steps(rows, days, of)]
    if proved is not None:
        asked.append(_single(days, proved))
    found: dict[Any, dict[date, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    steps: dict[Any, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    answer = Summed()
    for line in _sums(days, of, currency).union(*asked, all=True).iterator(chunk_size=CHUNK):
        one = dict(zip(COLUMNS, line, strict=True))
        if one["what"] == SUM:
            found[one["whose"]][one["day"]].append(one)
        elif one["what"] == SINGLE:
            answer.single[one["whose"], one["code"]] += one["value"]
        elif one["until"] is None or one["until"] > one["day"]:
            steps[one["whose"]][one["day"]] += one["number"]
            if one["until"] is not None:
                steps[one["whose"]][one["until"]] -= one["number"]
    answer.rates = _rates(found, of, currency)
    for key, known in found.items():
        due_on = _running(steps[key], known)
        answer.values[key] = [
            _day(day, sums, currency, answer.rates, due_on[day]) for day, sums in sorted(known.items())
        ]
    return answer


def as_one(
    accounts: Iterable[Account],
    values: Mapping[int, Sequence[DayValue]],
    currency: str,
    known: Mapping[tuple[str, str, date], Decimal | None],
) -> list[DayValue]:
    """The values of a few accounts as one, by the same rules, where each account's own are at hand already."""
    found: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    steps: dict[date, int] = defaultdict(int)
    for account in accounts:
        own = values.get(account.pk, ())
        starts, until = account.funded_on or (own[0].day if own else None), account.closed_on
        if starts is not None and (until is None or until > starts):
            steps[starts] += 1
            if until is not None:
                steps[until] -= 1
        for one in own:
            is_due = (account.funded_on is None or one.day >= account.funded_on) and (until is None or one.day < until)
            line = {"code": account.base_currency, "value": one.nlv, "moved": one.flow, "number": int(is_due)}
            found[one.day].append(line)
    due_on = _running(steps, found)
    return [_day(day, lines, currency, known, due_on[day]) for day, lines in sorted(found.items())]


def _sums(days: "QuerySet[NavDaily]", of: str | None, currency: str) -> "QuerySet[Any, Any]":
    due = Q(account__funded_on=None) | Q(nav_date__gte=F("account__funded_on"))
    due &= Q(account__closed_on=None) | Q(nav_date__lt=F("account__closed_on"))
    # By practice there would be as many rates as practices; they are asked for afterwards, each once.
    rate = NONE["rate"] if of else rate_into(currency, F("nav_date"))
    keys = {"whose": F(f"account__{of}") if of else NONE["whose"], "day": F("nav_date"), "code": F("currency")}
    grouped = days.values(**keys).annotate(
        value=Sum("nlv"), moved=Sum("flow"), number=Count("account_id", filter=due), rate=rate
    )
    return grouped.annotate(what=Value(SUM), until=NONE["until"]).values_list(*COLUMNS)


def _steps(rows: "QuerySet[Account]", days: "QuerySet[NavDaily]", of: str | None) -> Iterable["QuerySet[Any, Any]"]:
    """On which days how many of the accounts came and went: from their funding, or where that is not known from their
    first value on, until they were closed. One that came late owes no value before."""
    nothing = {name: NONE[name] for name in ("code", "value", "moved", "rate")} | {"what": Value(STEP)}
    funded = rows.order_by().exclude(funded_on=None)
    whose = F(of) if of else NONE["whose"]
    yield (
        funded.values(whose=whose, day=F("funded_on"), until=F("closed_on"))
        .annotate(number=Count("pk"), **nothing)
        .values_list(*COLUMNS)
    )
    whose = F(f"account__{of}") if of else NONE["whose"]
    others = days.filter(account__funded_on=None).values("account_id", until=F("account__closed_on"), whose=whose)
    yield others.annotate(day=Min("nav_date"), number=Value(1), **nothing).values_list(*COLUMNS)


def _single(days: "QuerySet[NavDaily]", day: date) -> "QuerySet[Any, Any]":
    """The values of one day account by account: so many lines, none of them held."""
    said = {"whose": F("account__practice_id"), "day": F("nav_date"), "code": F("currency"), "value": F("nlv")}
    said |= {name: NONE[name] for name in ("until", "moved", "rate")}
    return days.filter(nav_date=day).annotate(what=Value(SINGLE), number=Value(1), **said).values_list(*COLUMNS)


def _rates(
    found: Mapping[Any, Mapping[date, Any]], of: str | None, currency: str
) -> dict[tuple[str, str, date], Decimal | None]:
    """Those of other currencies; None where there is none."""
    every = [
        ((one["code"], currency, day), one["rate"])
        for days in found.values()
        for day, sums in days.items()
        for one in sums
    ]
    others = {key: rate for key, rate in every if key[0] != currency}
    return {**others, **rates(others)} if of else others


def _running(steps: Mapping[date, int], days: Iterable[date]) -> dict[date, int]:
    """How many accounts should have a value on each of the days."""
    found, running, coming = {}, 0, sorted(steps.items(), reverse=True)
    for day in sorted(days):
        while coming and coming[-1][0] <= day:
            running += coming.pop()[1]
        found[day] = running
    return found


def _day(
    day: date,
    sums: Iterable[Mapping[str, Any]],
    currency: str,
    known: Mapping[tuple[str, str, date], Decimal | None],
    due: int,
) -> DayValue:
    nlv = flow = Decimal(0)
    is_complete = sum(one["number"] for one in sums) == due
    for one in sums:
        rate = Decimal(1) if one["code"] == currency else known.get((one["code"], currency, day))
        if rate is None:
            is_complete = False
            continue
        nlv += CONTEXT.multiply(one["value"], rate)
        flow += CONTEXT.multiply(one["moved"], rate)
    return DayValue(day, nlv, flow, is_complete)
