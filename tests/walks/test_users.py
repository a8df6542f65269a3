"""Users & access rights in a real browser: adding somebody, roles, tokens, and the invited person's first minutes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
ADDRESSES = (
    "/settings/users/",
    "/settings/users/new/",
    "/settings/roles/",
    "/settings/roles/new/",
    "/settings/authorizations/",
    "/settings/authorizations/rules/",
    "/settings/tokens/",
)


def confirm(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.problems.clear()  # the question itself is answered with 403


def test_the_pages_of_users_are_clean_and_fit_a_phone(sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/settings/users/")
    page.locator("a.id", has_text="vera").click()
    page.wait_for_url(re.compile(r"/settings/users/\d+/$"))
    one = page.url.removeprefix(site)
    for address in (*ADDRESSES, one, f"{one}leave/", f"{one}addresses/"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(site + address)
            assert axe(page) == [], (address, scheme)
    page.set_viewport_size(PHONE)
    for address in (*ADDRESSES, one, f"{one}leave/", f"{one}addresses/"):
        page.goto(site + address)
        assert overflow(page) <= 0, address
        assert axe(page) == [], address


def test_somebody_is_added_and_comes_in(sign_in, page, site, axe, browser):
    from accounts.ground.access.context import as_role
    from accounts.ground.outbox.models import OutboxMessage

    sign_in("alice")
    page.goto(f"{site}/settings/users/new/")
    page.get_by_label("User name").fill("uma")
    page.get_by_label("First name").fill("Uma")
    page.get_by_label("Last name").fill("Stone")
    page.get_by_label("E-mail", exact=True).fill("uma@example.test")
    reporting = page.get_by_role("checkbox", name="Reporting")
    reporting.check()
    expect(page.get_by_role("checkbox", name="Statements and fee reports")).to_be_checked()
    page.get_by_role("checkbox", name="Tax documents").uncheck()
    assert reporting.evaluate("box => box.indeterminate")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("Nothing has been stored yet")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Confirm and invite").click()
    confirm(page)
    expect(page.get_by_role("status")).to_contain_text("uma was invited")

    with as_role("office"):
        body = OutboxMessage.unscoped.get(recipient="uma@example.test").body
    guest = browser.new_context().new_page()
    guest.goto(site + re.search(r"/invitation/[\w-]+/", body).group(0))
    assert axe(guest) == []
    guest.get_by_role("button", name="This is right").click()
    guest.get_by_label("Password", exact=True).fill("a pass phrase of her own")
    guest.get_by_label("The same password again").fill("a pass phrase of her own")
    assert axe(guest) == []
    guest.get_by_role("button", name="Save the new password").click()
    guest.get_by_label("Username").fill("uma")
    guest.get_by_label("Password").fill("a pass phrase of her own")
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    expect(guest.get_by_role("link", name="Users & Access Rights")).to_have_count(0)


def test_a_token_is_shown_once(sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/settings/tokens/")
    page.get_by_label("Name", exact=True).fill("robot")
    page.get_by_role("checkbox", name="View accounts").check()
    page.get_by_role("button", name="Make the token").click()
    confirm(page)
    secret = page.locator("code.secret").inner_text()
    assert axe(page) == []
    page.get_by_role("link", name="I have copied it").click()

    expect(page.locator("main")).to_contain_text(secret[:8])
    expect(page.locator("html")).not_to_contain_text(secret)


def test_an_address_is_added_and_confirmed(own_world, sign_in, page, site, axe):
    from accounts.ground.access.context import as_role
    from accounts.ground.addresses.actions import number_of
    from accounts.ground.addresses.models import AddressRule

    with as_role("owner"):
        own_world.users["alice"].email = "alice@example.org"
        own_world.users["alice"].save(update_fields=["email"])
    sign_in("alice")
    page.goto(f"{site}/settings/users/")
    page.locator("a.id", has_text="vera").click()
    page.get_by_role("link", name="IP restrictions").click()
    page.get_by_label("Address or network").fill("10.0.0.1")
    page.get_by_role("button", name="Add the address").click()
    confirm(page)
    expect(page.get_by_role("alert")).to_contain_text("is not an address on the internet")
    page.problems.clear()  # answered with 422
    page.get_by_label("Address or network").fill("203.0.113.9")
    page.get_by_role("button", name="Add the address").click()
    confirm(page)
    with as_role("owner"):
        number = number_of(AddressRule.unscoped.get())
    page.get_by_label("Number from the mail for 203.0.113.9/32").fill(number)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("row", name="203.0.113.9/32")).to_contain_text("Scheduled")
    assert axe(page) == []
