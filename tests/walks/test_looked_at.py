"""Pages that people open seldom, in both languages and schemes, on a desk and on a phone: whole and clean."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from accounts.ground.consents.models import Consent
from accounts.ground.pinlinks import actions as pinlinks
from tests.accounts.consents.test_pin_links import ANSWERS, PIN, SETTLED, code, link
from tests.browser import overflow
from tests.house.scenery import dress
from tests.walks.test_structure import PHONE, shot
from tests.walks.test_users import confirm
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESK = {"width": 1440, "height": 900}

PAGES = {
    "alice": (
        "/structure/?node=F200002",
        "/trading/allocation/",
        "/trading/allocation/new/",
        "/trading/restrictions/",
        "/trading/permissions/",
        "/trading/check/",
        "/reports/margin/",
        "/reports/examination/",
        "/accounts/U1000001/restrictions/",
        "/accounts/U1000001/products/",
        "/accounts/U1000001/authority/",
        "/settings/users/",
        "/settings/users/new/",
        "/settings/roles/",
        "/settings/roles/new/",
        "/settings/authorizations/",
        "/settings/brand/",
        "/settings/user/",
        "/settings/account/",
        "/settings/account/U1000001/class-action/",
        "/settings/market-data/",
        "/reports/",
        "/reports/summary/?by=advisor",
        "/reports/trades/",
        "/reports/form-13f/",
        "/reports/form-13d/",
        "/reports/form-adv/",
        "/reports/delivery-audit/",
        "/reports/questionnaire-history/",
        "/accounts/",
    ),
    "ana": (
        "/",
        "/approvals/",
        "/accounts/U1000001/authority/",
        "/accounts/U1000001/restrictions/",
        "/statements/",
        "/settings/user/",
        "/settings/account/U1000001/class-action/",
        "/accounts/U1000001/products/",
        "/reports/trades/",
    ),
    "sam": ("/structure/", "/accounts/U4000001/restrictions/"),
}


@pytest.fixture
def dressed(own_world: Any) -> Any:
    with as_role("owner"):
        dress(own_world)
    return own_world


@pytest.mark.parametrize(
    ("name", "language", "size", "scheme"),
    [("alice", "en", DESK, "light"), ("alice", "ru", PHONE, "dark"), ("ana", "ru", PHONE, "light"),
     ("sam", "en", DESK, "dark")],
)  # fmt: skip
def test_seldom_opened_pages_are_whole(dressed, sign_in, page, site, axe, name, language, size, scheme):
    with as_role("owner"):
        type(dressed.users[name]).objects.filter(pk=dressed.users[name].pk).update(language=language)
    sign_in(name)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    for address in PAGES[name]:
        page.goto(f"{site}{address}")
        expect(page.locator("main h1")).to_be_visible()
        shot(
            page, f"look-{name}-{address.strip('/').replace('/', '-').replace('?', '-') or 'home'}-{language}-{scheme}"
        )
        assert overflow(page) <= 0, address
        assert axe(page) == [], address


@pytest.fixture
def american(own_world: Any) -> Any:
    """Ana lives in the United States, and the back office verified her three days ago."""
    with as_role("owner"):
        ana = own_world.parties["ana"]
        type(ana).unscoped.filter(pk=ana.pk).update(residence="USA")
        type(own_world.users["ana"]).objects.filter(username="ana").update(email="ana@example.test")
        pinlinks.verify(party=ana, mobile="+12025550143", answers=ANSWERS, at=timezone.now() - SETTLED)
    return own_world


def test_an_advisor_asks_and_the_client_reads_agrees_and_ends_it(american, sign_in, page, site, axe):
    """What waits is Awaiting Client for both; the whole text is read, signed, and can be ended."""
    sign_in("alice")
    page.goto(f"{site}/accounts/U1000001/authority/")
    page.get_by_role("button", name="Ask for streamlined authority").click()
    expect(page.get_by_text("The client has been asked")).to_be_visible()
    shot(page, "look-authority-asked")
    page.goto(f"{site}/pending/")
    expect(page.get_by_text("Awaiting Client").first).to_be_visible()
    assert axe(page) == []
    page.context.clear_cookies()
    sign_in("ana")
    page.goto(f"{site}/approvals/")
    page.get_by_role("link", name="Streamlined authority of the advisor").click()
    expect(page.get_by_text("AUTHORITY OF YOUR ADVISOR")).to_be_visible()
    for size, scheme in ((DESK, "dark"), (PHONE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert axe(page) == [], scheme
        assert overflow(page) <= 0
        shot(page, f"look-consent-{scheme}")
    page.get_by_label("I have read the full text above").check()
    page.get_by_label("Your full name").fill("Ana Ruiz")
    page.get_by_role("button", name="Agree and sign").click()
    confirm(page)
    expect(page.get_by_text("You have agreed")).to_be_visible()
    assert axe(page) == []
    page.goto(f"{site}/accounts/U1000001/authority/")
    shot(page, "look-authority-agreed")
    assert axe(page) == []
    page.get_by_role("button", name="End the streamlined authority").click()
    expect(page.get_by_text("The streamlined authority has ended.")).to_be_visible()
    answer_by_pin_link(american, sign_in, page, site, axe)


def answer_by_pin_link(american, sign_in, page, site, axe):
    """Asked once more, Ana answers without signing in: her number, her questions, a PIN of her own."""
    page.context.clear_cookies()
    sign_in("alice")
    page.goto(f"{site}/accounts/U1000001/authority/")
    page.get_by_role("button", name="Ask for streamlined authority").click()
    expect(page.get_by_text("The client has been asked")).to_be_visible()
    with as_role("owner"):
        waiting = Consent.unscoped.get(state="waiting")
    page.goto(f"{site}/approvals/changes/{waiting.pk}/")
    page.get_by_role("button", name="Send a PIN link").click()
    expect(page.get_by_text("The PIN link was sent to the client")).to_be_visible()
    assert axe(page) == []
    page.context.clear_cookies()
    with as_role("owner"):
        address = link()
    page.goto(f"{site}{address}")
    page.get_by_role("button", name="Send me the code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    assert axe(page) == []
    shot(page, "look-pin-code")
    with as_role("owner"):
        page.get_by_label("Code", exact=True).fill(code())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your security questions")).to_be_visible()
    assert axe(page) == []
    shot(page, "look-pin-questions")
    page.locator("#one").fill("springfield")
    page.locator("#two").fill("st marys")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I have read the full text above").check()
    page.get_by_label("Your full name").fill("Ana Ruiz")
    for name in ("Create a PIN", "The same PIN again"):
        page.get_by_label(name).fill(PIN)
    assert axe(page) == []
    assert overflow(page) <= 0
    shot(page, "look-pin-decide")
    page.get_by_role("button", name="Agree and sign").click()
    expect(page.get_by_role("heading", name="You have agreed")).to_be_visible()
    assert axe(page) == []
    with as_role("owner"):
        assert Consent.unscoped.get(pk=waiting.pk).state == "agreed"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_back_office_is_whole(dressed, page, site, axe, language):
    with as_role("owner"):
        type(dressed.users["olga"]).objects.filter(username="olga").update(language=language)
    page.set_viewport_size(DESK)
    page.goto(f"{site}/office/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for address in (
        "",
        "nights/",
        "accounts/account/",
        "accounts/practice/",
        "accounts/seat/",
        "accounts/outboxmessage/",
    ):
        page.goto(f"{site}/office/{address}")
        expect(page.locator("h1").first).to_be_visible()
        shot(page, f"look-office-{address.strip('/').replace('/', '-') or 'home'}-{language}")
        assert axe(page) == [], address
