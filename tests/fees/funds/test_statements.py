"""What statements tell of investments as they come: on the last day of a period, late, corrected, and not at all."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role, cursor
from accounts.ground.runs.models import Hold
from fees.funds.models import FundValue
from fees.posting.models import Charge
from tests.fees.funds.conftest import ANA, QUARTERLY, fund, on_funds
from tests.fees.funds.test_night import agrees
from tests.fees.posting.test_trades import trade

AUG_END, SEP, SEP_END = date(2025, 8, 29), date(2025, 9, 1), date(2025, 9, 30)
OCT_END = date(2025, 10, 31)


def bought(nights, day: date, amount: str, *, reported: date | None = None, key: str = "1:1:EXECUTION") -> None:
    trade(nights, day, asset="FUND", symbol="ALPHA", proceeds=f"-{amount}", key=key)
    if reported:
        with as_role("owner"), cursor() as cur:
            cur.execute("UPDATE broker_trade SET report_on = %s WHERE key = %s", [reported, key])


def amounts() -> list[Decimal]:
    return list(Charge.unscoped.order_by("starts", "revision").values_list("amount", flat=True))


def waits_for() -> list[str]:
    return list(Hold.unscoped.filter(resolved_at=None).values_list("detail", flat=True))


@pytest.mark.parametrize(("on", "last"), [(SEP_END, OCT_END), (OCT_END, date(2025, 11, 28))], ids=["month", "later"])
def test_what_came_in_on_the_last_day_of_a_month_stays_known_when_the_next_one_closes(nights, on, last):
    """20,000 bought on the last day: 131,000 − 101,000 − 20,000 is 10,000, and then nothing: 2,000.00 and 0.00."""
    before = AUG_END if on == SEP_END else SEP_END
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP if on == SEP_END else date(2025, 10, 1))
    nights.position(before, "101000")
    bought(nights, on, "20000")
    nights.position(on, "131000")
    nights.position(last, "131000")

    nights.night(on)
    nights.night(last)

    assert amounts() == [Decimal("2000.00"), Decimal("0.00")]
    assert FundValue.unscoped.count() == 3


def test_what_came_in_on_the_last_day_of_a_quarter_is_charged_in_neither(nights):
    """112,000 − 100,000 − 2,000 is 10,000, and 20 % of it 2,000.00; the quarter after it earned nothing."""
    nights.agree(ANA, on_funds(fund(share="0.20"), method=QUARTERLY), starts=date(2025, 7, 1))
    nights.position(date(2025, 6, 30), "100000")
    bought(nights, SEP_END, "2000")
    nights.position(SEP_END, "112000")
    nights.position(date(2025, 12, 31), "112000")

    nights.night(SEP_END)
    nights.night(date(2025, 12, 31))

    assert amounts() == [Decimal("2000.00"), Decimal("0.00")]
    known = FundValue.unscoped.filter(day=SEP_END).values_list("value", "put_in")
    assert list(known) == [(Decimal(112000), Decimal(2000))]


def test_a_purchase_inside_a_quarter_leaves_the_value_of_its_day_known(nights):
    """A rate asks for no value of the day before the period; its purchase must not make that value unknown."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    bought(nights, SEP_END, "2000")
    nights.position(SEP_END, "250000")
    nights.position(OCT_END, "0")

    nights.night(SEP_END)
    nights.night(OCT_END)

    assert amounts() == [Decimal("250.00"), Decimal("0.00")]
    assert [(one.day, one.value) for one in FundValue.unscoped.order_by("id")] == [(SEP_END, 250000), (OCT_END, 0)]


def closed_with_a_gain(nights) -> None:
    """20 % of 20,000."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.position(AUG_END, "100000")
    nights.position(SEP_END, "120000")
    nights.nights(SEP_END, date(2025, 10, 1))
    assert amounts() == [Decimal("4000.00")]


def test_a_purchase_that_a_later_statement_adds_gives_back_what_was_charged_on_it(nights):
    """5,000 of the 20,000 had been put in: 1,000.00 goes back."""
    closed_with_a_gain(nights)
    bought(nights, date(2025, 9, 8), "5000")

    nights.night(date(2025, 10, 2))

    assert amounts() == [Decimal("4000.00"), Decimal("-1000.00")]
    assert all(agrees(one) for one in Charge.unscoped.all())


@pytest.mark.parametrize("comes", ["in a new file", "in a file that had come"])
def test_a_purchase_that_comes_more_than_sixty_days_late_is_settled_by_a_correction(nights, comes):
    """Ten weeks after September 5,000 of the 20,000 turn out to have been put in: 1,000.00 goes back, once.

    What no new file says is looked at for sixty days and no longer.
    """
    closed_with_a_gain(nights)
    night = date(2025, 12, 15)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE accounts_run SET started_at = clock_timestamp()")
        cur.execute(
            "INSERT INTO broker_statementfile (id, sha256, name, kind, state, size, imported_at, query_name,"
            " statements, counts, problem) VALUES (7, 'x', 'late', 'flex', 'loaded', 1,"
            " clock_timestamp() - %s * interval '1 day', '', 1, '{}', '')",
            [0 if comes == "in a new file" else 3],
        )
    bought(nights, date(2025, 9, 8), "5000")
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET file_id = 7")

    nights.nights(night, date(2025, 12, 16))

    late = [Decimal("-1000.00")] if comes == "in a new file" else []
    assert amounts()[:2] == [Decimal("4000.00"), *late][:2]
    assert Charge.unscoped.filter(revision=1).count() == len(late)
    assert all(agrees(one) for one in Charge.unscoped.filter(starts=SEP))


def test_a_purchase_told_late_counts_in_its_quarter_where_the_office_tells_the_values(nights):
    """No statement shows the value, and the quarter began more than 60 days before: 20 % of 2,000 goes back."""
    nights.agree(ANA, on_funds(fund(share="0.20"), method=QUARTERLY), starts=date(2025, 7, 1))
    nights.told(date(2025, 6, 30), "100000")
    nights.told(SEP_END, "112000")
    nights.nights(SEP_END, date(2025, 10, 1))
    bought(nights, date(2025, 7, 8), "2000")

    nights.night(date(2025, 10, 15))

    assert amounts() == [Decimal("2400.00"), Decimal("-400.00")]


def test_a_purchase_that_vanishes_from_a_corrected_statement_is_put_in_no_more(nights):
    """15,000 of 20,000 at first, then all of it."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.position(AUG_END, "100000")
    bought(nights, date(2025, 9, 8), "5000")
    nights.position(SEP_END, "120000")
    nights.night(SEP_END)
    with as_role("owner"), cursor() as cur:
        cur.execute("DELETE FROM broker_trade")

    nights.night(date(2025, 10, 1))
    nights.night(date(2025, 10, 2))

    assert amounts() == [Decimal("3000.00"), Decimal("1000.00")]
    assert list(FundValue.unscoped.filter(day=date(2025, 9, 8)).order_by("id").values_list("put_in", flat=True)) == [
        Decimal(5000), Decimal(0)
    ]  # fmt: skip


def test_a_value_that_vanishes_is_not_known_any_more_and_what_was_charged_stays(nights):
    closed_with_a_gain(nights)
    with as_role("owner"), cursor() as cur:
        cur.execute("DELETE FROM broker_position WHERE day = %s", [AUG_END])

    nights.night(date(2025, 10, 2))

    assert amounts() == [Decimal("4000.00")]
    assert FundValue.unscoped.filter(day=AUG_END).order_by("-id")[0].value is None


def test_a_statement_older_than_the_report_of_a_purchase_does_not_tell_the_value(nights):
    """Bought in September and reported in November: the value of 31 October may be without it, so November waits, and
    so does the correction of October."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    for day, value in ((AUG_END, "100000"), (SEP_END, "100000"), (OCT_END, "100000"), (date(2025, 11, 28), "150000")):
        nights.position(day, value)
    nights.night(SEP_END)
    nights.night(OCT_END)
    bought(nights, date(2025, 10, 1), "50000", reported=date(2025, 11, 14))

    nights.night(date(2025, 11, 14))
    nights.night(date(2025, 11, 28))

    assert amounts() == [Decimal("0.00"), Decimal("0.00")]
    assert waits_for() == ["ALPHA 2025-10-31"] * 2

    nights.told(OCT_END, "150000")
    nights.night(date(2025, 12, 1))
    assert set(amounts()) == {Decimal("0.00")}
    assert waits_for() == []


def bought_inside_the_month(nights) -> None:
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    bought(nights, date(2025, 9, 8), "50000")
    nights.position(SEP_END, "52000")


def test_a_statement_of_other_positions_tells_that_an_investment_began_with_nothing(nights):
    """20 % of 2,000; looking again changes nothing."""
    bought_inside_the_month(nights)
    nights.position(AUG_END, "1000", name="AAPL")

    nights.nights(SEP_END, date(2025, 10, 2))

    assert amounts() == [Decimal("400.00")]
    assert agrees(nights.charge(ANA))
    assert [(one.day, one.value, one.put_in) for one in FundValue.unscoped.order_by("day")] == [
        (AUG_END, 0, 0), (date(2025, 9, 8), None, 50000), (SEP_END, 52000, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("told", ["no statement", "held before", "bought before", "only sold"])
def test_a_beginning_that_no_statement_tells_is_waited_for(nights, told):
    bought_inside_the_month(nights)
    if told != "no statement":
        nights.position(AUG_END, "1000", name="AAPL")
    if told == "held before":
        nights.position(date(2025, 7, 31), "80000")
    if told == "bought before":
        bought(nights, date(2025, 8, 28), "80000", reported=date(2025, 9, 3), key="2")
    if told == "only sold":
        with as_role("owner"), cursor() as cur:
            cur.execute("UPDATE broker_trade SET proceeds = 50000")

    nights.night(SEP_END)

    assert amounts() == []
    assert waits_for() == ["ALPHA 2025-08-29"]


def test_a_value_that_the_office_tells_leaves_the_purchase_of_the_day_to_the_statement(nights):
    """20,000 bought on the last day: 131,000 − 101,000 − 20,000 is 10,000."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.told(AUG_END, "101000")
    bought(nights, SEP_END, "20000")
    nights.told(SEP_END, "131000")

    nights.night(SEP_END)

    assert amounts() == [Decimal("2000.00")]
    assert agrees(nights.charge(ANA))


def test_a_purchase_that_the_office_tells_leaves_the_value_of_the_day_to_the_statement(nights):
    """As above; told in two rows, the second of which corrects the purchase alone."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.position(AUG_END, "101000")
    nights.position(SEP_END, "131000")
    nights.told(SEP_END, None, put_in="5000", taken_out="0")
    nights.told(SEP_END, None, put_in="20000")

    nights.night(SEP_END)

    assert amounts() == [Decimal("2000.00")]
    assert agrees(nights.charge(ANA))


def test_a_purchase_that_the_office_says_was_none_is_none(nights):
    """20 % of 30,000: zero is told, a blank is not."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.told(AUG_END, "101000")
    bought(nights, SEP_END, "20000")
    nights.told(SEP_END, "131000", put_in="0")

    nights.night(SEP_END)

    assert amounts() == [Decimal("6000.00")]
