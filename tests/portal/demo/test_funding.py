"""The demo's clients have saved what can be saved, and asked for one of everything that can move."""

from collections import Counter
from datetime import date
from decimal import Decimal

from accounts.broker.funding.models import FundingRequest
from accounts.broker.recurring.models import RecurringInstruction
from accounts.ground.access.context import acting
from portal.demo.funding import _of_the_owner
from tests.broker.funding.conftest import FRIDAY
from tests.broker.positions.conftest import depot, till

__all__ = ["depot", "till"]


def test_an_owner_has_something_on_every_page_of_transfer_and_pay(depot, world, browse):
    depot.till.cash("U1000001", "1000")
    depot.hold("U1000001", "AAPL", "105", "150")
    with acting(world.users["ana"].pk) as who:
        _of_the_owner(who, world["U1000001"], withdraws=True, at=FRIDAY)
    asked = Counter(FundingRequest.unscoped.values_list("kind", flat=True))
    assert asked == {"bank": 3, "deposit": 1, "withdrawal": 2, "position_in": 1, "position_out": 1}
    assert FundingRequest.unscoped.get(kind="position_out").usd == Decimal("1500.00")  # a tenth: 10 of 105
    due = set(RecurringInstruction.unscoped.values_list("name", "starts_on"))
    assert due == {("Power", date(2026, 6, 15)), ("Savings", date(2026, 6, 15))}
    ana = browse("ana")
    for path, words in (
        ("/transfer/bills/", "Power at home"),
        ("/transfer/recurring/", "Savings"),
        ("/transfer/saved/", "Former broker"),
        ("/transfer/positions/", "Outbound position transfer"),
        ("/transfer/funds/", "Deposit"),
    ):
        assert words in ana.get(path).content.decode(), path
