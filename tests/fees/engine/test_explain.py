"""A charge told in words: the numbers in the story are the numbers of the charge."""

from datetime import date

import pytest

from fees.engine.charge import recompute
from fees.engine.explain import day_words, explain
from fees.engine.registry import FAMILIES
from fees.engine.types import WHOLE_BALANCE
from portal.lib.periods import daily
from portal.lib.words import english
from tests.fees.engine.agreed import NEW_YORK, SEPTEMBER_2025, always, blended, closes, flat, percent

TWO = [("0", "0.01"), ("100000", "0.005")]


def story(*terms, nav, period=SEPTEMBER_2025) -> list[str]:
    charge = recompute(method=terms[0].method, nav=nav, terms=terms, calendar=NEW_YORK, period=period, currency="USD")
    return [english(sentence) for sentence in explain(charge, terms)]


def test_a_month_of_percent_with_a_new_rate():
    changed = date(2025, 9, 16)
    told = story(
        percent("0.01", "PERCENTOFEQUITY_MONTHLY", ends=changed, component=1),
        percent("0.02", "PERCENTOFEQUITY_MONTHLY", starts=changed, component=2),
        nav=closes(SEPTEMBER_2025, (20, "252000"), (1, "-1")),
    )

    assert told == [
        "From 2025-09-01:",
        "The agreed fee is 1.00 % a year of the account's net liquidation value.",
        "From 2025-09-16:",
        "The agreed fee is 2.00 % a year of the account's net liquidation value.",
        "Each business day costs the account's closing value × the annual rate ÷ 252, "
        "the business days of a billing year.",
        "10 business days from 2025-09-02 to 2025-09-15 come to 100.00000000.",
        "11 business days from 2025-09-16 to 2025-09-30 come to 200.00000000.",
        "On 1 of them the account closed without a positive value, which costs nothing.",
        "Together 300.00000000; rounded once, half up, the fee is 300.00 USD.",
    ]


def test_a_single_day_shows_its_own_arithmetic():
    day = daily(date(2025, 9, 30))

    assert story(percent("0.05"), nav=always(day, "100000"), period=day)[2:] == [
        "2025-09-30: 100000.0000 × 5.000000 % ÷ 252 = 19.84126984.",
        "Together 19.84126984; rounded once, half up, the fee is 19.84 USD.",
    ]
    assert "2025-09-30: 1000.0000 ÷ 252 = 3.96825397." in story(flat("1000"), nav=always(day, "1"), period=day)
    assert (
        "2025-09-30: on 200000.0000 the ranges come to about 0.750000 % a year, and a 252nd of it is 5.95238095."
        in story(blended(TWO), nav=always(day, "200000"), period=day)
    )
    assert "2025-09-30: the account closed without a positive value, so the day costs nothing." in story(
        percent("0.05"), nav=always(day, "0"), period=day
    )


def test_the_end_of_the_month_shows_its_closing_value():
    told = story(percent("0.01", "PERCENTOFEQUITY_EOM"), nav=always(SEPTEMBER_2025, "252000"))

    assert told[1:] == [
        "The account closed 2025-09-30, the last business day of the period, with a value of 252000.",
        "A year at this value costs 2520.00 (1.000000 %); for 21 business days that is 2520.00 × 21 ÷ 252.",
        "Together 210.00000000; rounded once, half up, the fee is 210.00 USD.",
    ]


def test_an_empty_account_at_the_end_of_the_month():
    told = story(percent("0.01", "PERCENTOFEQUITY_EOM"), nav=always(SEPTEMBER_2025, "0"))

    assert "Without a positive closing value there is no fee." in told
    assert told[-1].endswith("the fee is 0.00 USD.")


def test_the_ranges_of_a_blend_are_told():
    name = "BLENDEDPERCENTOFEQUITY_MONTHLY"

    assert story(blended(TWO, name), nav=always(SEPTEMBER_2025, "1"))[:3] == [
        "Each part of the value is charged at the rate of the range it falls in.",
        "From 0 to 100000: 1.00 % a year.",
        "Above 100000: 0.500 % a year.",
    ]
    assert story(blended(TWO, name, mode=WHOLE_BALANCE), nav=always(SEPTEMBER_2025, "1"))[0] == (
        "The whole value is charged at the rate of the range that it reaches."
    )


def test_a_flat_month():
    told = story(flat("6000", "ANNUALFLATFEE_MONTHLY"), nav=always(SEPTEMBER_2025, "1"))

    assert told == [
        "The agreed fee is 6000 a year.",
        "Each business day costs the annual amount ÷ 252, the business days of a billing year.",
        "21 business days from 2025-09-02 to 2025-09-30 come to 500.00000001.",
        "Together 500.00000001; rounded once, half up, the fee is 500.00 USD.",
    ]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.FAMILY)
def test_every_family_can_tell_a_day(family):
    code = family.METHODS[0].code
    terms = {1: percent("0.05"), 11: blended(TWO), 21: flat("1000")}[code]
    day = daily(date(2025, 9, 30))
    charge = recompute(method=code, nav=always(day, "5"), terms=[terms], calendar=NEW_YORK, period=day, currency="USD")

    assert str(charge.accruals[0].amount) in english(day_words(charge, charge.accruals[0]))
