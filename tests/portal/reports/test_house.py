"""Documents that clients are handed leave under their practice's brand; advisors read their own name."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.desk.brand.models import BrandVersion
from portal.lib.exchange import EXCHANGE_ZONE
from portal.reports import actions, files
from tests.desk.brand.test_colours import saved
from tests.portal.reports.test_pages import SEPTEMBER, nights, sealed, valued  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def houses(monkeypatch):
    """The names under which reports are written."""
    seen = []

    def write(*given, house, **more):
        seen.append(house)
        files.write(*given, house=house, **more)

    monkeypatch.setattr(actions, "write", write)
    return seen


def made(browse, name):
    answer = browse(name).post(f"/reports/file/?report=summary&{SEPTEMBER}", {"format": "pdf"})
    assert answer.content.startswith(b"%PDF")


def test_an_owners_report_wears_the_brand_and_an_advisors_its_own_name(valued, browse, houses):  # noqa: F811
    saved(valued, "bob")
    for name in ("chidi", "bob", "ana"):
        made(browse, name)
    assert houses == ["bob & co", "Brightwell LLC", "Northgate Advisors"]


def test_a_brand_is_worn_from_its_evening_on(valued, browse, houses):  # noqa: F811
    """Saved just now it holds from 20:00 in New York on at the earliest."""
    saved(valued, "bob", at=timezone.now())
    version = BrandVersion.unscoped.get()
    here = version.effective_at.astimezone(EXCHANGE_ZONE)
    assert (here.hour, here.minute) == (20, 0)
    if version.effective_at > timezone.now():
        made(browse, "chidi")
        assert houses == ["Northgate Advisors"]


def test_the_evening_of_a_document(valued, rf, monkeypatch, browse, houses):  # noqa: F811
    """16:59 in New York: under the brand from 20:00 of the day on, and not a second before."""
    at = datetime(2026, 11, 2, 16, 59, tzinfo=EXCHANGE_ZONE)
    saved(valued, "bob", at=at)
    live = datetime(2026, 11, 2, 20, 0, tzinfo=EXCHANGE_ZONE)
    for moment in (live - timedelta(seconds=1), live):
        monkeypatch.setattr("portal.reports.views.timezone.now", lambda moment=moment: moment)
        made(browse, "chidi")
    assert houses == ["Northgate Advisors", "bob & co"]
