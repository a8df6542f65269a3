"""The list tells what comes next, who has gone quiet, what was paid, and what those that a filter lets through are
worth; its columns stand as somebody has put them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.broker.feed.models import FxRate, StatementFile
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.ledger.models import TransferKind
from accounts.ground.people import actions as people
from accounts.ground.people.models import ClientRight
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Status
from crm.contacts import export_views, views
from crm.contacts.models import Contact
from crm.contacts.returned import Returned
from crm.notes.models import Note
from portal.lib import csvtext
from portal.reports.of_contacts import year_to_date
from tests.books import Posting, client_book, payee_book, post
from tests.crm.contacts.test_contacts import PLACE, added
from tests.crm.contacts.test_tokens import DAY, alice, book  # noqa: F401 (fixtures)
from tests.crm.vault.people import begun, unlock
from tests.fees.posting.nights import Nights


@pytest.fixture
def valued(book, monkeypatch):  # noqa: F811
    monkeypatch.setattr(views, "sealed_day", lambda: DAY)
    return book


@pytest.fixture
def nights(world):
    return Nights(world)


def page(browser, query=""):
    answer = browser.get(PLACE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def choose(browser, *columns):
    browser.post("/preferences/columns/", {"list": "contacts", "column": columns, "next": PLACE})


def event(browser, contact, day, title="Quillmarsh", **more):
    said = {"title": title, "starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00"}
    said |= {"zone": "UTC", "visibility": "practice", "contacts": str(contact.pk), **more}
    assert browser.post("/calendar/new/", said).status_code == 302


def test_a_filter_tells_what_it_lets_through_is_worth(alice, valued):  # noqa: F811
    """Ana's 2,000.00 USD and Ken's 300,000 JPY at 0.01 are 5,000.00 USD; Ben Cole has no account."""
    assert "5,000.00" in page(alice, "?q=aum:>1")
    assert "5,000.00" in page(alice, "?state=open")
    # The whole book is the dashboard's to sum, and who has no account is worth nothing that is told.
    assert "AUM" not in page(alice)
    assert "AUM" not in page(alice, "?q=cole")


def test_the_next_event_of_each_is_a_column(alice, valued):  # noqa: F811
    ana = valued["Ruiz"]
    later, sooner = (timezone.localdate() + timedelta(days=days) for days in (9, 5))
    event(alice, ana, later.isoformat())
    event(alice, ana, (sooner - timedelta(days=7)).isoformat(), every="WEEKLY")
    assert "Next event" in page(alice) and sooner.isoformat() not in page(alice)
    choose(alice, "email", "next")
    shown = page(alice)
    # The series comes again before the single one.
    assert sooner.isoformat() in shown and later.isoformat() not in shown


def test_who_has_gone_quiet_is_marked(alice, valued, world):  # noqa: F811
    mark = 'title="No note for 40 days"'
    # Clients are marked; Ben Cole, who has no account, is not.
    assert page(alice).count(mark) == 2
    alice.post(f"/contacts/{valued['Ruiz'].pk}/notes/", {"title": "Call", "body": "All well"})
    assert Note.unscoped.exists() and page(alice).count(mark) == 1


def test_the_columns_cost_the_same_for_any_number_of_rows(alice, valued):  # noqa: F811
    choose(alice, "email", "next", "noted", "fees", "earned", "value")
    event(alice, valued["Ruiz"], (timezone.localdate() + timedelta(days=2)).isoformat())
    with CaptureQueriesContext(connection) as few:
        page(alice)
    for number in range(12):
        one = added(alice, first_name="Dora", name=f"Prospect {number}")
        event(alice, one, (timezone.localdate() + timedelta(days=3)).isoformat())
    with CaptureQueriesContext(connection) as many:
        page(alice)
    assert len(many) <= len(few)
    assert Contact.unscoped.count() > 12


def paid(account, amount, day, kind=TransferKind.FEE, payee=None):
    """What left an account for its advisor; below zero it came back."""
    with as_role("owner"):
        client = client_book(firm_id=account.firm_id, account_id=account.pk, currency=account.base_currency)
        practice = payee or account.practice_id
        other = payee_book(firm_id=account.firm_id, practice_id=practice, currency=account.base_currency)
        debit, credit = (client, other) if Decimal(amount) > 0 else (other, client)
        post(
            Posting(
                kind=kind,
                debit=debit,
                credit=credit,
                amount=abs(Decimal(amount)),
                day=day,
                source=uuid4(),
                account_id=account.pk,
                practice_id=practice,
            )
        )


def headings(shown):
    head = shown.split("<thead>")[1].split("</thead>")[0]
    return [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)]


def test_columns_stand_as_somebody_has_put_them(alice, valued, world, browse):  # noqa: F811
    choose(alice, "value", "email", "nothing", "email", "kind")
    assert headings(page(alice))[3:-1] == ["Value", "E-mail", "Kind"]
    alice.post(
        "/preferences/columns/",
        {"list": "contacts", "column": ["value", "email", "kind"], "move": "up:kind", "next": PLACE},
    )
    assert headings(page(alice))[3:-1] == ["Value", "Kind", "E-mail"]

    # A saved view keeps its own, and a change of one's columns leaves it for the list itself.
    alice.post("/preferences/views/", {"list": "contacts", "name": "Narrow", "query": "sort=name"})
    choose(alice, "phone")
    assert headings(page(alice))[3:-1] == ["Phone"]
    view = "?sort=name&columns=value%2Ckind%2Cemail"
    assert view.replace("&", "&amp;") in page(alice)
    assert headings(page(alice, view))[3:-1] == ["Value", "Kind", "E-mail"]
    said = {"list": "contacts", "column": ["email"], "next": PLACE + view}
    assert alice.post("/preferences/columns/", said).headers["Location"] == PLACE + "?sort=name"
    # What a view shows is no filter: a group keeps the search without it, and nobody else's list changes.
    assert headings(page(alice, "?columns=password"))[3:-1] == ["E-mail"]
    vera = browse("vera")
    assert "email" not in str(vera.session.get("contacts"))


def test_what_accounts_have_paid_this_year_is_a_column(alice, valued, world):  # noqa: F811
    """30.00 in fees and a 12.50 invoice less 2.50 that came back are 40.00, without last year's and tomorrow's."""
    ana = world["U1000001"]
    paid(ana, "30.00", date(2025, 1, 1))
    paid(ana, "12.50", DAY, TransferKind.INVOICE)
    paid(ana, "-2.50", DAY, TransferKind.REIMBURSEMENT)
    paid(ana, "99.00", date(2024, 12, 31))
    paid(ana, "77.00", date(2025, 1, 3))
    paid(world["U1000002"], "500", DAY)
    assert "40.00" not in page(alice)
    choose(alice, "fees", "email")

    shown = page(alice)

    assert "Fees 2025" in headings(shown)
    row = {name: next(one for one in shown.split("<tr>") if name in one) for name in ("Ruiz", "Ito", "Cole")}
    assert "40.00" in row["Ruiz"] and "JPY" in row["Ito"] and "500" in row["Ito"] and "USD" not in row["Cole"]


MONDAY = date(2025, 1, 6)


def said_of(shown, name, data="Performance this year"):
    """What stands in a cell of a contact's row."""
    row = next(one for one in shown.split("<tr>") if name in one)
    cell = re.search(rf'data-label="{data}">(.*?)</td>', row, re.S)
    return " ".join(re.sub("<[^>]+>", " ", cell[1]).split()) if cell else ""


def test_what_accounts_have_returned_this_year_is_a_column(alice, valued, nights, monkeypatch):  # noqa: F811
    """1,600 to 2,000 are 25 %; 2,500 with 500 paid in are none; 2,250 are -10 %: 1.25 x 0.9 - 1 = 12.50 %."""
    monkeypatch.setattr(views, "sealed_day", lambda: MONDAY)
    nights.value("U1000001", date(2024, 12, 31), "1600")
    nights.value("U1000001", date(2025, 1, 3), "2500", "500")
    nights.value("U1000001", MONDAY, "2250")
    # Ken Ito's account has no value after 2 January: nothing is put in its place.
    nights.value("U1000002", date(2024, 12, 31), "200000")
    assert "12.50" not in page(alice)
    choose(alice, "earned", "email")

    shown = page(alice)

    assert "Performance 2025" in headings(shown)
    assert said_of(shown, "Ruiz") == "+12.50%" and said_of(shown, "Cole") == ""
    why = "Values, or rates of exchange, are missing on 2 business days, first on 2025-01-03"
    assert said_of(shown, "Ito") == f"— {why}"
    monkeypatch.setattr(export_views, "sealed_day", lambda: MONDAY)
    file = alice.get("/contacts/export/?as=shown&columns=earned").content
    _heading, *rows = (list(one.cells) for one in csvtext.read(file))
    assert {row[0].split(",")[0]: row[2][:7] for row in rows} == {"Cole": "", "Ito": "— Value", "Ruiz": "12.50%"}


def test_accounts_of_one_contact_are_measured_as_one(alice, valued, world, nights):  # noqa: F811
    """1,600 and 340,000 JPY at 0.01 were 5,000 USD; 2,000 and 300,000 JPY are as much: 0.00 %, and no average."""
    before = date(2024, 12, 31)
    nights.value("U1000001", before, "1600")
    nights.value("U1000002", before, "340000")
    with as_role("owner"):
        ana = ClientRight.unscoped.filter(account=world["U1000001"]).values_list("party_id", flat=True)[0]
        ClientRight.unscoped.filter(account=world["U1000002"]).update(party_id=ana)
    choose(alice, "earned")
    why = "A value, or a rate of exchange, is missing on 1 business day: 2024-12-31"
    assert said_of(page(alice), "Ruiz") == f"— {why}"

    file = StatementFile.unscoped.get()
    FxRate.unscoped.create(day=before, from_currency="JPY", to_currency="USD", rate=Decimal("0.01"), file=file)

    assert said_of(page(alice), "Ruiz") == "0.00%"


@pytest.fixture
def second(world):
    """Ana's second account, in EUR, opened and not funded yet."""
    with as_role("owner"):
        made = tree.create_account(
            parent=world["F100001"],
            kind=Kind.CLIENT,
            number="U1000009",
            title="Ruiz, Ana",
            base_currency="EUR",
            day=DAY,
        )
        people.give_right(party=world.parties["ana"], account=made)
        return tree.open_account(account=made, day=DAY)


def changed(account, **values):
    with as_role("owner"):
        Account.unscoped.filter(pk=account.pk).update(**values)


def test_an_account_of_which_no_value_is_due_hides_no_return(alice, valued, nights, second):  # noqa: F811
    """1,600 to 2,000 are 25 %, in the currency of the one account that has money."""
    before = date(2024, 12, 31)
    nights.value("U1000001", before, "1600")
    choose(alice, "earned")
    assert said_of(page(alice), "Ruiz") == "+25.00%"
    changed(second, funded_on=DAY + timedelta(days=1))
    assert said_of(page(alice), "Ruiz") == "+25.00%"

    changed(second, funded_on=DAY)
    assert said_of(page(alice), "Ruiz") == "— No value this year: U1000009"

    # Closed on the first business day of the year: its last value was due on the last one of the year before.
    nights.world.accounts["U1000009"] = second
    nights.value("U1000009", before, "500")
    changed(second, funded_on=before, status=Status.CLOSED, closed_on=DAY)
    assert said_of(page(alice), "Ruiz") == "+25.00%"


def test_a_return_is_of_all_accounts_or_says_which_are_not_to_be_read(valued, world, nights, second):
    nights.value("U1000001", date(2024, 12, 31), "1600")
    contact, ana, foreign = uuid4(), world["U1000001"], world["U9000001"]

    with acting(world.users["alice"].pk) as who:
        told = partial(year_to_date, sealed=DAY)
        assert told(who, {contact: [ana, second]}) == {contact: Returned(Decimal("0.25"))}
        assert told(who, {contact: [second]}) == {contact: Returned(None, "No value this year: U1000009")}
        shut = {contact: Returned(None, "Reports are not among your rights: U9000001")}
        assert told(who, {contact: [ana, foreign]}) == shut
        seen = replace(who, behind=replace(who, abilities=frozenset()))
        shut = {contact: Returned(None, "Reports are not among your rights: U1000001, U1000009")}
        assert told(seen, {contact: [ana, second]}) == shut


def test_who_has_no_reports_reads_no_returns(alice, valued, world, monkeypatch):  # noqa: F811
    choose(alice, "earned")
    monkeypatch.setattr(Who, "can", lambda who, function: function != "report")
    assert said_of(page(alice), "Ruiz") == "— Reports are not among your rights"


def test_a_second_level_reads_what_itself_was_paid(world, browse, monkeypatch):
    """Chidi paid Brightwell 7.00 and the level above it 10.00."""
    monkeypatch.setattr(views, "sealed_day", lambda: DAY)
    bob, chidi = browse("bob"), world["U2000001"]
    begun(bob)
    unlock(bob)
    bob.post("/api/v1/contacts/bring-in/", {}, content_type="application/json")
    paid(chidi, "7.00", DAY)
    paid(chidi, "10.00", DAY, payee=world["F100001"].practice_id)
    choose(bob, "fees")

    shown = page(bob)

    assert "7.00" in shown and "10.00" not in shown and "17.00" not in shown


def test_a_file_takes_the_columns_of_the_list(alice, valued, world, monkeypatch):  # noqa: F811
    monkeypatch.setattr(export_views, "sealed_day", lambda: DAY)
    paid(world["U1000001"], "40.00", DAY)
    choose(alice, "fees", "email", "value")
    link = re.search(r'href="(/contacts/export/\?[^"]*as=shown[^"]*)"', page(alice, "?state=open"))[1]

    answer = alice.get(link.replace("&amp;", "&"))

    heading, *rows = (list(one.cells) for one in csvtext.read(answer.content))
    assert heading == ["Contact", "What they are", "Fees this year", "E-mail", "Value"]
    found = {row[0].split(",")[0]: [cell.replace("\xa0", " ") for cell in row[2:]] for row in rows}
    assert set(found) == {"Ito", "Ruiz"}
    assert (found["Ruiz"][0], found["Ruiz"][2]) == ("40.00 USD", "2,000.00 USD")
    assert alice.get("/contacts/export/").content.decode("utf-8-sig").startswith('"ID","Kind",')
