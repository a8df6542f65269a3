"""A fee is proposed, looked at and signed, in a real browser: the advisor's form, the client's paper."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ANA, KEN, NEW = "U1000001", "U1000002", "U1000088"
SIZES = (("desk", {"width": 1440, "height": 900}), ("phone", {"width": 390, "height": 844}))


def shoot(page, name):
    """For looking at, in both sizes and both schemes; off unless a folder is named."""
    folder = os.environ.get("PORTAL_SHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES:
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{size}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SIZES[0][1])


@pytest.fixture
def table(own_world):
    from datetime import date

    from accounts.ground.access.context import as_role
    from tests.fees.posting.nights import Nights, figures

    nights = Nights(own_world)
    with as_role("owner"):
        nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.008"), starts=date(2025, 1, 2))
        nights.values(ANA, "252000", date(2025, 9, 1), date(2025, 9, 30))
        nights.night(date(2025, 9, 30))
    return own_world


@pytest.fixture
def enter(page, site, table):
    def sign_in(name):
        page.context.clear_cookies()
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return sign_in


def confirm(page):
    """The proof of identity in between; the browser notes its status as an error, which it is not."""
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button").first.click()
    page.problems[:] = [one for one in page.problems if "403" not in one]


def test_a_fee_is_proposed_and_signed_with_a_drawn_name(enter, site, axe):
    page = enter("alice")
    page.set_viewport_size(SIZES[0][1])
    page.goto(f"{site}/fees/configure/{KEN}/")
    shoot(page, "configure-empty")
    page.goto(f"{site}/fees/configure/{ANA}/")
    page.locator("#percent-rate").fill("1.00")
    expect(page.locator("#preview")).to_contain_text("210.00")
    expect(page.locator("#preview")).to_contain_text("must sign")
    assert axe(page) == []
    shoot(page, "configure")
    page.get_by_role("button", name="Send for approval").click()
    confirm(page)
    expect(page.get_by_role("heading", name="Proposal 1", level=1)).to_be_visible()
    assert axe(page) == []
    shoot(page, "proposal")
    page.goto(f"{site}/fees/proposals/")
    assert axe(page) == []
    shoot(page, "proposals")

    page = enter("ana")
    page.goto(f"{site}/approvals/")
    page.get_by_role("link", name="Fee proposal").click()
    expect(page.locator(".approval-short")).to_contain_text("42.00")
    assert axe(page) == []
    shoot(page, "approval")
    page.get_by_label("I have read the full text").check()
    page.get_by_label("Your full name").fill("Ana Ruiz")
    page.get_by_label("Draw it").check()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(box["x"] + 40 + 15 * step, box["y"] + 90 + (30 if step % 2 else -30))
    page.mouse.up()
    shoot_canvas(page)
    page.get_by_role("button", name="Approve and sign").click()
    confirm(page)
    expect(page.get_by_text("Signed. Both sides have the same paper.")).to_be_visible()
    assert axe(page) == []
    shoot(page, "signed")
    assert signed_by() == ("Ana Ruiz", "drawn", True)


def shoot_canvas(page):
    folder = os.environ.get("PORTAL_SHOTS")
    if folder:
        page.locator("#sign").screenshot(path=f"{folder}/drawn.png")


def signed_by():
    from accounts.ground.access.context import as_role
    from fees.proposals.models import Signature
    from fees.proposals.paper import paper

    with as_role("owner"):
        kept = Signature.unscoped.select_related("proposal__account").get()
        text = paper(kept.proposal, kept)
    folder = os.environ.get("PORTAL_SHOTS")
    if folder:
        (Path(folder) / "signed.pdf").write_bytes(text)
    assert kept.at <= datetime.now(tz=UTC)
    return kept.name, kept.kind, bytes(kept.drawing).startswith(b"\x89PNG") and text.startswith(b"%PDF")


def test_a_template_is_kept_given_and_looked_at(enter, site, axe):
    page = enter("alice")
    page.set_viewport_size(SIZES[0][1])
    page.goto(f"{site}/fees/configure/{ANA}/")
    page.get_by_label("Percent of P&L, quarterly").check()
    expect(page.locator("#preview")).to_contain_text("Percentage of the profit: Fill this in")
    page.locator("#profit_quarter-rate").fill("15")
    expect(page.locator("#preview")).not_to_contain_text("Percentage of the profit: Fill this in")
    page.get_by_label("Fee per trade unit").check()
    expect(page.locator("#preview")).to_contain_text("Fees by kind of instrument and currency: Fill this in")
    page.mouse.wheel(0, -9000)
    shoot(page, "configure-all")
    assert axe(page) == []
    page.goto(f"{site}/fees/templates/new/")
    page.get_by_label("Name of the template").fill("Standard")
    page.get_by_label("Percent of value", exact=True).check()
    page.locator("#percent-rate").fill("1")
    page.locator("#percent-method").select_option("4")
    page.get_by_role("button", name="Save template").click()
    confirm(page)
    expect(page.get_by_role("heading", name="Standard")).to_be_visible()
    assert axe(page) == []
    shoot(page, "template")
    page.goto(f"{site}/fees/templates/")
    expect(page.locator("main")).to_contain_text("Standard")
    assert axe(page) == []
    shoot(page, "templates")
    page.get_by_role("link", name="Give to clients").nth(1).click()
    page.get_by_role("checkbox", name=ANA).check()
    assert axe(page) == []
    shoot(page, "template-apply")
    page.get_by_role("button", name="Work out what it means").click()
    expect(page.locator("main")).to_contain_text("What it means")
    assert axe(page) == []
    shoot(page, "template-job")


@pytest.fixture
def application(own_world):
    from datetime import date

    from accounts.ground.access.context import as_role
    from accounts.ground.applications.actions import start
    from accounts.ground.people import actions as people

    with as_role("owner"):
        account = start(
            parent=own_world["F100001"],
            kind="client",
            number=NEW,
            title="Moreau, Eve",
            base_currency="USD",
            day=date(2026, 11, 2),
        )
        party = people.create_party(practice=account.practice, legal_name=account.title)
        people.give_right(party=party, account=account)
        people.seat_client(user=people.create_user(username="eve", password=PASSWORD, party=party), party=party)
    return account


def test_terms_of_an_application_are_sent_and_signed(application, enter, site, axe):
    page = enter("alice")
    page.goto(f"{site}/fees/configure/{NEW}/")
    page.locator("[name=strategy][value=automatic]").check()
    page.locator("#block-percent [name=on]").check()
    page.locator("#percent-rate").fill("1.00")
    expect(page.locator("#preview")).to_contain_text("Fees become automatic")
    expect(page.locator("#preview")).to_contain_text("begins with its opening")
    # Each change takes the place of the preview before it, and the browser notes the one that was given up.
    page.problems[:] = [one for one in page.problems if not one.startswith("htmx:")]
    assert axe(page) == []
    shoot(page, "application-configure")
    page.get_by_role("button", name="Send for approval").click()
    confirm(page)
    expect(page.get_by_role("heading", name="Proposal 1", level=1)).to_be_visible()

    page = enter("eve")
    page.goto(f"{site}/approvals/")
    page.get_by_role("link", name="Fee proposal").click()
    expect(page.get_by_text("Your account is not open yet")).to_be_visible()
    assert axe(page) == []
    shoot(page, "application-approval")
    page.get_by_label("I have read the full text").check()
    page.get_by_label("Your full name").fill("Eve Moreau")
    page.get_by_role("button", name="Approve and sign").click()
    confirm(page)
    expect(page.get_by_text("on which the account is opened")).to_be_visible()
    assert axe(page) == []
    shoot(page, "application-signed")

    page = enter("alice")
    page.goto(f"{site}/fees/proposals/?show=approved")
    page.get_by_role("link", name="Proposal 1").click()
    expect(page.get_by_text("The opening of the account")).to_be_visible()
    assert axe(page) == []
    shoot(page, "application-agreed")
