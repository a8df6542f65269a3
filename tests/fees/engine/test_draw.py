"""Largest cash first, worked by hand."""

from decimal import Decimal as D

from fees.engine.draw import Collected, Draw, collect


def one(fee: str, master: str | None, subs: dict[int, str], *, may_borrow: bool = False) -> Collected:
    cash = {key: D(value) for key, value in subs.items()}
    return collect([D(fee)], master=None if master is None else D(master), subs=cash, may_borrow=may_borrow)[0]


def test_the_master_pays_alone_while_it_can():
    assert one("100.00", "100.00", {7: "900"}) == Collected(())


def test_what_it_lacks_comes_from_the_sub_with_the_most():
    assert one("100.00", "40.00", {7: "50.00", 8: "70.00"}) == Collected((Draw(8, D("60.00")),))


def test_then_from_the_next():
    """100 - 10 = 90 lacking: 50 of the larger, 30 of the next, 10 of the last."""
    assert one("100.00", "10.00", {7: "30.00", 8: "50.00", 9: "25.00"}) == Collected(
        (Draw(8, D("50.00")), Draw(7, D("30.00")), Draw(9, D("10.00")))
    )


def test_of_equal_subs_the_lower_comes_first():
    assert one("50.00", "0.00", {9: "60.00", 7: "60.00"}) == Collected((Draw(7, D("50.00")),))


def test_what_a_master_owes_already_is_not_drawn_for():
    """It is 30 in debt; the fee of 100 draws 100, and it is 30 in debt after it as before."""
    assert one("100.00", "-30.00", {7: "500.00"}) == Collected((Draw(7, D("100.00")),))


def test_a_sub_in_debt_gives_nothing():
    assert one("100.00", "90.00", {7: "-500.00", 8: "20.00"}) == Collected((Draw(8, D("10.00")),))


def test_a_cash_group_pays_whole_or_not_at_all():
    assert one("100.00", "40.00", {7: "59.99"}) == Collected((), waits=True)


def test_a_margin_group_gives_what_it_has_and_borrows_the_rest():
    assert one("100.00", "40.00", {7: "59.99"}, may_borrow=True) == Collected((Draw(7, D("59.99")),))


def test_nothing_says_that_a_master_without_a_statement_lacks_money():
    assert one("100.00", None, {7: "500.00"}) == Collected(())


def test_what_one_fee_takes_is_not_there_for_the_next():
    """100 leaves 20 of the master's 120. The second fee of 60 lacks 40: of 50. The third of 25 lacks 25, of the 30 that
    the second sub has and the first, now 10, has not."""
    found = collect([D(100), D(60), D(25)], master=D(120), subs={7: D(50), 8: D(30)}, may_borrow=False)
    assert found == [Collected(()), Collected((Draw(7, D(40)),)), Collected((Draw(8, D(25)),))]


def test_a_small_fee_passes_where_a_larger_one_did_not():
    found = collect([D(100), D(60)], master=D(20), subs={7: D(50)}, may_borrow=False)
    assert found == [Collected((), waits=True), Collected((Draw(7, D(40)),))]
