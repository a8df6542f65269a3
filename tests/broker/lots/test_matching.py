"""Which lots a sale takes by each method; the figures come from a sheet worked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.broker.lots.matching import STANDING, Closing, Lot, Method, is_long_term, pair

SOLD = Closing("sale", date(2025, 6, 16), Decimal(-150), Decimal(3750))  # 150 at 25
# Each a hundred: a long-term gain of 15 a share and a loss of 5, a short-term gain of 5 and a loss of 15.
LOTS = [
    Lot("a", 1, date(2024, 1, 10), Decimal(100), Decimal(-1000)),
    Lot("b", 2, date(2024, 6, 3), Decimal(100), Decimal(-3000)),
    Lot("c", 3, date(2025, 2, 3), Decimal(100), Decimal(-2000)),
    Lot("d", 4, date(2025, 3, 3), Decimal(100), Decimal(-4000)),
]


def sums(pieces):
    """(long-term, short-term) as whole numbers."""
    return tuple(int(sum(one.gain for one in pieces if one.is_long_term is long)) for long in (True, False))


@pytest.mark.parametrize(
    ("method", "taken", "gains"),
    [
        ("FIFO", "a100 b50", (1250, 0)),
        ("LIFO", "d100 c50", (0, -1250)),
        ("HC", "d100 b50", (-250, -1500)),
        ("LC", "a100 c50", (1500, 250)),
        ("MLG", "a100 c50", (1500, 250)),
        ("MSG", "c100 a50", (750, 500)),
        ("MLL", "b100 d50", (-500, -750)),
        ("MSL", "d100 b50", (-250, -1500)),
    ],
)
def test_every_method_takes_the_lots_that_the_broker_says(method, taken, gains):
    pieces, left, unmatched = pair(LOTS, SOLD, method)

    assert " ".join(f"{one.lot.key}{one.lot.quantity}" for one in pieces) == taken
    assert sums(pieces) == gains
    assert (sum(lot.quantity for lot in left), unmatched) == (250, 0)


def test_named_lots_go_first_and_the_rest_first_in_first_out():
    pieces, left, _rest = pair(LOTS, SOLD, "SL", {"c": Decimal(30), "d": Decimal(20)})

    assert [(one.lot.key, int(one.lot.quantity)) for one in pieces] == [("c", 30), ("d", 20), ("a", 100)]
    assert sums(pieces) == (1500, -150)  # 30 x 5 - 20 x 15
    assert {lot.key: int(lot.quantity) for lot in left} == {"b": 100, "c": 70, "d": 80}


@pytest.mark.parametrize(
    ("picks", "taken", "gains"),
    [
        ({"c": 100, "d": 50}, "c100 d50", (0, -250)),  # 100 x 5 - 50 x 15
        ({"a": 100, "b": 50}, "a100 b50", (1250, 0)),  # 100 x 15 - 50 x 5
        ({"a": 50, "b": 50, "c": 50}, "a50 b50 c50", (500, 250)),
    ],
)
def test_whole_lots_that_lie_side_by_side_are_all_taken(picks, taken, gains):
    pieces, _left, _rest = pair(LOTS, SOLD, "SL", {key: Decimal(many) for key, many in picks.items()})

    assert " ".join(f"{one.lot.key}{one.lot.quantity}" for one in pieces) == taken
    assert sums(pieces) == gains


def test_what_was_sold_short_is_short_term_and_the_dearest_cover_is_the_cheapest_sale():
    short = [
        Lot("early", 1, date(2020, 1, 2), Decimal(-100), Decimal(5000)),
        Lot("late", 2, date(2020, 1, 3), Decimal(-100), Decimal(4000)),
    ]
    cover = Closing("cover", date(2025, 1, 3), Decimal(100), Decimal(-4500))

    [piece], [left], _rest = pair(short, cover, Method.HIGHEST)

    assert (piece.lot.key, piece.gain, piece.is_long_term) == ("late", -500, False)
    assert (left.key, left.quantity, left.money) == ("early", -100, 5000)


@pytest.mark.parametrize(
    ("bought", "sold", "long"),
    [
        (date(2024, 6, 3), date(2025, 6, 3), False),
        (date(2024, 6, 3), date(2025, 6, 4), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
        (date(2023, 2, 28), date(2024, 2, 29), False),  # counted from the 1st of March
        (date(2023, 2, 28), date(2024, 3, 1), True),
        (None, date(2025, 3, 1), None),
    ],
)
def test_more_than_a_year_counts_from_the_day_after(bought, sold, long):
    assert is_long_term(Lot("x", 1, bought, Decimal(1), Decimal(-1)), sold) is long


quantities = st.decimals("0.0001", "100000", places=4)
prices = st.decimals("0", "100000", places=6)
days = st.dates(date(2018, 1, 1), date(2025, 1, 1))


@st.composite
def holdings(draw):
    """Some lots, and sales that together close all of them."""
    lots = [
        Lot(f"l{place}", place, draw(days), quantity, -quantity * draw(prices))
        for place, quantity in enumerate(draw(st.lists(quantities, min_size=1, max_size=6)))
    ]
    left, sales = sum((lot.quantity for lot in lots), Decimal(0)), []
    while left > 0:
        quantity = left if len(sales) == 5 else min(left, draw(quantities))
        sales.append(Closing(f"s{len(sales)}", date(2025, 6, 1), -quantity, quantity * draw(prices)))
        left -= quantity
    return lots, sales


@given(holdings(), st.sampled_from(STANDING), st.randoms(use_true_random=False))
def test_lots_keep_quantity_and_cost_and_all_closed_comes_to_the_same_by_every_method(held, method, dice):
    lots, sales = held
    left, pieces = lots, []
    for sale in sales:
        before = sum((lot.quantity for lot in left), Decimal(0)), sum((lot.money for lot in left), Decimal(0))
        new, left, unmatched = pair(left, sale, dice.choice([method, Method.FIFO, method]))
        taken = sum((one.lot.quantity for one in new), Decimal(0)), sum((one.lot.money for one in new), Decimal(0))
        after = sum((lot.quantity for lot in left), Decimal(0)), sum((lot.money for lot in left), Decimal(0))
        assert (taken[0] + after[0], taken[1] + after[1]) == before
        assert unmatched == 0
        assert sum((one.closing.money for one in new), Decimal(0)) == sale.money
        assert all(one.lot.quantity > 0 and one.lot.money <= 0 for one in new)
        assert all(lot.quantity > 0 and lot.money <= 0 for lot in left)
        pieces += new

    assert left == []
    whole = sum((one.money for one in (*lots, *sales)), Decimal(0))
    assert sum((one.gain for one in pieces), Decimal(0)) == whole
