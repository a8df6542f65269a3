"""How much may be withdrawn with which device. The figures are the broker's table, in US dollars. SEC-5."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from accounts.ground.days.queries import calendar
from accounts.ground.stepup.limits import ach_problem, cap_of, window, withdrawal_problem
from accounts.ground.stepup.models import StepUpGrant
from auth2fa.devices.models import Kind
from auth2fa.devices.rules import carries
from tests.auth2fa.kit import enrolled, latest
from tests.world import PASSWORD


def refused(factor, amount, *, today=0, five_days=None):
    before = D(today)
    problem = withdrawal_problem(
        factor, amount=D(amount), today=before, five_days=before if five_days is None else D(five_days)
    )
    return problem is not None


def test_sec_5_texts_carry_200_000_a_day_and_a_card_anything():
    assert refused("text", 60_000, today=150_000)
    assert not refused("text", 50_000, today=150_000)
    assert not refused("card", 60_000, today=150_000)
    assert not refused("card", 10**12, today=10**12)


@pytest.mark.parametrize(
    ("factor", "a_day", "five_days"),
    [
        ("password", 50_000, 100_000),
        ("text", 200_000, 600_000),
        ("codes", 200_000, 600_000),
        ("phone", 1_000_000, 1_000_000),
        ("app", 1_000_000, 1_000_000),
        ("passkey", 1_000_000, 1_000_000),
        ("whatever", 50_000, 100_000),
    ],
)
def test_to_the_cent(factor, a_day, five_days):
    assert not refused(factor, D(a_day))
    assert refused(factor, D(a_day) + D("0.01"))
    assert not refused(factor, D("0.01"), five_days=D(five_days) - D("0.01"))
    assert refused(factor, D("0.01"), five_days=D(five_days))


def test_every_kind_of_device_has_its_line():
    assert {str(kind): cap_of(kind) == cap_of("password") for kind in Kind} == dict.fromkeys(map(str, Kind), False)


def test_five_business_days_skip_weekends_and_thanksgiving(db):
    # Thursday 26 November 2026 is Thanksgiving: five business days that end on Tuesday 1 December begin on the 24th.
    assert window(date(2026, 12, 1), calendar()) == (date(2026, 11, 24), date(2026, 12, 1))


def test_without_a_device_the_first_20_000_go_by_ach():
    assert ach_problem("password", amount=D(20_000), before=D(0)) is None
    assert ach_problem("password", amount=D("0.01"), before=D(20_000)) is not None
    assert ach_problem("text", amount=D(50_000), before=D(20_000)) is None


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("age", "factor"), [(24 * HOUR - timedelta(minutes=1), "password"), (24 * HOUR, "phone"), (None, "password")]
)
def test_a_device_younger_than_a_day_carries_no_more_than_the_password(age, factor):
    at = datetime(2026, 3, 2, 15, tzinfo=UTC)
    confirmed = at - age if age is not None else None
    assert carries("phone", confirmed_at=confirmed, at=at, hold=24 * HOUR) == factor
    assert refused(carries("phone", confirmed_at=confirmed, at=at, hold=24 * HOUR), 60_000) is (factor == "password")


@pytest.mark.parametrize(("ago", "factor"), [(23 * HOUR, "password"), (25 * HOUR, "card")])
def test_the_grant_of_a_task_says_what_may_leave_by_it(world, browse, ago, factor):
    """A thief with a password enrols a device of his own: it confirms, and moves no more money than the password."""
    alice, client = world.users["alice"], browse("alice")
    held = enrolled(alice, Kind.CARD, ago=ago)
    wish = {"name": "books", "days": "7", "ability": "reporting"}
    client.post("/settings/tokens/new/", {**wish, "_username": "alice", "_password": PASSWORD})
    one = latest(alice)
    said = {**wish, "_challenge": str(one.pk), "_code": held.answer(one)}
    assert client.post("/settings/tokens/new/", said).status_code == 200
    assert StepUpGrant.unscoped.get().factor == factor
    is_unlimited = "Withdrawals without a limit" in client.get("/settings/security/").content.decode()
    assert is_unlimited is (factor == "card")
    told = client.get("/api/v1/devices/").json()[0]["withdraws_a_day"]
    assert told == ("50000.00" if factor == "password" else None)


def test_the_page_and_the_api_say_it(world, browse):
    enrolled(world.users["alice"], Kind.TEXT)
    enrolled(world.users["alice"], Kind.PASSKEY, credential=b"x")
    page = browse("alice").get("/settings/security/").content.decode()
    assert "Withdraw up to USD 200,000 a day, USD 600,000 in five business days" in page
    assert "Withdraw up to USD 50,000 a day, USD 100,000 in five business days" in page
    rows = {one["kind"]: one for one in browse("alice").get("/api/v1/devices/").json()}
    assert (rows["text"]["withdraws_a_day"], rows["text"]["withdraws_in_five_days"]) == ("200000.00", "600000.00")
