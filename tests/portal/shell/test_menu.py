"""The menu: one list of places, cut by what is built and by who looks."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve

from accounts.ground.access.authority import may_ever
from accounts.ground.access.gates import gate_of
from portal.shell import icons, menu
from portal.shell.place import Sort, Whose
from portal.shell.places import PLACES

SEED_SECTIONS = ["Home", "Trading", "Reports", "Transfer & Pay", "Settings", "Investors' Marketplace", "Support"]
SEED_TABS = [
    "Dashboard",
    "Contacts",
    "Fee Administration",
    "Groups",
    "Transaction History",
    "Calendar",
    "Email",
    "Tools",
]


def labels(places):
    return [str(place.label) for place in places]


def test_the_sections_are_those_of_the_application_menu_in_their_order():
    found = labels(place for place in PLACES if place.sort == Sort.SECTION and place.whose != Whose.OWNERS)

    assert [label for label in found if label in SEED_SECTIONS] == SEED_SECTIONS


def test_home_has_the_tabs_of_the_dashboard_in_their_order():
    found = labels(menu.children("home", Sort.TAB))

    assert [label for label in found if label in SEED_TABS] == SEED_TABS


def test_keys_and_letters_are_used_once():
    keys = [place.key for place in PLACES]
    letters = [place.go for place in PLACES if place.go]

    assert len(keys) == len(set(keys))
    assert len(letters) == len(set(letters))


def test_every_place_stands_inside_a_known_one():
    assert {place.inside for place in PLACES if place.inside} <= set(menu.BY_KEY)


@pytest.mark.parametrize("place", [place for place in PLACES if menu.address_of(place)], ids=lambda place: place.key)
def test_the_list_says_what_the_gate_of_the_view_asks(place):
    mark = gate_of(resolve(menu.address_of(place)).func)

    assert mark is not None
    assert mark.right in (place.right, "signed_in")


def test_what_is_not_built_is_hidden():
    shown = [link.place for section in menu.sections("top", []) for link in (section, *section.below)]

    assert shown
    assert all(menu.address_of(place) for place in shown if place.sort == Sort.TAB)


def test_nobody_is_shown_what_their_role_can_never_use():
    for role in ("top", "second", "client"):
        for section in menu.sections(role, []):
            for link in section.below:
                right = menu.asked_right(link.place)
                assert right in ("signed_in", "public") or may_ever(role, right)


def test_the_back_office_is_shown_to_the_back_office_alone():
    assert "office" not in {section.place.key for section in menu.sections("top", [])}
    assert "office" in {section.place.key for section in menu.sections("office", [])}


@pytest.mark.django_db
def test_everything_in_the_frame_of_the_back_office_opens(client, world):
    client.force_login(world.users["olga"])
    links = [one for section in menu.sections("office", []) for one in (section, *section.below)]
    page = client.get("/support/").content.decode()

    assert [link.address for link in links if client.get(link.address).status_code != 200] == []
    assert "/accounts/" not in page
    assert "/notifications/" not in page


def test_every_icon_that_a_page_names_exists():
    missing = [name for name in icons.used_names() if not icons.source_of(name).is_file()]

    assert missing == []


def test_the_sprite_holds_only_what_is_used():
    text = icons.sprite()

    assert text.count("<symbol") == len(icons.used_names())
    assert len(text) < 40_000


def test_templates_hold_no_inline_style_or_script():
    for page in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert " style=" not in text, page
        assert "<style" not in text, page
        assert "hx-on" not in text, page
        for start in text.split("<script")[1:]:
            assert "src=" in start.split(">")[0], page


def test_owners_have_a_short_menu_of_their_own():
    found = [link.label for link in menu.sections("client", [])]

    assert found[:5] == ["Home", "Accounts", "Statements", "Reports", "Fees"]
    assert "Approvals" in found
    assert "Trading" not in found


def test_a_sub_account_is_not_offered_what_it_cannot_sign():
    assert "Approvals" not in [link.label for link in menu.sections("stl_sub", [])]


def test_an_address_in_two_menus_stands_in_the_readers_own():
    assert [place.key for place in menu.trail("records:account", "client")] == ["own_accounts", "own_account"]
    assert [place.key for place in menu.trail("records:account", "top")] == ["home", "accounts", "account"]
