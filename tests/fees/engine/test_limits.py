"""What may be agreed: each figure's limits, refused with the field and a reason."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fees.engine.registry import METHODS, validate
from fees.engine.types import Range, Terms
from tests.fees.engine.agreed import blended, flat, percent


def refusals(terms: Terms) -> list[tuple[str, str]]:
    return [(problem.field, problem.key) for problem in validate(terms)]


FIVE = [("0", "0.015"), ("100000", "0.0125"), ("500000", "0.01"), ("1000000", "0.0075"), ("5000000", "0.005")]


@pytest.mark.parametrize(
    "terms",
    [
        percent("0.000001"),
        percent("1"),
        percent("0.0125000000"),
        flat("0.0001"),
        flat("9999999999999999.9999"),
        blended(FIVE),
        blended([("0", "0.01")]),
        blended([("0", "0"), ("1000", "0.01")]),
    ],
)
def test_figures_within_the_limits_may_be_agreed(terms):
    assert validate(terms) == []


@pytest.mark.parametrize(
    ("rate", "key"),
    [
        ("0", "too_low"),
        ("-0.01", "too_low"),
        ("1.000001", "too_high"),
        ("0.0000001", "too_fine"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
    ],
)
def test_a_percentage_out_of_its_limits_is_refused(rate, key):
    assert refusals(percent(rate)) == [("rate", key)]


@pytest.mark.parametrize(
    ("amount", "key"),
    [
        ("0", "too_low"),
        ("-1", "too_low"),
        ("10000000000000000", "too_high"),
        ("0.00001", "too_fine"),
        ("NaN", "not_a_number"),
    ],
)
def test_a_flat_amount_out_of_its_limits_is_refused(amount, key):
    assert refusals(flat(amount)) == [("flat", key)]


def ranges(*rows: tuple[str, str | None, str]) -> Terms:
    made = tuple(
        Range(Decimal(low), None if high is None else Decimal(high), Decimal(rate)) for low, high, rate in rows
    )
    return replace(blended([("0", "0.01")]), ranges=made)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (ranges(), [("ranges", "required")]),
        (blended([*FIVE, ("9000000", "0.001")]), [("ranges", "too_many")]),
        (ranges(("1", None, "0.01")), [("ranges.0.low", "not_from_zero")]),
        (ranges(("0", "100", "0.01")), [("ranges.0.high", "not_open")]),
        (ranges(("0", "100", "0.01"), ("200", None, "0.01")), [("ranges.1.low", "not_contiguous")]),
        (ranges(("0", "100", "0.01"), ("50", None, "0.01")), [("ranges.1.low", "not_contiguous")]),
        (ranges(("0", None, "0.01"), ("100", None, "0.01")), [("ranges.1.low", "not_contiguous")]),
        (
            ranges(("0", "100", "0.01"), ("100", "100", "0.01"), ("100", None, "0.01")),
            [("ranges.1.high", "not_rising")],
        ),
        (ranges(("0", "100.00001", "0.01"), ("100.00001", None, "0.01")), [("ranges.0.high", "too_fine")]),
        (ranges(("0", "1E16", "0.01"), ("1E16", None, "0.01")), [("ranges.0.high", "too_high")]),
        (ranges(("0", "Infinity", "0.01"), ("Infinity", None, "0.01")), [("ranges.0.high", "not_a_number")]),
        (
            ranges(("0", "100", "-0.01"), ("100", None, "1.5")),
            [("ranges.0.rate", "too_low"), ("ranges.1.rate", "too_high")],
        ),
        (blended([("0", "0"), ("100", "0")]), [("ranges.0.rate", "all_zero")]),
        (replace(blended(FIVE), mode="sideways"), [("mode", "unknown_mode")]),
    ],
)
def test_ranges_that_do_not_tile_the_line_are_refused(terms, expected):
    assert refusals(terms) == expected


@pytest.mark.parametrize(
    ("code", "field"),
    [(code, {"flat": "flat", "percent": "rate", "blended": "ranges"}[m.family]) for code, m in METHODS.items()],
)
def test_every_method_asks_for_its_own_figure(code, field):
    assert (field, "required") in refusals(Terms(method=code, starts=date(2025, 1, 1)))


def test_a_figure_that_the_method_would_ignore_is_refused():
    assert refusals(replace(percent("0.01"), flat=Decimal(5))) == [("flat", "not_used")]
    assert refusals(replace(flat("5"), rate=Decimal("0.01"))) == [("rate", "not_used")]
    assert refusals(replace(percent("0.01"), ranges=blended(FIVE).ranges)) == [("ranges", "not_used")]


def test_terms_end_after_they_start():
    day = date(2025, 9, 1)

    assert refusals(percent("0.01", starts=day, ends=day)) == [("ends", "ends_before_start")]


def test_a_refusal_is_a_sentence_that_fills_its_own_gaps():
    for terms in (percent("2"), percent("0.0000001"), flat("0.00001"), blended([*FIVE, ("9000000", "0.001")])):
        for problem in validate(terms):
            assert "%(" not in problem.sentence.msgid % problem.sentence.params
