"""How single attributes are read; no database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.broker.feed import values
from accounts.broker.feed.values import BadValue


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"), ("-1.50", "-1.50"), ("1,234.50", "1234.50"), ("-1,234,567", "-1234567"), (".5", ".5"), ("5.", "5."),
        (" 7 ", "7"), ("", None), ("-", None), ("--", None), ("N/A", None), (None, None), ("0.0", "0.0"), ("-0", "-0"),
    ],
)  # fmt: skip
def test_numbers(text, number):
    assert values.number(text) == number


@pytest.mark.parametrize("text", ["1,23", "1,2345", ",5", "12,34.5", "1.2,3", "0.0 ()", "1 ", "٣"])
def test_what_could_be_read_in_two_ways_is_no_number(text):
    if text.strip(" ").isascii() and text.strip(" ").isdigit():
        assert values.number(text) == text.strip(" ")
    else:
        with pytest.raises(BadValue):
            values.number(text)


@given(st.text(max_size=30))
def test_a_number_is_ascii_digits_or_refused(text):
    try:
        read = values.number(text)
    except BadValue:
        return
    assert read is None or set(read) <= set("-0123456789.")


@pytest.mark.parametrize(
    "text",
    ["20260302", "2026-03-02", "20260302;093000", "2026-03-02 09:30:00", "20260302T093000", "2026-03-02, 09:30:00"],
)
def test_days(text):
    assert values.day(text) == date(2026, 3, 2)


def test_a_day_of_several_rows_is_nothing():
    assert values.day("MULTI") is None
    assert values.instant("MULTI") is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20260302;093000", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("2026-07-01 16:00:00 EDT", datetime(2026, 7, 1, 20, 0, tzinfo=UTC)),
        ("20260302", datetime(2026, 3, 2, 5, 0, tzinfo=UTC)),
        ("2026-03-02T16:20:00-0330", datetime(2026, 3, 2, 19, 50, tzinfo=UTC)),
        ("2026-03-02T16:20:00Z", datetime(2026, 3, 2, 16, 20, tzinfo=UTC)),
        ("2026-03-02,17:30:00", datetime(2026, 3, 2, 22, 30, tzinfo=UTC)),
    ],
)
def test_instants_are_on_the_brokers_clock(text, at):
    assert values.instant(text) == at


@pytest.mark.parametrize(
    "text", ["20260302;256000", "20260302;09:3000", "20260302;0930", "20260302 at noon", "20260302T093000+9900"]
)
def test_times_that_are_none(text):
    with pytest.raises(BadValue):
        values.instant(text)


@pytest.mark.parametrize(("text", "answer"), [("Y", True), ("No", False), ("", None), ("-", None)])
def test_booleans(text, answer):
    assert values.boolean(text) is answer


def test_words_lose_what_could_deceive_or_break():
    assert values.words("Ana \u202egnp.exe", most=50) == "Ana gnp.exe"
    assert values.words("a\tb\nc\u2028d", most=50) == "a b c d"
    assert values.words("x" * 99, most=10) == "x" * 10
    assert values.words("Jose\u0301", most=10) == "Jos\xe9"


@pytest.mark.parametrize(("text", "codes"), [("P;IM", "P;IM"), ("A,B", "A;B"), ("", ""), (" P ; ", "P")])
def test_codes(text, codes):
    assert values.codes(text, most=20) == codes
