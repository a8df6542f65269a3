"""After how many quiet minutes a browser's client book locks by itself is chosen when it is unlocked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.vault.models import Unlocked
from tests.crm.vault.kit import PASSWORD
from tests.crm.vault.people import begun
from tests.crm.vault.test_people import is_open


@pytest.mark.parametrize(("said", "minutes"), [("5", 5), ("30", 30), ("", 15), ("480", 15), ("-5", 15), ("x", 15)])
def test_how_long_it_stays_open_is_chosen_among_a_few(world, browse, said, minutes):
    alice = browse("alice")
    begun(alice)
    page = alice.get("/unlock/").content.decode()
    assert all(f'<option value="{one}"' in page for one in (5, 15, 30)) and "data-secret-show hidden" in page
    assert alice.post("/unlock/", {"storage_password": PASSWORD, "minutes": said}).status_code == 302
    assert Unlocked.unscoped.get().idle_seconds == minutes * 60
    Unlocked.unscoped.update(used_at=timezone.now() - timedelta(minutes=minutes, seconds=-20))
    assert is_open(alice)
    Unlocked.unscoped.update(used_at=timezone.now() - timedelta(minutes=minutes))
    assert not is_open(alice)
    place = "/api/v1/vault/unlock/"
    said = {"storage_password": PASSWORD, "minutes": 5}
    assert alice.post(place, said, content_type="application/json").status_code == 200
    assert Unlocked.unscoped.get().idle_seconds == 300
    wrong = alice.post(place, {**said, "minutes": 480}, content_type="application/json")
    assert wrong.status_code == 400 and Unlocked.unscoped.get().idle_seconds == 300
