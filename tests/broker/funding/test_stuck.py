"""What goes wrong on the way, and at its edges: a file that does not arrive, numbers tried side by side, holds over
holidays, a withdrawal that is done, and the seat of a sub account."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from accounts.broker.activity.models import CashLine
from accounts.broker.funding import actions
from accounts.broker.funding.closing import complete
from accounts.broker.funding.models import FundingFile
from accounts.broker.funding.rules import FundingConflict, WrongNumber, hold_end
from accounts.broker.funding.sending import send_due
from accounts.broker.funding.watching import watch_files
from accounts.ground.access.context import acting, as_role
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from portal.lib.exchange import EXCHANGE_ZONE
from tests.broker.funding.conftest import FRIDAY
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD


def test_a_file_that_did_not_reach_the_broker_is_a_pending_item_until_it_has(till, browse):
    till.deposit("ana", "U1000001", "5")
    send_due(at=FRIDAY)
    assert watch_files(at=FRIDAY) == 0  # it is only on its way
    message = OutboxMessage.unscoped.filter(natural_key=FundingFile.unscoped.get().natural_key)
    message.update(last_error="no such folder", failed_at=FRIDAY)
    assert (watch_files(at=FRIDAY), watch_files(at=FRIDAY)) == (1, 0)
    (item,) = Request.unscoped.filter(kind="instruction")
    assert (item.status, item.finished_at, item.detail["why"]) == ("awaiting_broker", None, "no such folder")
    assert "did not reach the broker" in browse("alice").get("/pending/").content.decode()
    assert "did not reach the broker" not in browse("bob").get("/pending/").content.decode()
    message.update(failed_at=None, delivered_at=FRIDAY + timedelta(hours=1))
    assert (watch_files(at=FRIDAY), watch_files(at=FRIDAY)) == (1, 0)
    item.refresh_from_db()
    assert item.status == "approved"


def test_while_one_number_is_looked_at_no_other_is(till, world):
    till.cash("U1000001", "1000")
    found = till.withdraw("ana", "U1000001", "100", factor="password")
    number = actions.number_of(found)
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cur:
            cur.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"funding number {found.pk}"])
        for tried in (number, "00000000"):
            with acting(world.users["ana"].pk) as who, pytest.raises(FundingConflict, match="just now"):
                actions.confirm(who=who, found=found, number=tried, at=FRIDAY)
        with elsewhere.cursor() as cur:
            cur.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"funding number {found.pk}"])
    finally:
        elsewhere.close()
    with acting(world.users["ana"].pk) as who:
        with pytest.raises(WrongNumber):
            actions.confirm(who=who, found=found, number="00000000", at=FRIDAY)
        assert actions.confirm(who=who, found=found, number=number, at=FRIDAY).status == "pending_advisor"


@pytest.mark.parametrize(("asked", "until"), [
    # Clocks go forward on Sunday 2026-03-08: three days are 72 hours all the same.
    (datetime(2026, 3, 6, 12, tzinfo=EXCHANGE_ZONE), datetime(2026, 3, 9, 13, tzinfo=EXCHANGE_ZONE)),
    # Monday 2026-05-25 is Memorial Day.
    (datetime(2026, 5, 22, 12, tzinfo=EXCHANGE_ZONE), datetime(2026, 5, 25, 12, tzinfo=EXCHANGE_ZONE)),
])  # fmt: skip
def test_the_long_hold_is_72_hours_whatever_the_clocks_and_the_exchange_do(world, asked, until):
    held = hold_end(amount=Decimal(81), available=Decimal(100), at=asked, days=calendar())
    assert held.astimezone(UTC) == until.astimezone(UTC)


def test_the_short_hold_ends_with_the_start_of_the_next_business_day(world):
    friday = datetime(2026, 5, 22, 12, tzinfo=EXCHANGE_ZONE)
    held = hold_end(amount=Decimal(80), available=Decimal(100), at=friday, days=calendar())
    assert held == datetime(2026, 5, 26, tzinfo=EXCHANGE_ZONE)  # Tuesday, after Memorial Day
    friday = datetime(2026, 3, 6, 12, tzinfo=EXCHANGE_ZONE)
    held = hold_end(amount=Decimal(80), available=Decimal(100), at=friday, days=calendar())
    assert held.astimezone(UTC) == datetime(2026, 3, 9, 4, tzinfo=UTC)  # midnight of summer time


def test_trx_5_a_completed_withdrawal_is_cancelled_by_nobody(till, browse):
    till.cash("U1000001", "1000")
    found = till.withdraw("ana", "U1000001", "100")
    browse("alice").post(f"/transfer/requests/{found.pk}/consent/")
    send_due(at=FRIDAY)
    account, day = till.world["U1000001"], FRIDAY.date()
    CashLine.unscoped.create(
        firm_id=account.firm_id, account=account, key="1", kind=CashLine.DEPOSITS, currency="USD", amount=Decimal(-100),
        report_on=day, settle_on=day, file=till.file,
    )  # fmt: skip
    with as_role("night"):
        complete(accounts=[account.pk], at=FRIDAY)
    found.refresh_from_db()
    assert found.status == "completed"
    before = fingerprint_of_rows()
    ana = browse("ana")
    assert ana.post(f"/transfer/requests/{found.pk}/cancel/", {"reason": "late"}).status_code == 409
    url = f"/api/v1/funding-requests/{found.pk}/cancel/"
    assert ana.post(url, {"reason": "late"}, content_type="application/json").status_code == 409
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_a_sub_accounts_own_seat_asks_for_nothing(till, browse):
    till.cash("U4000001", "100")
    before = fingerprint_of_rows()
    said = {"amount": "1", "currency": "USD", "key": str(uuid4()), "to": "CHECK", "_password": PASSWORD}
    for way in ("withdraw", "deposit", "internal", "bank", "positions/out", "positions/in", "broker"):
        path = f"/accounts/U4000001/transfer/{way}/"
        assert browse("suki").post(path, {**said, "method": "WIRE", "other": "I4000001"}).status_code in (403, 404), way
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []
