"""What codes may cost: a price of each country, a day's money everywhere and for a country, and who hears of it."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts.ground.outbox.models import OutboxMessage
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import ask
from auth2fa.challenge.models import Purpose, SentCode
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import at_door
from auth2fa.factors.prices import DEAREST, Price, Spent, is_half, over_budget, price_of, read
from tests.auth2fa.kit import enrolled

PRICES = read(["US=0.01/0.04", "GB=0.05/0.10/0.12"])


def test_a_table_is_read_and_a_country_without_a_line_is_the_dearest():
    assert {"US": Price(D("0.01"), D("0.04")), "GB": Price(D("0.05"), D("0.10"), D("0.12"))} == PRICES
    assert price_of(PRICES, "FR").of("sms") == price_of(PRICES, "").of("voice") == DEAREST == D("0.20")
    assert (PRICES["GB"].of("sms"), PRICES["GB"].of("voice")) == (D("0.05"), D("0.10"))


@pytest.mark.parametrize(
    "line",
    ["US", "US=", "US=0.01", "us=0.01/0.02", "USA=1/2", "US=a/b", "US=-1/2", "US=NaN/1", "US=Infinity/1", "US=1/2/3/4"],
)
def test_a_line_that_cannot_be_read_stops_the_portal_from_starting(line):
    with pytest.raises(ValueError, match="COUNTRY=text/call"):
        read([line])


def test_a_country_twice_is_no_table():
    with pytest.raises(ValueError, match="US=1/1"):
        read(["US=0.01/0.02", "US=1/1"])


@pytest.mark.parametrize(
    ("everywhere", "country", "channel", "expected"),
    [
        ("0.90", "0", "voice", ""),
        ("0.91", "0", "voice", "day"),
        ("0.95", "0", "sms", ""),
        ("0.96", "0", "sms", "day"),
        ("0.50", "0.07", "sms", ""),
        ("0.50", "0.08", "sms", "country"),
        ("0.50", "0.02", "voice", ""),
        ("0.50", "0.03", "voice", "country"),
    ],
)
def test_to_the_cent(everywhere, country, channel, expected):
    """A day has one dollar, Britain twelve cents of it; a text there is five cents and a call ten."""
    price = PRICES["GB"]
    assert over_budget(Spent(D(everywhere), D(country)), price, price.of(channel), a_day=D(1)) == expected


@pytest.mark.parametrize(("before", "is_now"), [("0.48", False), ("0.49", True), ("0.495", True), ("0.50", False)])
def test_half_is_passed_once(before, is_now):
    assert is_half(Spent(D(before), D(0)), D("0.01"), a_day=D(1)) is is_now


@pytest.fixture
def office(world):
    olga = world.users["olga"]
    olga.email = "olga@example.test"
    olga.save(update_fields=["email"])
    return lambda: list(
        OutboxMessage.unscoped.filter(recipient="olga@example.test").order_by("pk").values_list("subject", flat=True)
    )


@pytest.fixture
def asked(world, settings):
    settings.CODES_PRICES = PRICES

    def question(name, number):
        held = enrolled(world.users[name], Kind.TEXT, number=number)
        at_door(held.device.user_id)
        return ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())

    return question


def order(one, *, channel="sms", after=0):
    at = timezone.now() + timedelta(seconds=after)
    return send(challenge=one, channel=channel, address="192.0.2.1", at=at)


def owed():
    return OutboxMessage.unscoped.filter(channel__in=["sms", "voice"]).count()


def test_each_row_says_its_price_and_the_day_stops_at_its_money(asked, settings, office):
    settings.CODES_USD_A_DAY = D("0.05")
    one = asked("alice", "+12025550143")
    order(one)
    order(one, channel="voice", after=31)
    assert list(SentCode.unscoped.order_by("sent_at").values_list("country", "cost")) == [
        ("US", D("0.0100")),
        ("US", D("0.0400")),
    ]
    for after in (62, 63):
        with pytest.raises(CannotSend, match="stopped"):
            order(one, after=after)
    assert (SentCode.unscoped.count(), owed()) == (2, 2), "what is refused is neither written nor owed"
    assert sorted(office()) == ["Codes by text and call are stopped", "Half of a day's money for codes is spent"]
    told = OutboxMessage.unscoped.get(subject="Codes by text and call are stopped")
    assert "USD 0.05 within a day" in told.body


def test_a_country_stops_at_its_own_money_and_the_others_go_on(asked, settings, office):
    settings.CODES_USD_A_DAY = D(50)
    british = asked("alice", "+447400123456")
    order(british)
    order(british, after=31)
    with pytest.raises(CannotSend, match="stopped"):
        order(british, after=62)
    assert owed() == 2 and office() == ["Codes by text and call are stopped"]
    assert "(GB)" in OutboxMessage.unscoped.get(subject="Codes by text and call are stopped").body
    order(asked("bob", "+12025550143"), after=62)
    assert owed() == 3


def test_a_day_later_there_is_money_again(asked, settings):
    settings.CODES_USD_A_DAY = D("0.01")
    one = asked("alice", "+12025550143")
    order(one)
    SentCode.unscoped.update(sent_at=timezone.now() - timedelta(days=1, seconds=1))
    order(one)
    assert owed() == 2


def test_money_is_counted_across_people(asked, settings, world):
    settings.CODES_USD_A_DAY = D("0.015")
    order(asked("alice", "+12025550143"))
    with pytest.raises(CannotSend, match="stopped"):
        order(asked("bob", "+12025550144"), after=1)
