"""Adjustments: whatever was billed, the entries together are the right fee, and the text says what it was made from."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.adjustment import Billed, after, difference, parse, text, together
from portal.lib.money import round_money

exact = st.decimals(0, 10**9, places=8)
fees = exact.map(lambda one: Billed(one, round_money(one, "USD")))


@given(st.lists(fees, min_size=1, max_size=6))
def test_after_every_correction_the_entries_together_are_the_right_fee(rights):
    entries: list[Billed] = []
    for right in rights:
        entries.append(difference(together(entries), right))
        assert together(entries) == right


@given(fees)
def test_what_is_right_already_is_not_adjusted(fee):
    assert difference(fee, fee) == (0, 0)


@given(fees, st.sampled_from(["", "2025-09-30 240000.0000\n7 0.010000 21"]))
def test_the_text_is_read_as_it_was_written(fee, inputs):
    assert parse(text(fee, inputs)) == (fee, inputs)


def test_the_form_of_the_text_never_changes():
    """It is sealed as it stands."""
    billed = Billed(Decimal("208.33333333"), Decimal("208.33"))
    assert text(billed, "2025-09-30 240000.0000") == "billed 208.33333333 208.33\n2025-09-30 240000.0000"
    assert text(billed, "") == "billed 208.33333333 208.33"


@pytest.mark.parametrize("stored", ["", "charged 1.00000000 1.00", "billed 1", "billed 1 2 3"])
def test_a_text_that_is_none_of_ours_is_refused(stored):
    with pytest.raises(ValueError, match=r".*"):
        parse(stored)


def test_rounded_once_and_not_twice():
    """19.84126984 and 19.84523810 differ by 0.00396826, which rounds to nothing; the fees differ by a cent."""
    billed, right = Billed(Decimal("19.84126984"), Decimal("19.84")), Billed(Decimal("19.84523810"), Decimal("19.85"))
    assert difference(billed, right) == (Decimal("0.00396826"), Decimal("0.01"))
    assert "0.01" in after(difference(billed, right), "USD").msgid % after(difference(billed, right), "USD").params
