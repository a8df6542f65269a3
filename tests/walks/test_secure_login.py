"""The pages of secure login: whole and clean in both languages and schemes, on a desk and on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from auth2fa.devices.models import Kind, RememberedBrowser
from tests.auth2fa.kit import enrolled
from tests.auth2fa.test_sessions import SAFARI, come_in
from tests.browser import overflow
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The page of devices lists sessions and remembered browsers too.
PAGES = ("/settings/security/", "/settings/security/opt-out/")


@pytest.fixture
def kept(own_world: Any) -> Any:
    """Alice with a device of each mood, signed in on a phone as well, and with a browser that is remembered."""
    alice, at = own_world.users["alice"], timezone.now()
    with as_role("owner"):
        RememberedBrowser.unscoped.create(
            user=alice,
            token_hash="0" * 64,
            name=SAFARI,
            created_at=at,
            last_used_at=at,
            expires_at=at + timedelta(days=30),
        )
    come_in(agent=SAFARI)
    return own_world


@pytest.mark.parametrize("language", ["en", "ru"])
def test_devices_sessions_and_opting_out_are_whole(kept, sign_in, page, site, axe, language):
    alice = kept.users["alice"]
    with as_role("owner"):
        type(alice).objects.filter(pk=alice.pk).update(language=language)
    sign_in("alice")
    for state in ("empty", "full"):
        if state == "full":
            with as_role("owner"):
                enrolled(alice, Kind.PASSKEY, credential=b"x", name="A passkey with as long a name as people choose")
                enrolled(alice, Kind.PHONE, wrong=50, disabled_at=timezone.now())
                enrolled(alice, Kind.TEXT)
                enrolled(alice, Kind.CODES)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for address in PAGES:
                    page.goto(f"{site}{address}")
                    expect(page.locator("main h1")).to_be_visible()
                    name = f"login-{address.strip('/').rsplit('/')[-1]}-{state}-{language}-{size['width']}-{scheme}"
                    shot(page, name)
                    assert overflow(page) <= 0, name
                    assert axe(page) == [], name
