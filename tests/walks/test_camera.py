"""A phone's camera before the screen: the challenge is read from the picture, and its answer signs in."""

import base64
import re

import pytest
from playwright.sync_api import expect

from auth2fa.challenge.queries import qr
from auth2fa.devices import views
from tests.auth2fa.pictures import film, read
from tests.auth2fa.test_two_readings import PHONE, come_in, enrol, local

pytestmark = pytest.mark.browser

__all__ = ["local"]
# Where the browser has no reader of pictures, frames of its camera are read outside; everything else is the page's own.
READER = """
window.BarcodeDetector = class {
  constructor(wish) { this.formats = wish.formats; }
  async detect(video) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const brush = canvas.getContext("2d");
    brush.drawImage(video, 0, 0, 640, 480);
    const seen = brush.getImageData(0, 0, 640, 480).data;
    let grey = "";
    for (let at = 0; at < seen.length; at += 4) grey += String.fromCharCode(seen[at]);
    const text = await window.readPicture(btoa(grey));
    return text ? [{ rawValue: text }] : [];
  }
};
"""


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


def test_the_challenge_is_scanned_from_the_screen(own_world, local, page, before_a_camera, monkeypatch):
    told, seen = [], []
    monkeypatch.setattr(views, "qr", lambda text: told.append(text) or qr(text))
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()

    phone, camera = before_a_camera

    def look(picture):
        seen.append(read(base64.b64decode(picture), 640))
        return seen[-1]

    phone.expose_function("readPicture", look)
    phone.add_init_script(READER)
    phone.goto(told[-1])
    phone.get_by_label("New PIN, at least six digits").fill("471147")
    phone.get_by_label("The same PIN again").fill("471147")
    phone.get_by_role("button", name="Set up with a PIN").click()
    expect(phone.get_by_label("Challenge code")).to_be_visible()
    page.get_by_role("button", name="My phone is set up").click()
    expect(page.get_by_label("Passcode")).to_be_visible()

    film(camera, page.locator(".challenge-scan").screenshot())
    asked = re.sub(r"\D", "", page.locator(".challenge-digits").inner_text())
    phone.get_by_role("button", name="Scan").click()
    expect(phone.get_by_label("Challenge code")).to_have_value(asked)
    assert seen[-1] == f"{local}/phone/#q={asked}"
    expect(phone.locator("[data-camera]")).to_be_hidden()
    phone.get_by_label("PIN", exact=True).fill("471147")
    phone.get_by_role("button", name="Generate passcode").click()
    shown = phone.locator("[data-response]")
    expect(shown).to_have_text(re.compile(r"\d{4} \d{4}"))
    page.get_by_label("Passcode").fill(shown.inner_text())
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status").first).to_contain_text("now proves who you are")


def test_a_camera_that_is_refused_is_said_in_words(own_world, local, page, browser, monkeypatch):
    told = []
    monkeypatch.setattr(views, "qr", lambda text: told.append(text) or qr(text))
    come_in(page, local)
    enrol(page, local, "Add a phone")
    expect(page.get_by_role("button", name="My phone is set up")).to_be_visible()
    context = browser.new_context(viewport=PHONE)
    phone = context.new_page()
    phone.add_init_script(READER)
    phone.goto(told[-1])
    phone.get_by_label("New PIN, at least six digits").fill("471147")
    phone.get_by_label("The same PIN again").fill("471147")
    phone.get_by_role("button", name="Set up with a PIN").click()
    phone.get_by_role("button", name="Scan").click()
    expect(phone.get_by_text("That did not work. Try again.")).to_be_visible()
    context.close()
