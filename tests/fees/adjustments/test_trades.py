"""Executions that a statement tells otherwise, cancels or corrects after their fee was charged: what differs is
adjusted, nothing is charged twice, and the first receipt stays readable."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from accounts.ground.access.context import as_role, cursor
from accounts.ground.runs.models import Hold
from fees.trades.models import TradeFee
from tests.fees.adjustments.conftest import ANA
from tests.fees.posting.test_trades import FIRST, SECOND, key, per_trade, trade

THIRD = date(2025, 10, 1)
OWN = "1:1:EXECUTION"
NAMES = count()
KEPT = (
    "kind, trade_on, report_on, asset, symbol, currency, quantity, price, proceeds, multiplier, commission,"
    " commission_currency, opens_or_closes, notes, exchange"
)


@pytest.fixture
def valued(nights):
    nights.values(ANA, "100000", FIRST, date(2025, 10, 3))
    return nights


def came() -> int:
    """A statement that is imported now."""
    with as_role("owner"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_statementfile (sha256, name, kind, state, size, imported_at, query_name, statements,"
            " counts, problem) VALUES (%s, 'late', 'flex', 'loaded', 1, clock_timestamp(), '', 1, '{}', '')"
            " RETURNING id",
            [f"retold {next(NAMES)}"],
        )
        return cur.fetchone()[0]


def retold(assigned: str, *, named: str = OWN) -> None:
    """As the import corrects an execution: the old row is kept, the new one takes its place."""
    file = came()
    with as_role("owner"), cursor() as cur:
        cur.execute(
            f"INSERT INTO broker_tradehistory (firm_id, account_id, trade_id, {KEPT}, file_id, replaced_by_id,"
            f" replaced_at) SELECT firm_id, account_id, id, {KEPT}, file_id, %s, clock_timestamp()"
            "  FROM broker_trade WHERE key = %s",
            [file, named],
        )
        cur.execute(f"UPDATE broker_trade SET {assigned}, file_id = %s WHERE key = %s", [file, named])


def instead(
    nights, day: date, *, kind: str, number: str = "9", names: str = "1", with_last: bool = False, **more: str
) -> None:
    """A row of its own that names trade 1, or another; told by itself, or with what was told last."""
    named = f"{number}:{number}:EXECUTION"
    trade(nights, day, key=named, trade_id=number, kind=kind, **more)
    told = "(SELECT max(told_at) FROM broker_trade)" if with_last else "clock_timestamp()"
    with as_role("owner"), cursor() as cur:
        cur.execute(
            f"UPDATE broker_trade SET orig_trade_id = %s, file_id = %s, told_at = {told} WHERE key = %s",
            [names, came(), named],
        )


def charged(nights, schedule: dict, **more: str) -> None:
    """A trade of 29 September, whose fee posts on the 30th."""
    nights.agree(ANA, per_trade(schedule), starts=FIRST)
    trade(nights, FIRST, **more)
    assert nights.night(FIRST).problem == ""
    assert nights.night(SECOND).problem == ""


def amounts(nights) -> list[Decimal]:
    found = nights.revisions()
    assert all(nights.agrees(one) for one in found)
    return [one.amount for one in found]


def test_a_correction_that_changes_no_fee_leaves_the_receipt_readable(valued):
    charged(valued, key("ticket", "2"))
    retold("commission = -1.10, exchange = 'NYSE'")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00")]
    assert "A trade costs a flat 2 on top of the commission of 1" in " ".join(valued.story(valued.revisions()[0]))


def test_a_corrected_commission_is_adjusted(valued):
    """100 % of 1.00, then of 1.50: 0.50 more; and of 0.80 after that: 0.70 less."""
    charged(valued, key("percent_markup", "1"))
    retold("commission = -1.50")
    assert valued.night(THIRD).problem == ""
    retold("commission = -0.80")
    assert valued.night(date(2025, 10, 2)).problem == ""

    assert amounts(valued) == [Decimal("1.00"), Decimal("0.50"), Decimal("-0.70")]
    assert "the commission of 1.5" in " ".join(valued.story(valued.revisions()[1]))


def test_a_trade_that_is_noted_as_cancelled_is_given_back(valued):
    charged(valued, key("ticket", "2"))
    retold("notes = 'Ca'")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]
    assert [one.taken for one in valued.revisions()] == [Decimal("2.00"), Decimal("-2.00")]
    assert "The broker cancelled the trade, so there is no fee." in valued.story(valued.revisions()[1])


def test_a_cancellation_that_comes_as_a_row_of_its_own_is_given_back_and_costs_nothing(valued):
    charged(valued, key("ticket", "2"))
    instead(valued, SECOND, kind="TradeCancel", side="BUY", quantity="-100")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]
    assert TradeFee.unscoped.count() == 1


def test_a_correction_that_comes_as_a_row_of_its_own_takes_the_place_of_the_first(valued):
    """0.01 a share: 1.00 for 100, 2.00 for the 200 that it was: 1.00 more, and nothing a second time."""
    charged(valued, key("absolute_markup", "0.01"))
    instead(valued, FIRST, kind="TradeCancel", number="8", quantity="-100")
    instead(valued, FIRST, kind="TradeCorrect", quantity="200")

    assert valued.night(THIRD).problem == ""
    assert valued.night(date(2025, 10, 2)).problem == ""

    assert amounts(valued) == [Decimal("1.00"), Decimal("1.00")]


def test_a_trade_that_was_corrected_before_its_night_is_charged_once(valued):
    valued.agree(ANA, per_trade(key("absolute_markup", "0.01")), starts=FIRST)
    trade(valued, FIRST)
    instead(valued, FIRST, kind="TradeCorrect", quantity="200")

    assert valued.night(FIRST).problem == ""
    assert valued.night(SECOND).problem == ""

    assert amounts(valued) == [Decimal("2.00")]


def corrected_once(nights) -> None:
    """0.01 a share: 1.00 for 100, and 1.00 more for the 200 that row 9 made of them."""
    charged(nights, key("absolute_markup", "0.01"))
    instead(nights, SECOND, kind="TradeCorrect", quantity="200")
    assert nights.night(THIRD).problem == ""
    assert amounts(nights) == [Decimal("1.00"), Decimal("1.00")]


def last(nights) -> list[Decimal]:
    """What the nights after that change; nothing is charged a second time."""
    assert nights.night(date(2025, 10, 2)).problem == ""
    assert nights.night(date(2025, 10, 3)).problem == ""
    assert TradeFee.unscoped.count() == 1
    return amounts(nights)[2:]


def test_a_correction_of_a_correction_takes_the_place_of_both(valued):
    """150 shares are 1.50: 0.50 less than 2.00."""
    corrected_once(valued)
    instead(valued, SECOND, kind="TradeCorrect", number="12", names="9", quantity="150")

    assert last(valued) == [Decimal("-0.50")]


def test_a_correction_that_is_cancelled_leaves_nothing(valued):
    corrected_once(valued)
    instead(valued, SECOND, kind="TradeCancel", number="10", names="9", quantity="-200")

    assert last(valued) == [Decimal("-2.00")]


def test_a_correction_that_is_told_otherwise_in_its_own_row_is_followed(valued):
    corrected_once(valued)
    retold("quantity = 150", named="9:9:EXECUTION")

    assert last(valued) == [Decimal("-0.50")]


def test_a_cancellation_told_after_a_correction_of_the_same_trade_ends_it(valued):
    corrected_once(valued)
    instead(valued, SECOND, kind="TradeCancel", number="11", quantity="-100")

    assert last(valued) == [Decimal("-2.00")]


@pytest.mark.parametrize("names", ["1", "9"])
def test_a_cancellation_and_a_correction_told_together_are_one_step(valued, names):
    """Whichever comes first in the file: what was traded was 150."""
    corrected_once(valued)
    instead(valued, SECOND, kind="TradeCorrect", number="12", names=names, quantity="150")
    instead(valued, SECOND, kind="TradeCancel", number="13", names="9", quantity="-200", with_last=True)

    assert last(valued) == [Decimal("-0.50")]


@pytest.mark.parametrize(
    ("rows", "amount"),
    [
        pytest.param([("TradeCorrect", "9", "1"), ("TradeCorrect", "12", "9")], ["2.00"], id="corrected twice"),
        pytest.param([("TradeCorrect", "9", "1"), ("TradeCancel", "10", "9")], [], id="correction cancelled"),
        pytest.param([("TradeCorrect", "9", "1"), ("TradeCancel", "11", "1")], [], id="cancelled at last"),
    ],
)
def test_a_line_that_was_told_before_its_night_is_charged_once_or_not_at_all(valued, rows, amount):
    valued.agree(ANA, per_trade(key("absolute_markup", "0.01")), starts=FIRST)
    trade(valued, FIRST)
    for kind, number, names in rows:
        instead(valued, FIRST, kind=kind, number=number, names=names, quantity="200")

    assert valued.night(FIRST).problem == ""
    assert valued.night(SECOND).problem == ""

    assert amounts(valued) == [Decimal(one) for one in amount]


def test_what_a_fee_on_a_correction_costs_follows_the_whole_line(valued):
    """Row 9 is charged itself, 2.00; a cancellation of trade 1 that comes later ends it too."""
    valued.agree(ANA, per_trade(key("absolute_markup", "0.01")), starts=FIRST)
    trade(valued, FIRST)
    instead(valued, FIRST, kind="TradeCorrect", quantity="200")
    assert valued.night(FIRST).problem == ""
    assert valued.night(SECOND).problem == ""
    instead(valued, SECOND, kind="TradeCancel", number="11", quantity="-100")

    assert valued.night(THIRD).problem == ""
    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]


def test_a_receipt_does_not_hang_on_a_later_word_about_the_row_that_cancelled(valued):
    """A later statement restates what no fee reads of the cancelling row: it was known all the same."""
    charged(valued, key("ticket", "2"))
    instead(valued, SECOND, kind="TradeCancel", quantity="-100")
    assert valued.night(THIRD).problem == ""

    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET realized = 5, file_id = %s WHERE trade_id = '9'", [came()])

    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]


@pytest.fixture
def abroad(valued):
    """0.02 a share in either currency; 500 shares of SAP in EUR are 10.00 EUR."""
    shares = [key("absolute_markup", "0.02"), key("absolute_markup", "0.02", currency="EUR")]
    valued.agree(ANA, per_trade(*shares), starts=FIRST)
    trade(valued, FIRST, currency="EUR", symbol="SAP", quantity="500")
    return valued


def by_currency(nights) -> dict[str, list[Decimal]]:
    found = nights.revisions()
    assert all(nights.agrees(one) for one in found)
    return {
        currency: [one.amount for one in found if one.currency == currency]
        for currency in sorted({one.currency for one in found})
    }


def two_nights(nights) -> None:
    assert nights.night(FIRST).problem == ""
    assert nights.night(SECOND).problem == ""


def test_a_trade_in_another_currency_than_the_accounts_is_given_back(abroad):
    two_nights(abroad)
    retold("notes = 'Ca'")

    assert abroad.night(THIRD).problem == ""

    assert by_currency(abroad) == {"EUR": [Decimal("10.00"), Decimal("-10.00")]}
    assert [one.state for one in abroad.revisions()] == ["posted", "posted"]


def test_a_correction_in_another_currency_is_adjusted_and_not_charged_again(abroad):
    """1,000 shares are 20.00 EUR."""
    two_nights(abroad)
    instead(abroad, FIRST, kind="TradeCorrect", currency="EUR", symbol="SAP", quantity="1000")

    assert abroad.night(THIRD).problem == ""
    assert abroad.night(date(2025, 10, 2)).problem == ""

    assert by_currency(abroad) == {"EUR": [Decimal("10.00"), Decimal("10.00")]}


def test_a_day_in_two_currencies_is_adjusted_in_both(abroad):
    """100 shares in USD are 2.00; 150 of them 3.00, and 400 of SAP 8.00 EUR."""
    trade(abroad, FIRST, key="2:2:EXECUTION", trade_id="2")
    two_nights(abroad)
    retold("quantity = 150", named="2:2:EXECUTION")
    retold("quantity = 400")
    assert abroad.night(THIRD).problem == ""
    retold("notes = 'Ca'", named="2:2:EXECUTION")
    retold("notes = 'Ca'")
    assert abroad.night(date(2025, 10, 2)).problem == ""

    assert by_currency(abroad) == {
        "EUR": [Decimal("10.00"), Decimal("-2.00"), Decimal("-8.00")],
        "USD": [Decimal("2.00"), Decimal("1.00"), Decimal("-3.00")],
    }


@pytest.mark.parametrize("by_its_own_row", [False, True])
def test_a_trade_whose_correction_moves_it_into_another_currency_is_charged_there(valued, by_its_own_row):
    """500 shares were booked as 10.00 USD; they were EUR, and then USD after all."""
    shares = [key("absolute_markup", "0.02"), key("absolute_markup", "0.02", currency="EUR")]
    valued.agree(ANA, per_trade(*shares), starts=FIRST)
    trade(valued, FIRST, quantity="500")
    two_nights(valued)
    if by_its_own_row:
        instead(valued, FIRST, kind="TradeCorrect", currency="EUR", quantity="500")
    else:
        retold("currency = 'EUR', commission_currency = 'EUR'")
    assert valued.night(THIRD).problem == ""
    assert by_currency(valued) == {"EUR": [Decimal("10.00")], "USD": [Decimal("10.00"), Decimal("-10.00")]}
    told = valued.story(valued.revisions(currency="USD")[-1])
    assert "The trade is charged in another currency, so there is no fee in this one." in told

    if by_its_own_row:
        instead(valued, FIRST, kind="TradeCorrect", number="12", names="9", quantity="500")
    else:
        retold("currency = 'USD', commission_currency = 'USD'")
    assert valued.night(date(2025, 10, 2)).problem == ""
    assert valued.night(date(2025, 10, 3)).problem == ""

    assert by_currency(valued) == {
        "EUR": [Decimal("10.00"), Decimal("-10.00")],
        "USD": [Decimal("10.00"), Decimal("-10.00"), Decimal("10.00")],
    }


def test_a_correction_whose_commission_has_no_rate_waits_for_it(valued):
    """100 % of 1.00 USD; it was 10 EUR, which at 1.17 is 11.70: 10.70 more, two nights later."""
    charged(valued, key("percent_markup", "1"))
    retold("commission = -10, commission_currency = 'EUR'")
    for day in (THIRD, date(2025, 10, 2)):
        assert valued.night(day).problem == ""
        held = Hold.unscoped.get(stage="close", resolved_at=None)
        assert (held.day, held.reason, held.detail) == (day, "no_rate", "USD 2025-09-29")
    assert amounts(valued) == [Decimal("1.00")]

    with as_role("owner"), cursor() as cur:
        cur.execute("INSERT INTO broker_fxrate VALUES (%s, 'EUR', 'USD', 1.17, 0)", [FIRST])
    assert valued.night(date(2025, 10, 3)).problem == ""

    assert amounts(valued) == [Decimal("1.00"), Decimal("10.70")]
    assert not Hold.unscoped.filter(stage="close", resolved_at=None).exists()
