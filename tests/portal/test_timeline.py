"""Fee notices stand in the stream of the contact whose account was charged."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.contacts.models import Contact
from fees.notices.models import Mode, Notice
from fees.posting.models import Charge
from tests.crm.test_timeline import agenda, told
from tests.crm.vault.people import begun, unlock
from tests.fees.posting.nights import Nights, figures

DAY = date(2025, 9, 30)


@pytest.fixture
def opened(browse):
    def enter(name):
        browser = browse(name)
        begun(browser)
        unlock(browser)
        browser.post("/contacts/bring-in/")
        return browser

    return enter


@pytest.fixture
def charged(world):
    """Three accounts whose September was closed and sealed."""
    nights = Nights(world)
    for number in ("U1000001", "U1000002", "U2000001"):
        nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
        nights.value(number, DAY, "252000")
    nights.night(DAY)
    return world


def notice(world, number, **said):
    charge = Charge.unscoped.get(account=world[number])
    whose = {name: getattr(charge, name) for name in ("firm_id", "account_id", "practice_id", "currency", "run_id")}
    usual = {"day": DAY, "mode": Mode.MAIL, "amount": Decimal("176.00"), "language": "en", "brand": "Northgate"}
    return Notice.unscoped.create(charge=charge, **whose, **usual | said, document={}, sha256="0" * 64)


def test_what_was_charged_is_told_from_the_seal_on(charged, opened):
    alice = opened("alice")
    sent = notice(charged, "U1000001")
    notice(charged, "U1000002", day=DAY + timedelta(days=1))
    ana, ken = (Contact.unscoped.get(party=charged.parties[name]) for name in ("ana", "ken"))
    (line,) = told(alice, ana, "?only=notice")["results"]
    assert (line["title"].replace("\N{NO-BREAK SPACE}", " "), line["is_whole_day"], line["account"]) == (
        "Fee notice of 176.00 USD",
        True,
        "U1000001",
    )
    assert line["at"].startswith("2025-09-30T00:00:00")
    assert f'href="/fees/notices/{sent.pk}/"' in agenda(alice, ana)
    assert told(alice, ken, "?only=notice")["results"] == []


def test_what_nobody_was_told_and_what_others_charge_is_not(charged, opened):
    alice, bob = opened("alice"), opened("bob")
    notice(charged, "U2000001", mode=Mode.NONE)
    chidi = Contact.unscoped.get(party=charged.parties["chidi"])
    assert told(bob, chidi, "?only=notice")["results"] == []
    assert alice.get(f"/api/v1/contacts/{chidi.pk}/timeline/").status_code == 404
