"""Sharing out a block, by hand-worked cases and by properties that hold for any of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.broker.allocation.rules import (
    AllocationRefused,
    Candidate,
    by_hand,
    check_percent,
    largest_remainder,
    share_out,
)


def candidates(*weights, minimum="0"):
    return [Candidate(f"U{place:07}", Decimal(weight), Decimal(minimum)) for place, weight in enumerate(weights, 1)]


def got(shares):
    return [int(share.quantity) if share.quantity == int(share.quantity) else share.quantity for share in shares]


@pytest.mark.parametrize(
    ("quantity", "lot", "weights", "minimum", "expected"),
    [
        # 100 among three: 33 each, the lot left over goes to the lowest number.
        ("100", "1", ("1", "1", "1"), "0", [34, 33, 33]),
        # 10 by 50/30/20 %.
        ("10", "1", ("50", "30", "20"), "0", [5, 3, 2]),
        # 7 by 60/30/10: 4.2, 2.1, 0.7; the one left over goes to the largest remainder.
        ("7", "1", ("60", "30", "10"), "0", [4, 2, 1]),
        # 500 in hundreds by 1000/1000/500: 2, 2, 1.
        ("500", "100", ("1000", "1000", "500"), "0", [200, 200, 100]),
        # Two lots among three: the third gets none.
        ("2", "1", ("1", "1", "1"), "0", [1, 1, 0]),
        # 100 by 98/1/1 with at least 5: the third goes first, then the second, and the first takes all.
        ("100", "1", ("98", "1", "1"), "5", [100, 0, 0]),
        # 10 by 6/3/1 with at least 2: the third is out; the rest again by 6/3: 6.67, 3.33.
        ("10", "1", ("6", "3", "1"), "2", [7, 3, 0]),
        # Fractions of a share.
        ("1.0", "0.1", ("1", "1", "1"), "0", [Decimal("0.4"), Decimal("0.3"), Decimal("0.3")]),
        # Values with cents: 250000.50 and 749999.50 of 1000.
        ("1000", "1", ("250000.50", "749999.50"), "0", [250, 750]),
    ],
)
def test_worked_by_hand(quantity, lot, weights, minimum, expected):
    shares = share_out(Decimal(quantity), Decimal(lot), candidates(*weights, minimum=minimum))

    assert got(shares) == expected
    assert all(bool(share.left_out) == (share.quantity == 0) for share in shares)


def test_an_account_that_cannot_take_it_is_left_out_with_its_reason():
    one, two = candidates("1", "1")
    restricted = Candidate(two.number, two.weight, left_out="Restricted: XYZ.")

    shares = share_out(Decimal(10), Decimal(1), [one, restricted])

    assert [(share.quantity, share.left_out) for share in shares] == [(10, ""), (0, "Restricted: XYZ.")]


@pytest.mark.parametrize(
    ("quantity", "lot", "weights", "words"),
    [
        ("10", "3", ("1",), "not a whole number of lots"),
        ("10", "1", ("0", "0"), "No account can take it"),
        ("0", "1", ("1",), "above zero"),
        ("10", "0", ("1",), "above zero"),
        ("10", "1", (), "No account can take it"),
    ],
)
def test_what_cannot_be_shared_out(quantity, lot, weights, words):
    with pytest.raises(AllocationRefused, match=words):
        share_out(Decimal(quantity), Decimal(lot), candidates(*weights))


def test_a_minimum_nobody_reaches_leaves_nobody():
    with pytest.raises(AllocationRefused, match="No account can take it"):
        share_out(Decimal(10), Decimal(1), candidates("1", "1", minimum="11"))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (("4", "5"), "add up to 9, but 10 were executed"),
        (("4.5", "5.5"), "not a whole number of lots"),
        (("-1", "11"), "may not be negative"),
        (("1", "9"), "below the minimum of 2"),
    ],
)
def test_quantities_by_hand_must_fit(weights, words):
    with pytest.raises(AllocationRefused, match=words):
        by_hand(Decimal(10), Decimal(1), candidates(*weights, minimum="2"))


def test_by_hand_nobody_is_silently_left_out():
    one, two = candidates("4", "6")

    with pytest.raises(AllocationRefused, match="U0000002: Restricted"):
        by_hand(Decimal(10), Decimal(1), [one, Candidate(two.number, two.weight, left_out="Restricted")])
    assert got(by_hand(Decimal(10), Decimal(1), [one, two])) == [4, 6]


@pytest.mark.parametrize(
    ("weights", "is_right"),
    [(("50", "50"), True), (("33.3", "66.7"), True), (("50", "49.99"), False), (("-1", "101"), False)],
)
def test_percentages_add_up_to_a_hundred(weights, is_right):
    if is_right:
        check_percent(candidates(*weights))
    else:
        with pytest.raises(AllocationRefused):
            check_percent(candidates(*weights))


WEIGHTS = st.lists(
    st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False, allow_infinity=False), min_size=1, max_size=30
)


@given(units=st.integers(1, 10**7), lot=st.sampled_from(["1", "100", "0.0001", "0.5"]), weights=WEIGHTS,
       minimum=st.integers(0, 500), data=st.data())  # fmt: skip
def test_properties_of_every_allocation(units, lot, weights, minimum, data):
    lot = Decimal(lot)
    quantity = units * lot
    asked = [
        Candidate(f"U{place:07}", weight, minimum * lot, left_out=data.draw(st.sampled_from(["", "", "", "No"])))
        for place, weight in enumerate(weights)
    ]
    try:
        shares = share_out(quantity, lot, asked)
    except AllocationRefused:
        shares = None
    shuffled = data.draw(st.permutations(asked))
    if shares is None:
        with pytest.raises(AllocationRefused):
            share_out(quantity, lot, shuffled)
        return

    assert sum(share.quantity for share in shares) == quantity
    assert all(share.quantity >= 0 for share in shares)
    assert all(share.quantity % lot == 0 for share in shares)
    assert share_out(quantity, lot, shuffled) == shares
    by_number = {one.number: one for one in asked}
    for share in shares:
        one = by_number[share.number]
        assert share.quantity == 0 or (share.quantity >= one.minimum and not one.left_out and one.weight > 0)
        assert bool(share.left_out) == (share.quantity == 0)


@given(units=st.integers(0, 10**9), weights=st.lists(st.integers(1, 10**9), min_size=1, max_size=40))
def test_no_share_is_further_than_one_unit_from_the_exact_one(units, weights):
    shares = largest_remainder(units, [Decimal(weight) for weight in weights])

    total = sum(weights)
    assert sum(shares) == units
    assert all(abs(share * total - units * weight) < total for share, weight in zip(shares, weights, strict=True))
