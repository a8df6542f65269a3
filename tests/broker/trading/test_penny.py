"""Who has opted out of secure login buys no penny stocks; everybody else is asked nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest

from accounts.broker.holdings.models import Position
from accounts.broker.instruments.rules import Traded
from accounts.broker.trading.queries import may_trade
from accounts.broker.trading.rules import penny_check
from accounts.ground.optouts.rules import Waived
from tests.broker.trading.conftest import DAY

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
FULL = Waived("full", NOON, is_restricted=True)
PARTLY = Waived("partial", NOON, is_restricted=False)
HELD = Waived("partial", NOON, is_restricted=True)


@pytest.mark.parametrize(
    ("choice", "price", "allowed"),
    [
        (FULL, "4.99", False),
        (FULL, "5", True),
        (FULL, None, True),
        (PARTLY, "0.01", False),
        (PARTLY, "5.01", True),
        (HELD, "0.01", True),
    ],
)
def test_by_the_choice_and_the_price(choice, price, allowed):
    assert penny_check(choice, D(price) if price else None).allowed is allowed


@pytest.fixture
def asked(stocks_everywhere, world, seated, monkeypatch):
    """sam, who runs an STL group and has opted out, or nobody has."""
    Position.objects.model.unscoped.create(
        account=world["I4000001"], day=DAY - timedelta(days=1), key="XYZ", level="SUMMARY", asset="STK", symbol="XYZ",
        currency="USD", quantity=1, price=D("1.20"), file_id=1,
    )  # fmt: skip

    def ask(choice, side="buy", symbol="XYZ"):
        monkeypatch.setattr("accounts.broker.trading.queries.waived", lambda _user, _at: choice)
        with seated("sam") as who:
            return may_trade(who, world["I4000001"], Traded(symbol, "STK", "US"), side, DAY, at=NOON)

    return ask


def test_the_answer_says_why(asked):
    refused = asked(FULL)
    assert not refused.allowed and refused.reasons == [
        "Penny stocks are not open to who signs in without a second proof."
    ]
    assert asked(FULL, side="sell").allowed and asked(HELD).allowed and asked(None).allowed
    assert asked(FULL, symbol="ABC").allowed
    assert "secure_login" not in {check.source for check in asked(None).checks}
