"""Signing in with each device, as somebody who tries the demo does it: enrolled on the page, used at the next sign-in.

Passkeys and the phone key, with PIN and with a fingerprint, are walked in tests/auth2fa/test_two_readings.
"""

import re
import secrets
import subprocess
import sys
from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from accounts.ground.outbox.actions import deliver_due
from auth2fa.cards import actions as cards
from auth2fa.challenge.models import SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.factors.card import SUITE
from auth2fa.factors.pskc import Seed
from tests.auth2fa.kit import enrolled
from tests.auth2fa.test_two_readings import come_in, enrol
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

INBOX = "/inbox-of-the-demo/"


@pytest.fixture(autouse=True)
def questions(page):
    """A question and a wrong answer come with 403 and 422, which Chromium calls errors."""
    yield
    page.problems[:] = [one for one in page.problems if "403" not in one and "422" not in one]


def leave(page):
    page.get_by_role("button", name=re.compile("Log out|Sign out")).first.click()
    expect(page.get_by_label("Password")).to_be_visible()


def answer(page, label, code, button="Continue"):
    page.get_by_label(label).fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def is_activated(page):
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")


def is_in(page, site):
    expect(page).to_have_url(f"{site}/")


def test_an_authenticator_app(own_world, page, site):
    come_in(page, site)
    enrol(page, site, "Add an app")
    app = pyotp.TOTP(page.locator(".proof-key").inner_text().replace(" ", ""))
    answer(page, "Security code", app.now(), "Activate")
    is_activated(page)
    leave(page)

    come_in(page, site)
    spent = app.now()
    answer(page, "Security code", "000000" if spent != "000000" else "000001")
    expect(page.get_by_role("alert")).to_be_visible()
    # What enrolled it is spent; a clock may be a step ahead.
    answer(page, "Security code", app.at(timezone.now() + timedelta(seconds=30)))
    is_in(page, site)


def heard(page, site, words):
    """The latest message on the demo's screen, and the code in it."""
    with as_role("owner"):
        deliver_due(at=timezone.now())
    inbox = page.context.new_page()
    inbox.goto(f"{site}{INBOX}")
    latest = inbox.locator(".inbox li").first
    expect(latest).to_contain_text(words)
    said = latest.locator(".inbox-said").inner_text()
    inbox.close()
    return said


def half_a_minute_passes():
    with as_role("owner"):
        for one in SentCode.unscoped.all():
            SentCode.unscoped.filter(pk=one.pk).update(sent_at=one.sent_at - timedelta(seconds=31))


def test_a_text_and_then_a_call(own_world, page, site, settings, tmp_path):
    settings.CODES_FOLDER = tmp_path / "codes"
    come_in(page, site)
    page.goto(f"{site}/settings/security/")
    page.get_by_label("Mobile number").fill("(202) 555-0143")
    page.get_by_role("button", name="Verify the number").click()
    answer(page, "Password", PASSWORD)
    expect(page.get_by_label("Security code")).to_be_visible()
    answer(page, "Security code", re.match(r"\d{8}", heard(page, site, "Text message"))[0], "Activate")
    is_activated(page)
    leave(page)

    half_a_minute_passes()
    come_in(page, site)
    expect(page.get_by_label("Security code")).to_be_visible()
    text = re.match(r"\d{8}", heard(page, site, "Text message"))[0]
    half_a_minute_passes()
    page.get_by_text("Didn't receive a code?").click()
    page.get_by_role("button", name="Voice").click()
    expect(page.get_by_text("You get a call at")).to_be_visible()
    said = heard(page, site, "Call")
    told = re.findall(r"(?:\d ?){8}", said)
    assert [re.sub(r"\D", "", one) for one in told] == [text] * 3, "the same code, read three times"
    answer(page, "Security code", text)
    is_in(page, site)


def test_a_security_card(own_world, page, site):
    """The simulator is the program that people run beside the demo."""
    key, at = secrets.token_bytes(32), timezone.now()
    alice = own_world.users["alice"]
    counter = iter(range(3, 9))

    def shown():
        asked = page.locator(".challenge-digits").inner_text().replace(" ", "")
        words = [sys.executable, "-m", "auth2fa.factors.card", "-", "--counter", str(next(counter))]
        words += ["--pin", "4711", "--challenge", asked]
        said = subprocess.run(words, input=key.hex(), capture_output=True, text=True, check=True)
        return said.stdout.strip()

    come_in(page, site)
    page.goto(f"{site}/settings/security/")
    page.get_by_label("PIN, four digits").fill("4711")
    page.get_by_label("The same PIN again").fill("4711")
    page.get_by_role("button", name="Ask for a card").click()
    answer(page, "Password", PASSWORD)
    expect(page.get_by_text("Your card has been asked for")).to_be_visible()
    with as_role("owner"):
        cards.stock(seeds=[Seed(serial="C-1001", key=key, counter=3, suite=SUITE)], at=at)
        cards.give(user=alice, serial="C-1001", at=at)
    page.goto(f"{site}/settings/security/")
    page.get_by_role("link", name="Activate").click()
    page.get_by_role("button", name="Ask a new one").click()
    expect(page.locator(".challenge-digits")).to_have_text(re.compile(r"^\d{3} ?\d{3}$"))
    answer(page, "Passcode", shown(), "Activate")
    is_activated(page)
    leave(page)

    come_in(page, site)
    answer(page, "Passcode", shown())
    is_in(page, site)


def test_a_recovery_code_where_the_device_is_lost(own_world, page, site):
    with as_role("owner"):
        held = enrolled(own_world.users["alice"], Kind.APP)
    app = pyotp.TOTP(held.key.decode())
    come_in(page, site)
    answer(page, "Security code", app.at(timezone.now() - timedelta(seconds=30)))
    is_in(page, site)
    page.goto(f"{site}/settings/security/")
    page.get_by_role("button", name="Make recovery codes").click()
    answer(page, "Password", PASSWORD)
    answer(page, "Security code", app.at(timezone.now() + timedelta(seconds=30)))
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    first = page.locator(".recovery code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    leave(page)

    for code, comes_in in ((first, True), (first, False)):
        come_in(page, site)
        page.get_by_text("Use another device").click()
        page.get_by_role("button", name="Recovery codes").click()
        answer(page, "Recovery code", code)
        if comes_in:
            is_in(page, site)
            leave(page)
        else:
            expect(page.get_by_role("alert")).to_be_visible()
    with as_role("owner"):
        assert len(Device.unscoped.get(kind=Kind.CODES).hashes) == 9
