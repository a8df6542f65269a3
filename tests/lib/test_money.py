"""Amounts: rounding, reading from text, and sharing out without losing a cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.money import (
    CURRENCIES,
    BadDecimal,
    UnknownCurrency,
    minor_unit,
    parse_decimal,
    round_display,
    round_money,
    split,
)


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        ("19.84126984", "USD", "19.84"),  # published
        ("3.96825397", "USD", "3.97"),  # published
        ("0.005", "EUR", "0.01"),
        ("2.345", "USD", "2.35"),
        ("-0.005", "USD", "-0.01"),
        ("1234.5", "JPY", "1235"),
        ("1234.49999999", "KRW", "1234"),
        ("10.125", "HUF", "10.13"),
    ],
)
def test_money_is_rounded_half_up_to_the_minor_unit(amount, currency, money):
    assert str(round_money(Decimal(amount), currency)) == money


def test_a_tiny_negative_amount_is_plain_zero():
    assert str(round_money(Decimal("-0.001"), "USD")) == "0.00"


def test_money_has_no_ceiling_of_28_digits():
    assert str(round_money(Decimal("123456789012345678901234567890.125"), "USD")) == "123456789012345678901234567890.13"


@pytest.mark.parametrize(("amount", "shown"), [("2.345", "2.34"), ("2.355", "2.36"), ("-0.004", "0.00")])
def test_reports_round_half_to_even(amount, shown):
    assert str(round_display(Decimal(amount))) == shown


def test_every_base_currency_is_known():
    offered = (
        "USD EUR GBP CAD JPY HKD AUD CHF MXN SEK NZD HUF CZK CNH DKK RUB ILS NOK SGD PLN ZAR AED KRW SAR TRY RON BGN"
    )

    assert set(CURRENCIES) == set(offered.split())
    assert {code for code in CURRENCIES if minor_unit(code) == 1} == {"JPY", "KRW"}


def test_an_unknown_currency_is_refused():
    with pytest.raises(UnknownCurrency, match="'XXX'"):
        round_money(Decimal(1), "XXX")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("250.00", "250.00"),
        ("-12.34", "-12.34"),
        ("0", "0"),
        ("-0.00", "0.00"),
        (".5", "0.5"),
        ("007", "7"),
        ("1.230000000", "1.230000000"),
        ("9999999999999999.9999", "9999999999999999.9999"),
    ],
)
def test_plain_numbers_are_read(text, number):
    assert str(parse_decimal(text, digits=20, places=4)) == number


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("NaN", "not a number"),
        ("sNaN123", "not a number"),
        ("-nan", "not a number"),
        ("Infinity", "infinite"),
        ("-inf", "infinite"),
        ("∞", "infinite"),
        ("1e5", "exponent"),
        ("1.5E-3", "exponent"),
        ("1_000", "underscore"),
        ("１２３", "other than the digits 0-9"),
        ("١٢", "other than the digits 0-9"),
        ("−5", "other than the digits 0-9"),
        ("1,000.00", "comma"),
        ("1,5", "comma"),
        (" 1", "spaces"),
        ("1\n", "spaces"),
        ("1 000", "spaces"),
        ("+1", "plus sign"),
        ("--1", "not a number"),
        ("5.", "not a number"),
        (".", "not a number"),
        ("0x10", "not a number"),
        ("1.2.3", "not a number"),
        ("$5", "not a number"),
        ("1.23456", "more than 4 decimal places"),
        ("12345678901234567", "more than 16 digits"),
        ("9" * 65, "longer than 64"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text, problem):
    with pytest.raises(BadDecimal, match=problem) as refusal:
        parse_decimal(text, digits=20, places=4)

    assert str(refusal.value) == refusal.value.msgid % refusal.value.params


def test_a_hostile_number_cannot_break_the_line_of_its_message():
    with pytest.raises(BadDecimal) as refusal:
        parse_decimal("1\r\nforged: line", digits=20, places=4)

    assert "\n" not in str(refusal.value)


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False, allow_infinity=False))
def test_what_the_database_writes_is_read_back(number):
    assert parse_decimal(format(number, "f"), digits=20, places=4) == number


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_anything_else(text):
    try:
        number = parse_decimal(text, digits=20, places=4)
    except BadDecimal:
        return
    assert number.is_finite()
    assert text.isascii()


@pytest.mark.parametrize(
    ("total", "weights", "currency", "shares"),
    [
        ("100.00", (1, 1, 1), "USD", ("33.34", "33.33", "33.33")),
        ("0.05", (3, 7), "USD", ("0.02", "0.03")),  # 0.015 and 0.035: equal remainders, the earlier gains
        ("1.00", ("0.5", "0.25", "0.25"), "USD", ("0.50", "0.25", "0.25")),
        ("-100.00", (1, 1, 1), "USD", ("-33.34", "-33.33", "-33.33")),
        ("10", (1, 1, 1), "JPY", ("4", "3", "3")),
        ("0.02", (0, 1, 1, 1), "USD", ("0.00", "0.01", "0.01", "0.00")),
        ("0.00", (1, 2), "USD", ("0.00", "0.00")),
    ],
)
def test_a_total_is_shared_out_in_whole_cents(total, weights, currency, shares):
    parts = split(Decimal(total), [Decimal(weight) for weight in weights], currency)

    assert tuple(map(str, parts)) == shares


@pytest.mark.parametrize(
    ("total", "weights", "problem"),
    [("1.00", (), "nothing"), ("1.00", (0, 0), "nothing"), ("1.00", (2, -1), "negative"), ("1.001", (1,), "minor")],
)
def test_an_impossible_sharing_is_refused(total, weights, problem):
    with pytest.raises(ValueError, match=problem):
        split(Decimal(total), weights, "USD")


@given(
    cents=st.integers(-(10**14), 10**14),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any),
)
def test_shares_add_up_and_none_is_a_cent_away_from_fair(cents, weights):
    total = Decimal(cents).scaleb(-2)

    shares = split(total, weights, "USD")

    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < Decimal("0.01")
