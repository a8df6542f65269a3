"""A statement that is imported while a night runs: what it corrects is adjusted by the next night, and no seal is
refused. Its import began before the night did."""

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from accounts.broker.activity.models import Trade, TradeHistory
from accounts.broker.feed.actions import import_statements
from accounts.ground.access.context import as_role
from fees.posting.close import close_chunk
from tests.broker.flex import Desk, document, element, section, statement
from tests.fees.adjustments.conftest import ANA, Corrected
from tests.fees.posting.nights import ALL, night_role
from tests.fees.posting.test_trades import FIRST, SECOND, key, per_trade

THIRD = date(2025, 10, 1)


def executed(generated: str, commission: str) -> bytes:
    trade = element(
        "Trade", tradeID="5", transactionID="6", quantity="100", tradePrice="10", proceeds="-1000", symbol="AAPL",
        currency="USD", assetCategory="STK", transactionType="ExchTrade", tradeDate="20250929", reportDate="20250929",
        ibCommission=commission, ibCommissionCurrency="USD", openCloseIndicator="O", buySell="BUY",
    )  # fmt: skip
    return document(statement(section("Trades", trade), first="20250929", generated=generated))


@pytest.fixture
def nights(own_world):
    """Three days of values, one trade, and 100 % of its commission of 1.00 agreed."""
    found = Corrected(own_world)
    found.values(ANA, "100000", FIRST, THIRD)
    found.agree(ANA, per_trade(key("percent_markup", "1")), starts=FIRST)
    return found


def test_a_night_and_an_import_read_and_write_one_after_the_other(nights, tmp_path):
    """1.00, and 0.50 more when the commission was 1.50 after all."""
    desk = Desk(tmp_path)
    began = timezone.now()
    import_statements([desk.put(executed("20250929;200000", "-1"))], at=began)
    corrected = desk.put(executed("20250929;210000", "-1.5"))

    def bring() -> None:
        try:
            import_statements([corrected], at=began)
        finally:
            connections.close_all()

    nights.accrue(FIRST)
    run = nights.run(FIRST)
    beside = Thread(target=bring)
    with night_role():
        close_chunk(run, FIRST, 0, ALL, 0)
        beside.start()
        beside.join(2)
        assert beside.is_alive()
    beside.join(30)
    assert not beside.is_alive()

    nights.post(FIRST)
    nights.sweep(FIRST)
    nights.transmit(FIRST)
    assert nights.reconcile(FIRST).problem == nights.seal(FIRST).problem == ""
    assert [one.amount for one in nights.revisions()] == [Decimal("1.00")]
    with as_role("owner"):
        assert Trade.unscoped.get().commission == Decimal("-1.5")
        assert TradeHistory.unscoped.get().replaced_at > nights.revisions()[0].created_at

    assert nights.night(SECOND).problem == ""

    found = nights.revisions()
    assert [one.amount for one in found] == [Decimal("1.00"), Decimal("0.50")]
    assert all(nights.agrees(one) for one in found)
