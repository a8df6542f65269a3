"""OCRA twice over: the phone's script, run in Chromium, against the server's; and the phone key from end to end."""

import random
import re

import pytest
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from auth2fa.devices import views
from auth2fa.devices.models import Device
from auth2fa.factors.ocra import hash_of_pin, parse, respond
from auth2fa.factors.showing import question_of
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

SUITES = (
    "OCRA-1:HOTP-SHA1-6:QN08",
    "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1",
    "OCRA-1:HOTP-SHA256-8:QN08-PSHA256-T1M",
    "OCRA-1:HOTP-SHA256-8:QN64-PSHA256-T1M",
    "OCRA-1:HOTP-SHA256-8:C-QN06-PSHA256",
    "OCRA-1:HOTP-SHA512-8:QN08-T1M",
    "OCRA-1:HOTP-SHA512-10:QA10-S064-T30S",
    "OCRA-1:HOTP-SHA256-0:QH40",
)
CASES = 160
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def local(page, site, settings):
    """The portal under a name, because browsers make passkeys for names only."""
    settings.PUBLIC_URL = site.replace("127.0.0.1", "localhost")
    page.problems.clear()
    yield settings.PUBLIC_URL
    page.problems[:] = [one for one in page.problems if settings.PUBLIC_URL not in one and "403" not in one]


def cases():
    drawn = random.Random(20)
    for number in range(CASES):
        suite = parse(SUITES[number % len(SUITES)])
        letters = {"N": "0123456789", "A": "ABCxyz019", "H": "0123456789abcdef"}[suite.form]
        first = drawn.choice(letters[1:])
        yield {
            "suite": suite.text,
            "key": drawn.randbytes(drawn.choice((20, 32, 64))).hex(),
            "question": first + "".join(drawn.choice(letters) for _one in range(suite.length - 1)),
            "counter": drawn.randrange(2**40) if suite.has_counter else None,
            "pin": hash_of_pin(suite, "4711").hex() if suite.pin_hash else None,
            "session": drawn.randbytes(9).hex() if suite.session_bytes else None,
            "steps": drawn.randrange(2**33) if suite.step else None,
        }


def test_phone_and_server_give_the_same_responses(page, site):
    page.goto(f"{site}/phone/")
    asked = list(cases())
    answers = page.evaluate(
        """async (cases) => {
          const { respond } = await import(document.querySelector('[data-phone]').dataset.ocra);
          const bytes = (hex) => hex === null ? undefined
            : Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
          const none = (one) => one === null ? undefined : one;
          const answers = [];
          for (const one of cases) answers.push(await respond(one.suite, bytes(one.key), one.question, {
            counter: none(one.counter), pin: bytes(one.pin), session: bytes(one.session), steps: none(one.steps) }));
          return answers;
        }""",
        asked,
    )
    raw = {"pin": bytes.fromhex, "session": bytes.fromhex}
    for one, answer in zip(asked, answers, strict=True):
        given = {
            name: raw.get(name, int)(one[name])
            for name in ("counter", "pin", "session", "steps")
            if one[name] is not None
        }
        assert answer == respond(parse(one["suite"]), bytes.fromhex(one["key"]), one["question"], **given), one


def test_phone_and_server_make_the_same_question_of_what_was_scanned(page, site):
    page.goto(f"{site}/phone/")
    told = ["Sign in as alice.", "Вернуть 12 000 долларов США на счёт U100001.", "é" * 140, "\u202e…"]
    questions = page.evaluate(
        """async (told) => {
          const { questionOf } = await import(document.querySelector('[data-phone]').dataset.ocra);
          return Promise.all(told.map((one) => questionOf("48291357", one)));
        }""",
        told,
    )
    assert questions == [question_of("48291357", one) for one in told]


def enrol(page, local, kind):
    """As far as the page that shows what the new device needs."""
    page.goto(f"{local}/settings/security/")
    page.get_by_role("button", name=kind).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def come_in(page, local, name="alice"):
    page.goto(f"{local}/sign-in/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_phone_key_from_setting_up_to_answering_without_a_network(own_world, local, page, browser, axe, monkeypatch):
    told = []
    real = views.qr
    monkeypatch.setattr(views, "qr", lambda text: told.append(text) or real(text))
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()
    assert axe(page) == []

    context = browser.new_context(viewport=PHONE)
    phone = context.new_page()
    phone.goto(told[-1])
    expect(phone.get_by_role("heading", name="Set up this phone")).to_be_visible()
    assert axe(phone) == []
    phone.get_by_label("New PIN, at least six digits").fill("471147")
    phone.get_by_label("The same PIN again").fill("471147")
    phone.get_by_role("button", name="Set up with a PIN").click()
    expect(phone.get_by_label("Challenge code")).to_be_visible()
    assert axe(phone) == []
    phone.wait_for_function("navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length > 0)")

    page.get_by_role("button", name="My phone is set up").click()
    expect(page.get_by_label("Passcode")).to_be_visible()
    assert axe(page) == []
    context.set_offline(True)
    phone.goto(f"{local}/phone/")
    page.get_by_label("Passcode").fill(answered(phone, page))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")

    page.get_by_role("button", name=re.compile("Log out|Sign out")).first.click()
    come_in(page, local)
    expect(page.get_by_label("Passcode")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Passcode").fill(answered(phone, page))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{local}/")
    context.close()


def answered(phone, page):
    asked = page.locator(".challenge-digits").inner_text()
    phone.get_by_label("PIN", exact=True).fill("471147")
    phone.get_by_label("Challenge code").fill(asked)
    phone.get_by_role("button", name="Generate passcode").click()
    shown = phone.locator("[data-response]")
    expect(shown).to_have_text(re.compile(r"\d{4} \d{4}"))
    expect(phone.locator("[data-left]")).to_contain_text("s")
    return shown.inner_text()


KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("phone-key", 1);
  asked.onsuccess = () => {
    const deal = asked.result.transaction("kept", "readwrite");
    deal.objectStore("kept").put({ suite: "", name: "Old phone", mode: "pin" }, "key");
    deal.oncomplete = () => { asked.result.close(); done(); };
  };
})"""


@pytest.mark.parametrize(
    ("behind", "is_whole"),
    [
        ("q=48291357&t=QWRkIGEgcGhvbmUu", True),
        ("q=48291357&t=A", False),
        ("q=48291357&t=_w", False),
        ("q=48291357&t=%%%", False),
        ("q=48291357&t=", False),
        ("q=4829&t=QWRk", False),
    ],
)
def test_a_link_that_is_not_whole_leaves_a_whole_page_and_says_so(page, site, behind, is_whole):
    """Neither half of it is taken: digits without their words would be answered unseen."""
    page.goto(f"{site}/phone/")
    page.wait_for_selector("[data-phone][data-is-ready]", state="attached")
    page.evaluate(KEPT)
    page.goto("about:blank")
    page.goto(f"{site}/phone/#{behind}")
    page.wait_for_selector("[data-phone][data-is-ready]", state="attached")
    expect(page.locator("[data-name]")).to_have_text("Old phone")
    expect(page.get_by_label("Challenge code")).to_have_value("48291357" if is_whole else "")
    expect(page.locator("[data-told-words]")).to_have_text("Add a phone." if is_whole else "")
    expect(page.locator("[data-untold]")).to_be_visible(visible=not is_whole)
    expect(page.locator("[data-unreadable]")).to_be_visible(visible=not is_whole)
    page.evaluate("location.hash = 'q=11112222'")
    expect(page.get_by_label("Challenge code")).to_have_value("11112222")
    expect(page.locator("[data-unreadable]")).to_be_hidden()


def test_a_response_is_shown_for_a_minute_and_then_gone(own_world, local, page, browser, monkeypatch):
    told = []
    real = views.qr
    monkeypatch.setattr(views, "qr", lambda text: told.append(text) or real(text))
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()
    context = browser.new_context(viewport=PHONE)
    context.add_init_script("navigator.storage.persist = async () => { window.askedToKeep = true; return true; }")
    phone = context.new_page()
    phone.clock.install()
    phone.goto(told[-1])
    phone.get_by_label("New PIN, at least six digits").fill("471147")
    phone.get_by_label("The same PIN again").fill("471147")
    phone.get_by_role("button", name="Set up with a PIN").click()
    expect(phone.get_by_label("Challenge code")).to_be_visible()
    assert phone.evaluate("window.askedToKeep"), "the browser is asked not to forget the key"
    phone.get_by_label("PIN", exact=True).fill("471147")
    phone.get_by_label("Challenge code").fill("48291357")
    phone.get_by_role("button", name="Generate passcode").click()
    shown = phone.locator("[data-response]")
    expect(shown).to_have_text(re.compile(r"\d{4} \d{4}"))
    phone.clock.fast_forward(58_000)
    expect(shown).to_have_text(re.compile(r"\d{4} \d{4}"))
    phone.clock.fast_forward(3_000)
    expect(shown).to_have_text("")
    expect(phone.locator("[data-answered]")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("verifies", [True, False])
def test_a_passkey_signs_in_where_the_user_is_verified_and_only_there(own_world, local, page, verifies):
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    come_in(page, local)
    enrol(page, local, "Add a passkey")
    page.wait_for_load_state("load")  # before the script is there, a click sends a form without an answer
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")
    page.get_by_role("button", name=re.compile("Log out|Sign out")).first.click()

    line.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": verifies})
    come_in(page, local)
    page.wait_for_load_state("load")
    page.get_by_role("button", name="Continue").click()

    if verifies:
        expect(page).to_have_url(f"{local}/")
    else:
        expect(page.get_by_text("The passkey was not used")).to_be_visible()
        assert "/sign-in/code/" in page.url


@pytest.mark.parametrize("has_secret", [True, False])
def test_fingerprint_or_face_really_gates_the_key(own_world, local, page, browser, monkeypatch, has_secret):
    """With a secret of the passkey's own the key opens offline; without one, half of it comes from the portal."""
    told = []
    real = views.qr
    monkeypatch.setattr(views, "qr", lambda text: told.append(text) or real(text))
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()

    context = browser.new_context(viewport=PHONE)
    phone = context.new_page()
    line = context.new_cdp_session(phone)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": has_secret,
    }
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    phone.goto(told[-1])
    phone.get_by_role("button", name="Use fingerprint or face").click()
    expect(phone.get_by_label("Challenge code")).to_be_visible()
    with as_role("owner"):
        device = Device.unscoped.get(kind="phone")
    assert bool(device.share) is not has_secret
    page.get_by_role("button", name="My phone is set up").click()
    expect(page.get_by_label("Passcode")).to_be_visible()

    context.set_offline(has_secret)
    phone.get_by_label("Challenge code").fill(page.locator(".challenge-digits").inner_text())
    phone.get_by_role("button", name="Generate passcode").click()
    expect(phone.locator("[data-response]")).to_have_text(re.compile(r"\d{4} \d{4}"))
    page.get_by_label("Passcode").fill(phone.locator("[data-response]").inner_text())
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")

    line.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False})
    phone.get_by_role("button", name="Generate passcode").click()
    expect(phone.get_by_text("That did not work. Try again.")).to_be_visible()
    expect(phone.locator("[data-response]")).to_have_text("")
    context.close()
