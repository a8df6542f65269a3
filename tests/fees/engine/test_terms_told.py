"""Whatever of the terms decides a fee is in the sentences that a client signs: other terms are told in other words."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.asked import PARAMETERS, read_terms
from fees.engine.parameters import Parameter
from fees.engine.registry import EVERY_BY_NAME, words
from fees.engine.types import MARGINAL, Range, Terms
from portal.lib.words import english

PERTRADE = "PERTRADE"


def agreed(method: str, data: dict[str, Any]) -> Terms:
    code = EVERY_BY_NAME[method].code
    more, problems = read_terms(code, {name: value for name, value in data.items() if not is_column(code, name)})
    assert problems == [], (method, data)
    ranges = [Range(*(None if one is None else Decimal(one) for one in row)) for row in data.get("ranges", ())]
    return Terms(
        method=code,
        starts=date.min,
        rate=Decimal(data["rate"]) if "rate" in data else None,
        flat=Decimal(data["flat"]) if "flat" in data else None,
        ranges=tuple(ranges),
        mode=data.get("mode", MARGINAL),
        more=more,
    )


def is_column(code: int, name: str) -> bool:
    return any(one.column and one.name == name for one in PARAMETERS[code])


def text(terms: Terms) -> str:
    return " ".join(english(one) for one in words(terms))


def told(*schedules: dict[str, Any]) -> str:
    return text(agreed(PERTRADE, {"schedules": list(schedules)}))


def unit(**fields: Any) -> dict[str, Any]:
    return {"asset_class": "STK", "currency": "USD", "kind": "absolute_markup", "figure": "0.01", **fields}


def all_in(*prices: tuple[str | None, str], **fields: Any) -> dict[str, Any]:
    given_prices = [{"up_to": up_to, "price": price} for up_to, price in prices]
    return {"asset_class": "STK", "currency": "USD", "kind": "absolute_amount", "prices": given_prices, **fields}


def test_the_minimum_and_the_maximum_of_a_trade_are_signed():
    assert told(unit(minimum="25", maximum="0.05", maximum_of_value=True)) == (
        "STK USD: 0.01 a unit on top of the commission."
        " STK USD: the advisor's fee of a trade is at least 25."
        " STK USD: the advisor's fee of a trade is at most 5.00 % of the trade's value."
    )


def test_each_price_is_signed_with_the_volume_it_ends_at():
    assert told(all_in(("100", "0.05"), ("500", "0.02"), (None, "0.01"), exchange="NYSE")) == (
        "STK USD (NYSE): 0.05 a unit in all for the units of a trade up to 100."
        " STK USD (NYSE): 0.02 a unit in all for the units of a trade up to 500."
        " STK USD (NYSE): 0.01 a unit in all for all further units, the commission included."
    )


PROFIT = {"rate": "0.2"}
BLEND = [("0", "1000", "0.01"), ("1000", None, "0.005")]
# Each differs from the one before it in one thing; between them every parameter of the method takes two values.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "PERCENTOFEQUITY": [{"rate": "0.01"}, {"rate": "0.010001"}],
    "BLENDEDPERCENTOFEQUITY": [
        {"ranges": BLEND},
        {"ranges": BLEND, "mode": "whole_balance"},
        {"ranges": [("0", "1001", "0.01"), ("1001", None, "0.005")]},
        {"ranges": [("0", "1000", "0.011"), ("1000", None, "0.005")]},
    ],
    "ANNUALFLATFEE": [{"flat": "1000"}, {"flat": "1000.01"}],
    "PERCENTOFPROFIT": [
        PROFIT,
        {"rate": "0.200001"},
        PROFIT | {"look_back": 3},
        PROFIT | {"look_back": None},
        PROFIT | {"look_back": None, "prorate": True},
        PROFIT | {"look_back": None, "losses": [{"period": "2024", "amount": "5"}]},
        PROFIT | {"look_back": None, "losses": [{"period": "2023", "amount": "5"}]},
        PROFIT | {"look_back": None, "losses": [{"period": "2023", "amount": "6"}]},
        PROFIT | {"threshold": {"kind": "percent", "figure": "0.05"}},
        PROFIT | {"threshold": {"kind": "percent", "figure": "0.051"}},
        PROFIT | {"threshold": {"kind": "amount", "figure": "5"}},
        PROFIT | {"threshold": {"kind": "amount", "figure": "5", "currency": "EUR"}},
        PROFIT | {"threshold": {"kind": "benchmark", "benchmark": "SPX"}},
        PROFIT | {"threshold": {"kind": "benchmark", "benchmark": "NDX"}},
    ],
    PERTRADE: [
        {"schedules": [one]}
        for one in (
            unit(),
            unit(figure="0.02"),
            unit(kind="ticket"),
            unit(kind="percent_markup"),
            unit(asset_class="OPT"),
            unit(currency="EUR"),
            unit(exchange="NYSE"),
            unit(product="NYSE"),
            unit(minimum="0.5"),
            unit(maximum="0.5"),
            unit(maximum="0.5", maximum_of_value=True),
            all_in((None, "0.01")),
            all_in(("100", "0.02"), (None, "0.01")),
            all_in(("200", "0.02"), (None, "0.01")),
            all_in(("200", "0.03"), (None, "0.01")),
        )
    ],
    "HEDGEFUND_MONTHLY": [
        {"funds": [one]}
        for one in (
            {"fund": "ALPHA", "rate": "0.01"},
            {"fund": "BETA", "rate": "0.01"},
            {"fund": "ALPHA", "rate": "0.02"},
            {"fund": "ALPHA", "profit_share": "0.01"},
            {"fund": "ALPHA", "rate": "0.01", "profit_share": "0.01"},
        )
    ],
}


@pytest.mark.parametrize("method", VARIANTS)
def test_other_terms_are_told_in_other_words(method):
    texts = {text(agreed(method, one)) for one in VARIANTS[method]}

    assert len(texts) == len(VARIANTS[method])


def test_no_parameter_of_any_method_is_left_out_above():
    families = {EVERY_BY_NAME[name].family: name for name in VARIANTS}
    for method in EVERY_BY_NAME.values():
        variants = VARIANTS[families[method.family]]
        for path in leaves(PARAMETERS[method.code]):
            seen = {str(value) for one in variants for value in found(one, path)}
            assert len(seen) > 1, (method.name, path)


def leaves(parameters: tuple[Parameter, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for one in parameters:
        yield from leaves(one.parts, (*path, one.name)) if one.parts else [(*path, one.name)]


def found(data: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value at the path; what is left out is a value as well."""
    if isinstance(data, list):
        for one in data:
            yield from found(one, path)
    elif isinstance(data, tuple):
        yield data[("low", "high", "rate").index(path[0])]
    elif not path:
        yield data
    else:
        yield from found(data.get(path[0]), path[1:]) if isinstance(data, dict) else [None]


FIGURES = st.sampled_from(["0.01", "0.02", "1", "25"])
BOUNDS = st.none() | FIGURES
NAMES = st.sampled_from(["", "NYSE", "IBM"])


@st.composite
def schedules(draw: Any) -> dict[str, Any]:
    fields = {"exchange": draw(NAMES), "product": draw(NAMES), "maximum": draw(BOUNDS)}
    kind = draw(st.sampled_from(["absolute_markup", "percent_markup", "ticket", "absolute_amount"]))
    if kind != "ticket":
        fields["minimum"] = draw(BOUNDS)
    if fields["maximum"]:
        fields["maximum_of_value"] = draw(st.booleans())
    if kind != "absolute_amount":
        return unit(kind=kind, figure=draw(FIGURES), **fields)
    ends = sorted(draw(st.sets(st.sampled_from(["1", "2", "3"]), max_size=2)))
    return all_in(*((end, draw(FIGURES)) for end in [*ends, None]), **fields)


@given(schedules(), schedules())
def test_fees_per_trade_in_the_same_words_are_the_same(one, other):
    pair = [read_terms(EVERY_BY_NAME[PERTRADE].code, {"schedules": [data]}) for data in (one, other)]
    if any(problems for _terms, problems in pair):
        return
    assert (told(one) == told(other)) == (pair[0] == pair[1])
