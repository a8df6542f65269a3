"""A year of fees: its sums are the ledger's, its lines open their proofs, and each side reads its own part."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils.translation import override

from accounts.ground.access.context import acting, as_role
from accounts.ground.ledger.models import BookKind, Transfer
from accounts.ground.people.models import User
from fees.history import queries
from portal.lib import csvtext
from tests.fees.posting.nights import Nights, figures

pytestmark = pytest.mark.django_db

ANA, CHIDI = "U1000001", "U2000001"
AUGUST, SEPTEMBER, POSTED = date(2025, 8, 29), date(2025, 9, 30), date(2025, 10, 1)


@pytest.fixture
def billed(world):
    """Chidi pays Bright 1 % at month's end and Northgate a flat 1,200 a year; both have posted."""
    nights = Nights(world)
    nights.agree(CHIDI, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 8, 1))
    nights.agree(
        CHIDI, figures("ANNUALFLATFEE_MONTHLY", flat="1200"), starts=SEPTEMBER, practice=world["F100001"].practice
    )
    for day in (AUGUST, date(2025, 9, 2), SEPTEMBER, POSTED):
        nights.value(CHIDI, day, "252000")
        nights.night(day)
    return world


@pytest.fixture
def at_work(world):
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(world.users[name])
        return client

    return sign_in


def year(world, name, number=CHIDI):
    with acting(world.users[name].pk) as who, override("en"):
        return queries.summary(who, world[number], 2025, POSTED)


def ledger(world, **where):
    with as_role("owner"):
        rows = Transfer.unscoped.filter(account=world[CHIDI], debit__kind=BookKind.CLIENT, **where)
        return rows.aggregate(total=Sum("amount"))["total"]


def test_the_sums_are_the_ledgers_whoever_reads(billed):
    # August and September: 252,000 x 1 % x 21 / 252 = 210.00 each; one day of 1,200 / 252 = 4.76.
    everything = ledger(billed)
    assert everything == Decimal("424.76")
    for name in ("alice", "chidi"):
        found = year(billed, name)
        assert found.totals == {"USD": everything}
        assert sum(kind.total for kind in found.kinds) == everything
        assert sum(amount for _month, _currency, amount in found.months) == everything
    own = year(billed, "bob")
    assert own.totals == {"USD": ledger(billed, practice=billed["F200002"].practice)} == {"USD": Decimal("420.00")}


def test_each_side_reads_its_part_and_its_words(billed):
    def kinds(name):
        return {(kind.words, kind.payee, kind.count, kind.total) for kind in year(billed, name).kinds}

    percent, flat = "Percentage of Assets Fee", "Flat Fee"
    assert kinds("alice") == {
        (percent, "Brightwell LLC", 2, Decimal("420.00")),
        (flat, "Northgate Advisors", 1, Decimal("4.76")),
    }
    # A second level is not told what the level above is paid; the client is told what, and not to whom.
    assert kinds("bob") == {(percent, "Brightwell LLC", 2, Decimal("420.00"))}
    assert kinds("chidi") == {(percent, "", 2, Decimal("420.00")), (flat, "", 1, Decimal("4.76"))}


def test_the_average_is_of_the_year(billed):
    found = year(billed, "alice")
    assert found.average == Decimal("252000")
    assert round(found.rate, 6) == Decimal("0.001686")


def test_the_page_and_every_line_opens_its_proof(billed, at_work):
    for name in ("alice", "bob", "chidi"):
        client = at_work(name)
        text = client.get(f"/fees/history/{CHIDI}/").content.decode()
        assert "Advisory fees 2025" in text
        proofs = {part.split('"')[0] for part in text.split('href="/fees/proofs/')[1:]}
        assert len(proofs) == (2 if name == "bob" else 3)
        assert {client.get(f"/fees/proofs/{one}").status_code for one in proofs} == {200}
        named = text.split('id="sums-title"')[1].split("</main>")[0]
        assert ("Northgate Advisors" in named) == (name == "alice")


def test_in_russian(billed, at_work):
    User.objects.filter(pk=billed.users["chidi"].pk).update(language="ru")
    client = at_work("chidi")
    client.cookies["django_language"] = "ru"
    text = client.get(f"/fees/history/{CHIDI}/").content.decode()
    assert "Вознаграждение консультанта за 2025 год" in text


def test_the_files_hold_the_same_lines_and_totals(billed, at_work):
    client = at_work("chidi")
    rows = [row.cells for row in csvtext.read(client.get(f"/fees/history/{CHIDI}/fees.csv").content)]
    assert len(rows) == 1 + 3 + 1
    assert rows[-1][:6] == ("Total", "", "", "", "", "424.76")
    assert sum(Decimal(row[5]) for row in rows[1:-1]) == Decimal("424.76")
    with zipfile.ZipFile(io.BytesIO(client.get(f"/fees/history/{CHIDI}/fees.xlsx").content)) as book:
        assert "<v>424.76</v>" in book.read("xl/worksheets/sheet1.xml").decode()
    paper = client.get(f"/fees/history/{CHIDI}/fees.pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.content == client.get(f"/fees/history/{CHIDI}/fees.pdf").content


def test_the_api_says_the_same(billed, at_work):
    answer = at_work("bob").get(f"/api/v1/accounts/{CHIDI}/fee-history/?year=2025").json()
    assert answer["totals"] == {"USD": "420.00"}
    assert [line["amount"] for line in answer["lines"]] == ["210.00", "210.00"]


@pytest.mark.parametrize("end", ["", "fees.csv", "fees.xlsx", "fees.pdf"])
def test_other_peoples_years_are_not_there(billed, at_work, end):
    for name in ("ana", "carol", "mallory"):
        assert at_work(name).get(f"/fees/history/{CHIDI}/{end}").status_code == 404
    assert at_work("tess").get(f"/fees/history/{CHIDI}/{end}").status_code == 403


def test_nothing_of_an_open_night_is_told(billed):
    with acting(billed.users["alice"].pk) as who:
        assert queries.summary(who, billed[CHIDI], 2025, date(2025, 9, 30)).totals == {"USD": Decimal("210.00")}
        assert queries.years(who, billed[CHIDI], None) == []


def test_an_account_without_fees_says_so(billed, at_work):
    assert "No fees yet" in at_work("alice").get(f"/fees/history/{ANA}/").content.decode()
