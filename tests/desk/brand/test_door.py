"""The brand on the sign-in page: shown to whoever came by its link, and telling nothing else to anybody."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.desk.brand.actions import save_brand, withdraw
from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.queries import brand_of_link, own_practice
from accounts.ground.access.context import acting
from accounts.ground.tree.models import Practice
from tests.desk.brand.test_brand import LATER, LONG_AGO, png

pytestmark = pytest.mark.django_db

DOOR = "/sign-in/login/"


@pytest.fixture
def bright(world):
    with acting(world.users["bob"].pk) as who:
        return save_brand(
            who=who,
            practice=own_practice(who),
            brand_id="bright_1",
            name="Bright <b>Wealth</b>",
            uses_sms=False,
            banner=png(),
            at=LONG_AGO,
        )


def test_the_link_dresses_the_door_and_it_stays_dressed(client, bright):
    assert "Advisor Portal" in client.get(DOOR).content.decode()

    answer = client.get("/welcome/bright_1/")
    assert (answer.status_code, answer["Location"]) == (302, DOOR)
    assert answer.cookies["brand"]["httponly"]

    page = client.get(DOOR).content.decode()
    assert "Bright &lt;b&gt;Wealth&lt;/b&gt;" in page
    assert "<b>Wealth" not in page
    assert "Advisor Portal" not in page
    banner = client.get("/welcome/bright_1/banner/")
    assert banner.content == png()
    assert banner["Content-Type"] == "image/png"
    assert "sandbox" in banner["Content-Security-Policy"]
    assert "Bright" in client.get("/sign-in/password/reset/").content.decode()


@pytest.mark.parametrize("brand_id", ["no_such", "x", "bright-1", "a" * 200])
def test_an_unknown_brand_is_an_ordinary_door(client, bright, brand_id):
    answer = client.get(f"/welcome/{brand_id}/")

    assert (answer.status_code, answer["Location"]) == (302, DOOR)
    assert "brand" not in answer.cookies
    client.cookies["brand"] = brand_id
    assert "Advisor Portal" in client.get(DOOR).content.decode()
    assert client.get(f"/welcome/{brand_id}/banner/").status_code == 404


def test_it_follows_the_hour_the_withdrawal_and_the_register(world, bright):
    evening = datetime(2026, 3, 3, 1, tzinfo=UTC)  # 20:00 New York
    assert brand_of_link("bright_1", LONG_AGO) is None
    assert brand_of_link("BRIGHT_1", evening).name == "Bright <b>Wealth</b>"

    Practice.unscoped.filter(pk=world["F200002"].practice_id).update(is_registered=False)
    assert brand_of_link("bright_1", LATER) is None
    Practice.unscoped.filter(pk=world["F200002"].practice_id).update(is_registered=True)

    with acting(world.users["bob"].pk) as who:
        withdraw(who=who, practice=own_practice(who), at=LATER)
    assert brand_of_link("bright_1", LATER) is not None
    assert brand_of_link("bright_1", datetime(2026, 3, 6, tzinfo=UTC)) is None


def test_an_id_that_was_given_up_leads_nowhere(world, bright):
    with acting(world.users["bob"].pk) as who:
        save_brand(
            who=who,
            practice=own_practice(who),
            brand_id="bright_2",
            name="Bright",
            uses_sms=False,
            banner=None,
            at=LONG_AGO + timedelta(minutes=1),
        )
    assert brand_of_link("bright_1", LATER) is None
    assert brand_of_link("bright_2", LATER).name == "Bright"


def test_the_rows_themselves_stay_closed_at_the_door(bright, as_role):
    with as_role("portal_web"):
        assert not BrandVersion.unscoped.exists()
        assert brand_of_link("bright_1", LATER) is not None


def test_the_advisor_is_told_the_link(browse, bright):
    assert "/welcome/bright_1/" in browse("bob").get("/settings/brand/").content.decode()
