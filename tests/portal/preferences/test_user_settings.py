"""Language, zone and forms are each person's own: chosen on a page or over the API, used where times are shown."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone, translation

from accounts.broker.permissions.models import PermissionRequest
from accounts.ground.amounts import NUMBER_NAMES, current_numbers, money_words, number_words
from accounts.ground.dates import moment_text
from accounts.ground.people.models import User
from accounts.ground.writing import Forms, written_as
from portal.preferences.models import Preference
from portal.preferences.zones import is_zone, zone_groups, zone_or_usual
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows

pytestmark = pytest.mark.django_db
NEW_YORK = "America/New_York"
API = "/api/v1/preferences/"


def chosen():
    """The zones that are not the usual one, by name."""
    return dict(User.objects.exclude(timezone=NEW_YORK).values_list("username", "timezone"))


def test_the_page_shows_what_is_chosen_and_the_choice_shows_the_times(browse, world):
    alice = browse("alice")
    assert f'<option value="{NEW_YORK}" selected' in alice.get("/settings/user/").content.decode()

    assert alice.post("/preferences/zone/", {"zone": "Asia/Tokyo", "next": "/settings/user/"}).status_code == 302

    page = alice.get("/settings/user/")
    assert '<option value="Asia/Tokyo" selected' in page.content.decode()
    there = page.context["now"].astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{there:%Y-%m-%d %H:%M}" in page.content.decode()
    assert chosen() == {"alice": "Asia/Tokyo"}


def test_an_instant_is_shown_in_the_readers_zone_and_form(browse, world):
    """15:00 in London is midnight in Tokyo and 10:00 in New York."""
    account, at = world["U1000001"], datetime(2025, 11, 19, 15, 0, tzinfo=UTC)
    PermissionRequest.unscoped.create(
        firm_id=account.firm_id, practice_id=account.practice_id, account=account, node_kind="client",
        wanted=["stocks:ALL"], asked_by=world.users["ana"].pk, asked_at=at, expires_at=at,
    )  # fmt: skip
    for name in ("alice", "ana"):
        assert "2025-11-19 10:00" in browse(name).get("/accounts/U1000001/products/").content.decode()

    alice = browse("alice")
    alice.post("/preferences/zone/", {"zone": "Asia/Tokyo"})
    alice.post("/preferences/dates/", {"dates": "day_first"})

    assert "20.11.2025 00:00" in alice.get("/accounts/U1000001/products/").content.decode()
    assert "2025-11-19 10:00" in browse("ana").get("/accounts/U1000001/products/").content.decode()


def test_the_cut_off_stays_that_of_new_york(browse, world):
    alice = browse("alice")
    alice.post("/preferences/zone/", {"zone": "Asia/Tokyo"})

    assert "17:30 New York time" in alice.get("/support/").content.decode()


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "EST5EDT", "Etc/GMT+5"])
def test_an_unknown_zone_changes_nothing(browse, world, zone):
    alice = browse("alice")
    before = fingerprint_of_rows()
    assert alice.post("/preferences/zone/", {"zone": zone}).status_code == 302
    assert alice.patch(API, {"zone": zone}, content_type="application/json").status_code == 400
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_a_zone_that_is_no_more_is_the_usual_one(browse, world):
    User.objects.filter(username="alice").update(timezone="Nowhere/At_All")
    page = browse("alice").get("/settings/user/").content.decode()
    assert f'<option value="{settings.TIME_ZONE}" selected' in page
    assert zone_or_usual("Nowhere/At_All") == settings.TIME_ZONE


def test_nobody_who_is_not_signed_in_chooses(browse, world):
    nobody = browse("")
    for place, said in (("zone", "Asia/Tokyo"), ("numbers", "point_comma"), ("dates", "words")):
        assert "/sign-in/" in nobody.post(f"/preferences/{place}/", {place: said}).headers["Location"]
    assert "/sign-in/" in nobody.get("/settings/user/").headers["Location"]
    assert nobody.patch(API, {"zone": "Asia/Tokyo"}, content_type="application/json").status_code in (401, 403)
    assert chosen() == {} and not Preference.unscoped.exists()


def test_every_zone_that_is_offered_can_be_chosen():
    offered = [name for _continent, zones in zone_groups() for name, _words in zones]
    assert len(offered) == len(set(offered)) > 300 and all(map(is_zone, offered))


@pytest.mark.parametrize(
    ("form", "shown", "negative"),
    [
        ("", "1,234,567.89", "\N{MINUS SIGN}0.50"),
        ("comma_point", "1,234,567.89", "\N{MINUS SIGN}0.50"),
        ("point_comma", "1.234.567,89", "\N{MINUS SIGN}0,50"),
        ("space_comma", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,89", "\N{MINUS SIGN}0,50"),
        (
            "quote_point",
            "1\N{RIGHT SINGLE QUOTATION MARK}234\N{RIGHT SINGLE QUOTATION MARK}567.89",
            "\N{MINUS SIGN}0.50",
        ),
    ],
)
def test_numbers_in_each_form(form, shown, negative):
    with written_as(Forms(numbers=form)):
        assert number_words(Decimal("1234567.89")) == shown
        assert number_words(Decimal("-0.5")) == negative
        assert money_words(Decimal(1500), "JPY").startswith(number_words(Decimal(1500), 0))
    assert current_numbers.get() == ""
    assert set(NUMBER_NAMES) == {"", "comma_point", "point_comma", "space_comma", "quote_point"}


def test_the_form_of_numbers_wins_over_the_language_on_pages(browse, world):
    """With English words and the marks of Geneva."""
    alice = browse("alice")
    with translation.override("ru"):
        assert number_words(Decimal("1234.5")) == "1\N{NO-BREAK SPACE}234,50"
    assert alice.post("/preferences/numbers/", {"numbers": "quote_point", "next": "/accounts/"}).status_code == 302
    alice.post("/preferences/numbers/", {"numbers": "roman"})

    assert Preference.unscoped.get().numbers == "quote_point"
    page = alice.get("/settings/user/").content.decode()
    assert 'value="quote_point"' in page and page.count('aria-current="true"') >= 3


def test_the_same_over_the_api(browse, world):
    alice = browse("alice")
    usual = {"language": "en", "zone": NEW_YORK, "dates": "iso", "numbers": ""}
    assert alice.get(API).json() == usual
    said = {"language": "ru", "zone": "Europe/Zurich", "dates": "words", "numbers": "quote_point"}
    assert alice.patch(API, said, content_type="application/json").json() == said
    assert browse("bob").get(API).json() == usual
    for wrong in ({"language": "tlh"}, {"dates": "stardate"}, {"numbers": "roman"}, {"username": "root"}):
        assert alice.patch(API, wrong, content_type="application/json").status_code == 400
    assert alice.get(API).json() == said


def test_an_instant_without_a_zone_is_as_it_is_said():
    with timezone.override("Asia/Tokyo"):
        assert moment_text(datetime(2026, 11, 19, 15, 0, tzinfo=UTC)) == "2026-11-20 00:00"
        assert moment_text(datetime(2026, 11, 19, 15, 0)) == "2026-11-19 15:00"  # noqa: DTZ001
        assert moment_text(None) == "\N{EM DASH}"


def test_what_a_form_sends_back_is_never_in_the_readers_form():
    """A field of a day takes 2026-11-19 alone, however its reader writes days."""
    written = re.compile(r'value="\{\{[^}]*\|(day|moment)\b')
    folder = Path(settings.BASE_DIR) / "templates"
    assert [path.name for path in folder.rglob("*.html") if written.search(path.read_text())] == []
