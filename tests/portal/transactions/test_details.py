"""One transaction opened: whose it is, what it tells, and what columns the list has."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.broker.activity.models import PositionTransfer, Trade
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.models import Job
from fees.posting.models import Charge
from portal.exports.tasks import make_export
from tests.desk.users.wishes import member
from tests.house.scenery import _bill
from tests.portal.transactions.test_history import API, PAGE, cash, file  # noqa: F401


@pytest.fixture
def entries(world, cash, file):  # noqa: F811
    """One line of each source of alice's own client, and one of bob's client."""
    account = world["U1000001"]
    of = {"firm_id": account.firm_id, "account": account, "file": file, "report_on": exchange_today()}
    trade = Trade.unscoped.create(
        **of, key="t", currency="USD", side="BUY", symbol="XYZ", quantity=Decimal("2.50"), price=Decimal("10.1234"),
        net_cash=Decimal("-25.31"), execution_id="0001.e1", order_id="secret order",
    )  # fmt: skip
    transfer = PositionTransfer.unscoped.create(
        **of, key="p", currency="USD", kind="ACATS", direction="IN", symbol="ABC", quantity=Decimal(7),
        value=Decimal(70), company="Old broker", other_account="U2000001",
    )  # fmt: skip
    return {
        "cash": f"cash-{cash('U1000001', 3, '100').pk}",
        "trade": f"trade-{trade.pk}",
        "transfer": f"transfer-{transfer.pk}",
        "bobs": f"cash-{cash('U2000001', 3, '55').pk}",
        "old": f"cash-{cash('U1000001', 91, '9').pk}",
    }


def test_it_tells_what_the_statement_says_and_nothing_else(browse, entries):
    alice = browse("alice")
    trade = alice.get(f"{API}{entries['trade']}/").json()
    assert (trade["amount"], trade["status"], trade["method"]) == ("-25.31", "completed", "Buy")
    assert trade["details"] == {"symbol": "XYZ", "quantity": "2.5", "price": "10.1234", "execution_id": "0001.e1"}

    page = alice.get(f"{PAGE}{entries['trade']}/").content.decode()
    for words in ("2.50", "10.1234", "0001.e1", "25.31", "XYZ"):
        assert words in page
    assert "secret order" not in page
    # The account at the other end may be somebody else's.
    assert "U2000001" not in alice.get(f"{PAGE}{entries['transfer']}/").content.decode()
    assert f"{PAGE}{entries['cash']}/" in alice.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("name", "entry", "status"),
    [
        ("alice", "cash", 200),
        ("ana", "cash", 200),
        ("bob", "bobs", 200),
        # A second level's clients are in the top level's reports, not in its history.
        ("alice", "bobs", 404),
        ("bob", "cash", 404),
        ("carol", "bobs", 404),
        ("mallory", "cash", 404),
        # The history reaches ninety days back.
        ("alice", "old", 404),
    ],
)
def test_hidden_and_missing_are_alike(browse, entries, name, entry, status):
    client = browse(name)
    for address in (PAGE, API):
        assert client.get(f"{address}{entries[entry]}/").status_code == status
        assert client.get(f"{address}cash-{10**18}/").status_code == 404


@pytest.mark.parametrize("entry", ["cash", "cash-", "cash-x", "fee-1", "nothing-1", "cash-1-2", f"cash-{10**30}", "-"])
def test_odd_ids_lead_nowhere(browse, entries, entry):
    alice = browse("alice")
    assert alice.get(f"{PAGE}{entry}/").status_code == 404
    assert alice.get(f"{API}{entry}/").status_code == 404


def test_a_fee_is_for_who_reads_reports(browse, world, monkeypatch):
    _bill(world)
    Charge.unscoped.update(state="posted", posted_on=date(2025, 9, 30))
    for module in ("portal.transactions.views", "portal.transactions.api"):
        monkeypatch.setattr(f"{module}.exchange_today", lambda: date(2025, 10, 1))
    charge = Charge.unscoped.filter(account=world["U1000001"], practice=world["F100001"].practice).first()

    assert reverse("fees:proof", args=[charge.pk]) in browse("alice").get(f"{PAGE}fee-{charge.pk}/").content.decode()
    assert browse("ana").get(f"{API}fee-{charge.pk}/").json()["details"]["due_on"] == charge.due_on.isoformat()
    assert browse("tess").get(f"{API}fee-{charge.pk}/").status_code == 404


def test_who_has_the_history_alone_follows_the_file_until_it_is_taken_away(browse, entries, world, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    seat = member(browse, "tim", ability=["transaction_history"])
    client = Client(raise_request_exception=False)
    client.force_login(seat.user)
    assert b"/transactions/export/" in client.get(PAGE).content

    asked = client.post("/transactions/export/?days=30", {"format": "csv"})
    job = Job.unscoped.get()
    make_export(str(job.pk), job.user_id, job.seat_id)
    assert client.get(asked["Location"]).status_code == 200
    assert b"U1000001" in b"".join(client.get(f"{asked['Location']}file/").streaming_content)

    type(seat).unscoped.filter(pk=seat.pk).update(abilities=["statements"])
    for place in ("", "file/"):
        refused = client.get(f"{asked['Location']}{place}")
        assert refused.status_code == 403 and b"Transaction History" in refused.content


def test_the_gear_chooses_columns_for_this_person_only(browse, entries):
    alice = browse("alice")
    assert b"Ruiz, Ana" in alice.get(PAGE).content
    alice.post("/preferences/columns/", {"list": "transactions", "column": ["method", "password"]})
    page = alice.get(PAGE).content.decode()
    assert "Ruiz, Ana" not in page and '<th scope="col">Method</th>' in page
    assert b"Ruiz, Ana" in browse("ana").get(PAGE).content
    alice.post("/preferences/columns/", {"list": "passwords", "column": ["method"]})
    assert alice.get(PAGE).content.decode().count("Ruiz, Ana") == page.count("Ruiz, Ana")


def test_the_slider_says_how_far_back_the_list_reaches(browse, entries):
    def slider(days):
        page = " ".join(browse("alice").get(f"{PAGE}{days}").content.decode().split())
        return page.partition('type="range"')[2].partition(">")[0]

    assert 'value="10"' in slider("") and 'max="90"' in slider("") and 'name="days"' in slider("")
    assert 'value="90"' in slider("?days=120")
