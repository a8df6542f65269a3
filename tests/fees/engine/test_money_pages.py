"""Every worked example on the pages in docs/money is run against the engine."""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fees.engine.accrual import annual, line
from fees.engine.cases.catalogue import work_out
from fees.engine.charge import enabled_days, recompute
from fees.engine.invoice_cap import accrued_limit, available, closing_limit, transition_limit
from fees.engine.registry import BY_NAME
from fees.engine.timing import due_on
from fees.engine.types import Terms
from portal.lib.money import round_display, round_money, split
from portal.lib.periods import Period, last_business_day, period_of
from tests.fees.engine.agreed import LONG_AGO, NEW_YORK, blended, closes, flat, percent

PAGES = sorted(path for path in (Path(__file__).parents[3] / "docs" / "money").glob("*.md") if path.name != "README.md")
FENCE = re.compile(r"^```example\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CASE = re.compile(r"^```case\n(.*?)\n(.*?)\n```$", re.MULTILINE)

ANSWERS = {
    *("annual", "base", "rate", "amount", "exact", "days", "closes", "due", "limit", "left"),
    *("money", "shown", "shares", "count", "next", "previous"),
}
# Results that are written with all their decimals; the others are compared as numbers.
WRITTEN_OUT = {"base", "rate", "exact", "limit", "left", "money", "shown"}

Fields = dict[str, list[str]]
Answers = dict[str, object]


def examples() -> list:
    return [
        pytest.param(fields_of(block), id=f"{page.stem}-{number}")
        for page in PAGES
        for number, block in enumerate(FENCE.findall(page.read_text()), start=1)
    ]


def fields_of(block: str) -> Fields:
    fields: Fields = {}
    for row in block.strip().splitlines():
        name, _, value = row.partition(": ")
        fields.setdefault(name, []).append(value)
    return fields


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_an_example(page):
    assert FENCE.search(page.read_text()) or CASE.search(page.read_text())


def test_the_pages_asked_for_are_there():
    asked = (
        "percent-of-nlv blended flat period-end day-count rounding invoice-cap business-days profit high-water-mark"
        " trade-unit hedge-fund rolling-cap allocation-minimum charged-to-advisor reimbursement adjustment"
    )

    assert {page.stem for page in PAGES} >= set(asked.split())


@pytest.mark.parametrize("fields", examples())
def test_the_engine_agrees_with_the_page(fields: Fields):
    inputs = {name: values for name, values in fields.items() if name not in ANSWERS}
    expected = {name: values[0] for name, values in fields.items() if name in ANSWERS}
    [kind] = inputs.pop("calculate")

    answers = KINDS[kind](inputs)

    assert not inputs, "these lines of the example were not used"
    assert expected
    for name, value in expected.items():
        assert same(name, answers[name], value), f"{name}: the page says {value}, the engine {answers[name]}"


def cases() -> list:
    return [
        pytest.param(*block, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, block in enumerate(CASE.findall(page.read_text()), start=1)
    ]


@pytest.mark.parametrize(("case", "answer"), cases())
def test_the_engine_answers_the_cases_of_the_page(case: str, answer: str):
    assert within(json.loads(answer), work_out(json.loads(case)))


def within(expected: object, got: object) -> bool:
    """Whether everything that is expected is there, with as many rows."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return all(within(value, got.get(name)) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(within, expected, got))
    return expected == got


def same(name: str, answer: object, value: str) -> bool:
    if isinstance(answer, Decimal) and name not in WRITTEN_OUT:
        return answer == Decimal(value)
    return str(answer) == value


def one(inputs: Fields, name: str) -> str:
    [value] = inputs.pop(name)
    return value


def number(inputs: Fields, name: str) -> Decimal:
    return Decimal(one(inputs, name))


def a_period(inputs: Fields) -> Period:
    frequency, day = one(inputs, "period").split()
    return period_of(frequency, date.fromisoformat(day))


def runs(inputs: Fields) -> list[tuple[int, str]]:
    pairs = (run.split(" x ") for run in one(inputs, "values").split(", "))
    return [(int(count), value) for count, value in pairs]


def agreed(text: str, name: str, component: int) -> Terms:
    """`rate 0.01`, `flat 6000` or `ranges 0 0.01, 1000 0.005 [whole_balance]`, then `[from DAY] [until DAY]`."""
    pattern = r"(rate|flat|ranges) (.*?)( whole_balance)?(?: from (\S+))?(?: until (\S+))?"
    kind, figures, whole, starts, ends = re.fullmatch(pattern, text).groups()
    when = {
        "starts": date.fromisoformat(starts) if starts else LONG_AGO,
        "ends": date.fromisoformat(ends) if ends else None,
        "component": component,
    }
    if kind == "ranges":
        steps = [tuple(step.split()) for step in figures.split(", ")]
        return blended(steps, name, mode=whole.strip() if whole else "marginal", **when)
    return (percent if kind == "rate" else flat)(figures, name, **when)


def day(inputs: Fields) -> Answers:
    terms = agreed(one(inputs, "terms"), one(inputs, "method"), 1)
    nlv = number(inputs, "value")
    return line(terms, nlv)._asdict() | {"annual": annual(terms, nlv)}


def charge(inputs: Fields) -> Answers:
    name, period = one(inputs, "method"), a_period(inputs)
    terms = [agreed(text, name, place) for place, text in enumerate(inputs.pop("terms"))]
    method = BY_NAME[name].code
    nav = closes(period, *runs(inputs))
    made = recompute(method=method, nav=nav, terms=terms, calendar=NEW_YORK, period=period, currency="USD")
    return {
        "exact": made.exact,
        "amount": made.amount,
        "days": len(enabled_days(method=method, terms=terms, calendar=NEW_YORK, period=period)),
        "due": due_on(NEW_YORK, last_business_day(NEW_YORK, period)),
    }


def year(inputs: Fields) -> Answers:
    terms = agreed(one(inputs, "terms"), "ANNUALFLATFEE", 1)
    which = int(one(inputs, "year"))
    days = NEW_YORK.between(date(which, 1, 1), date(which + 1, 1, 1))
    total = sum(line(terms, Decimal(1)).amount for _ in days)
    return {"days": len(days), "amount": round_money(total, "USD")}


def money(inputs: Fields) -> Answers:
    value = number(inputs, "value")
    return {"money": round_money(value, one(inputs, "currency")), "shown": round_display(value)}


def shared(inputs: Fields) -> Answers:
    weights = [Decimal(weight) for weight in one(inputs, "weights").split(", ")]
    parts = split(number(inputs, "value"), weights, one(inputs, "currency"))
    return {"shares": ", ".join(map(str, parts))}


def business_days(inputs: Fields) -> Answers:
    starts, ends = (date.fromisoformat(one(inputs, name)) for name in ("from", "until"))
    return {"count": NEW_YORK.count(starts, ends)}


def neighbours(inputs: Fields) -> Answers:
    on = date.fromisoformat(one(inputs, "day"))
    return {"previous": NEW_YORK.previous(on), "next": NEW_YORK.next(on), "due": due_on(NEW_YORK, on)}


def closing(inputs: Fields) -> Answers:
    closes_on = last_business_day(NEW_YORK, a_period(inputs))
    return {"closes": closes_on, "due": due_on(NEW_YORK, closes_on)}


def invoice_limit(inputs: Fields) -> Answers:
    values = [Decimal(value) for count, value in runs(inputs) for _ in range(count)]
    limit = accrued_limit(number(inputs, "cap"), values, one(inputs, "currency"))
    invoiced = number(inputs, "invoiced") if "invoiced" in inputs else Decimal(0)
    return {"limit": limit, "left": available(limit, invoiced)}


def limit_by_closing_value(inputs: Fields) -> Answers:
    cap, value, days = (number(inputs, name) for name in ("cap", "value", "business_days"))
    return {"limit": closing_limit(cap, value, int(days), one(inputs, "currency"))}


def limit_of_a_new_client(inputs: Fields) -> Answers:
    cap, value = number(inputs, "cap"), number(inputs, "value")
    return {"limit": transition_limit(cap, value, one(inputs, "frequency"), one(inputs, "currency"))}


KINDS: dict[str, Callable[[Fields], Answers]] = {
    "day": day,
    "charge": charge,
    "year": year,
    "money": money,
    "split": shared,
    "business_days": business_days,
    "neighbours": neighbours,
    "closing": closing,
    "invoice_limit": invoice_limit,
    "closing_limit": limit_by_closing_value,
    "transition_limit": limit_of_a_new_client,
}
