"""Lots rebuilt from what statements tell: openings, closings, splits, transfers, what was there before, what is not
known. Figures by hand."""

from datetime import date
from decimal import Decimal

from accounts.broker.lots.replay import Deal, Flag, Held, Moved, Scaled, replay

BOUGHT, SOLD = date(2024, 1, 10), date(2025, 6, 16)


def deal(key, day, quantity, money, **more):
    return Deal(key, day, Decimal(quantity), Decimal(money), **more)


def test_a_flip_closes_what_is_held_and_opens_the_rest_the_other_way():
    book = replay([deal("1", BOUGHT, 100, "-1001"), deal("2", SOLD, -150, "1498.5")])

    assert book.gains(SOLD) == Decimal("-2")  # 100 of 150 brought 999, and cost 1001
    [lot] = book.lots
    assert (lot.quantity, lot.money, lot.opened_on) == (-50, Decimal("499.5"), SOLD)
    assert book.flags == set()


def test_a_split_changes_quantities_and_keeps_cost_and_days():
    steps = [deal("1", BOUGHT, 100, "-1000"), deal("2", BOUGHT, 1, "-11"), Scaled(SOLD, Decimal(202))]

    book = replay([*steps, deal("3", SOLD, -150, "900")])

    assert book.gains(SOLD) == Decimal(400)  # half of the 300 that cost 1000
    assert [(lot.quantity, lot.money, lot.opened_on) for lot in book.lots] == [
        (150, -500, BOUGHT),
        (3, -11, BOUGHT),
    ]


def test_a_reverse_split_leaves_no_share_over():
    book = replay([deal(str(n), BOUGHT, 1, "-1") for n in range(7)] + [Scaled(SOLD, Decimal(-5))])

    assert (book.quantity, book.cost) == (2, 7)
    assert book.flags == set()


def test_what_nobody_has_opened_has_no_gain():
    book = replay([deal("1", BOUGHT, 10, "-100"), deal("2", SOLD, -15, "300", only_closes=True)])

    assert book.gains(SOLD) == 100  # ten of fifteen brought 200
    assert (book.unmatched[SOLD], book.flags, book.lots) == (5, {Flag.NO_LOT}, [])


def test_what_was_there_before_has_the_brokers_cost_and_no_age():
    book = replay([Held("before", None, Decimal(10), Decimal(80)), deal("2", SOLD, -10, "300", only_closes=True)])

    assert [(one.gain, one.is_long_term) for one in book.pieces] == [(220, None)]
    assert book.flags == {Flag.BEFORE}


def test_a_transfer_comes_at_its_days_value_and_goes_without_a_gain():
    steps = [
        deal("1", BOUGHT, 10, "-100"),
        Moved("in", BOUGHT, Decimal(10), Decimal(150)),
        Moved("out", SOLD, Decimal(-12), Decimal(-400)),
    ]

    book = replay(steps)

    assert (book.quantity, book.cost, book.pieces, book.flags) == (8, 120, [], {Flag.TRANSFER})


def test_futures_go_first_in_first_out_whatever_was_chosen():
    steps = [deal("1", BOUGHT, 1, "-100"), deal("2", BOUGHT, 1, "-200"), deal("3", SOLD, -1, "150")]

    assert replay(steps, asset="FUT", chosen=lambda day: ("LIFO", {})).gains(SOLD) == 50
    assert replay(steps, asset="STK", chosen=lambda day: ("LIFO", {})).gains(SOLD) == -50


def test_named_lots_serve_all_sales_of_a_day_once():
    steps = [
        deal("1", BOUGHT, 10, "-100"),
        deal("2", BOUGHT, 10, "-300"),
        deal("3", SOLD, -5, "100"),
        deal("4", SOLD, -5, "100"),
    ]

    book = replay(steps, chosen=lambda day: ("SL", {"2": Decimal(7)}))

    # 5 and 2 of the dear lot, then 3 of the old one.
    assert [(one.lot.key, one.lot.quantity) for one in book.pieces] == [("2", 5), ("2", 2), ("1", 3)]
    assert book.gains(SOLD) == 200 - 210 - 30
