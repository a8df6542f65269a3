"""A phone's camera before the screen: the pictures are read by the page's own reader, and what they say is shown.

Chromium on Linux reads no pictures by itself, no more than Safari and Firefox do, so the reader comes from the portal.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.auth2fa.pictures import film
from tests.auth2fa.test_two_readings import PHONE, come_in, enrol, local

pytestmark = pytest.mark.browser

__all__ = ["local"]


@pytest.fixture
def before_a_camera(browser_type, browser_type_launch_args, tmp_path):
    """Another Chromium, whose camera plays a film."""
    wall = tmp_path / "camera.y4m"
    film(wall, None)
    flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    args = [*browser_type_launch_args["args"], *flags, f"--use-file-for-fake-video-capture={wall}"]
    chromium = browser_type.launch(**{**browser_type_launch_args, "args": args})
    context = chromium.new_context(viewport=PHONE, permissions=["camera"])
    yield context.new_page(), wall
    chromium.close()


def set_up(phone, camera, page, local):
    """The phone's page, opened from the home screen, scans what the computer shows."""
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()
    film(camera, page.locator(".proof-picture").screenshot())
    phone.goto(f"{local}/phone/")
    phone.get_by_role("button", name="Scan").click()
    phone.get_by_label("New PIN, at least six digits").fill("471147")
    phone.get_by_label("The same PIN again").fill("471147")
    phone.get_by_role("button", name="Set up with a PIN").click()
    expect(phone.get_by_label("Challenge code")).to_be_visible()
    page.get_by_role("button", name="My phone is set up").click()
    expect(page.get_by_label("Passcode")).to_be_visible()


def test_the_challenge_is_scanned_from_the_screen(own_world, local, page, before_a_camera, axe):
    phone, camera = before_a_camera
    problems = []
    phone.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    set_up(phone, camera, page, local)

    film(camera, page.locator(".challenge-scan").screenshot())
    asked = re.sub(r"\D", "", page.locator(".challenge-digits").inner_text())
    phone.get_by_role("button", name="Scan").click()
    expect(phone.get_by_label("Challenge code")).to_have_value(asked)
    expect(phone.locator("[data-told-words]")).to_have_text("Add this phone to the sign-in of alice.")
    expect(phone.locator("[data-camera]")).to_be_hidden()
    assert axe(phone) == []
    phone.get_by_label("PIN", exact=True).fill("471147")
    phone.get_by_role("button", name="Generate passcode").click()
    shown = phone.locator("[data-response]")
    expect(shown).to_have_text(re.compile(r"\d{4} \d{4}"))
    scanned = shown.inner_text()

    phone.get_by_label("Challenge code").fill("48291357")
    expect(phone.locator("[data-told-words]")).to_be_hidden()
    expect(shown).to_have_text("")
    page.get_by_label("Passcode").fill(scanned)
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")
    assert problems == []


def test_a_camera_that_is_refused_is_said_in_words(own_world, local, page, browser):
    context = browser.new_context(viewport=PHONE)
    phone = context.new_page()
    phone.goto(f"{local}/phone/")
    phone.get_by_role("button", name="Scan").click()
    expect(phone.get_by_text("The camera does not open.")).to_be_visible()
    context.close()
