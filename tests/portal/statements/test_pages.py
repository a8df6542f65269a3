"""Statements by page, table and API: who sees which, and the STL group together or alone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.runs.models import Run, Seal
from fees.invoicing.models import Invoice
from tests.fees.posting.nights import Nights, figures
from tests.house import rights

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2025, 9, 29), date(2025, 9, 30)


@pytest.fixture
def nights(world):
    return Nights(world)


@pytest.fixture
def group(world, nights):
    """Case HIE-6: master cash 1,000, subs 200 and 300; on the second day the master has given 100 to each sub."""
    for number, one, two in (
        ("I4000001", ("1000", "0"), ("800", "-200")),
        ("U4000001", ("200", "0"), ("300", "100")),
        ("U4000002", ("300", "0"), ("450", "100")),
        ("U1000001", ("7000", "0"), ("7777", "700")),
    ):
        nights.value(number, FIRST, *one)
        nights.value(number, LAST, *two)
    seal(world, LAST)
    return world


def seal(world, day, number="F100001"):
    run = Run.unscoped.get_or_create(day=day)[0]
    Seal.unscoped.create(
        firm_id=world[number].firm_id, day=day, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0
    )


def test_hie_6_consolidated_is_subs_and_master_cash_and_individual_is_three(group, browse):
    sam = browse("sam")
    together = sam.get("/api/v1/accounts/I4000001/statements/2025-09/?consolidated=true").json()
    alone = {
        number: sam.get(f"/api/v1/accounts/{number}/statements/2025-09/").json()
        for number in ("I4000001", "U4000001", "U4000002")
    }

    assert together["accounts"] == ["I4000001", "U4000001", "U4000002"]
    assert (together["opening"], together["closing"]) == ("1500.0000", "1550.0000")
    assert (together["came_in"], together["went_out"], together["change"]) == ("0.0000", "0.0000", "50.0000")
    assert [one["closing"] for one in alone.values()] == ["800.0000", "300.0000", "450.0000"]
    assert alone["I4000001"]["went_out"] == "200.0000"
    assert alone["I4000001"]["accounts"] == ["I4000001"]


def test_a_client_and_a_sub_are_never_shown_more_than_themselves(group, browse):
    answer = browse("ana").get("/api/v1/accounts/U1000001/statements/2025-09/?consolidated=true").json()
    sub = browse("sam").get("/api/v1/accounts/U4000001/statements/2025-09/?consolidated=true").json()

    assert answer["accounts"] == ["U1000001"]
    assert (answer["opening"], answer["came_in"], answer["closing"]) == ("7000.0000", "700.0000", "7777.0000")
    assert sub["accounts"] == ["U4000001"]


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "sam", "ana", "chidi", "mallory", "nina"])
def test_each_person_opens_exactly_the_statements_of_accounts_they_may_see(group, browse, name):
    client = browse(name)
    for number in ("U1000001", "I4000001", "U4000002", "U2000001", "U9000001"):
        expected = 200 if rights.may(name, "report", number) else 404
        for address in ("", "2025-09/", "2025-09/csv/"):
            assert client.get(f"/accounts/{number}/statements/{address}").status_code == expected, number


def test_the_page_prints_what_was_sealed_and_nothing_younger(group, browse, nights, world):
    nights.value("U1000001", date(2025, 10, 1), "123456")
    page = browse("ana").get("/accounts/U1000001/statements/2025-09/").content.decode()

    assert "7,777.00" in page
    assert "123,456" not in page
    assert "No statement of this month" in browse("ana").get("/accounts/U1000001/statements/2025-10/").content.decode()


def test_the_fees_of_the_month_stand_on_it_with_their_proof(world, nights, browse):
    nights.agree("U1000001", figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    for day in (LAST, date(2025, 10, 1)):
        nights.value("U1000001", day, "250000")
        nights.cash("U1000001", day, "250000")
        nights.night(day)
    charge = nights.charge("U1000001")
    page = browse("ana").get(f"/accounts/U1000001/statements/{charge.posted_on:%Y-%m}/").content.decode()

    assert f"/fees/proofs/{charge.pk}/" in page
    answer = browse("ana").get(f"/api/v1/accounts/U1000001/statements/{charge.posted_on:%Y-%m}/").json()
    assert answer["fees"] == {"USD": str(charge.amount)}


@pytest.fixture
def invoiced(world, nights):
    """October: a fee of a dollar a day posted on five days, and two invoices of 100.10 and 50.05 paid; one was refused,
    and one is of a night that has no seal yet.

    252 a year is a dollar a business day: those of 30 September to 6 October post on 1 to 7 October.
    """
    nights.agree("U1000001", figures("ANNUALFLATFEE", flat="252"), starts=date(2025, 9, 30))
    for day in nights.days(LAST, date(2025, 10, 7)):
        nights.value("U1000001", day, "250000")
        nights.cash("U1000001", day, "250000")
        nights.night(day)
    run = Run.unscoped.get(day=date(2025, 10, 7))
    for day, amount, memo, state in (
        (3, "100.10", "Planning", "processed"),
        (7, "50.05", "", "processed"),
        (6, "999.99", "Refused", "rejected"),
        (8, "777.77", "Not yet", "processed"),  # in a night that is not sealed
    ):
        paid = state == "processed"
        Invoice.unscoped.create(
            firm_id=world["U1000001"].firm_id,
            account=world["U1000001"],
            practice_id=world["U1000001"].practice_id,
            amount=Decimal(amount),
            currency="USD",
            memo=memo,
            business_day=date(2025, 10, day),
            state=state,
            reason="insufficient_funds" if state == "rejected" else "",
            submitted_at=datetime(2025, 10, day, 15, tzinfo=UTC),
            submitted_by=world.users["alice"],
            processed_on=date(2025, 10, day) if paid else None,
            run_id=run.pk if paid else None,
        )
    return world


@pytest.mark.parametrize("name", ["ana", "alice"])
def test_a_statement_has_the_invoices_that_were_paid_and_their_sum(invoiced, browse, name):
    """By hand: five fees of 1.00, invoices of 100.10 and 50.05, 155.15 together."""
    client = browse(name)
    page = client.get("/accounts/U1000001/statements/2025-10/").content.decode()
    months = client.get("/accounts/U1000001/statements/?year=2025").content.decode()
    answer = client.get("/api/v1/accounts/U1000001/statements/2025-10/").json()
    table = client.get("/accounts/U1000001/statements/2025-10/csv/?rows=charges").content.decode("utf-8-sig")

    assert "Invoice: Planning" in page
    assert page.count("/fees/proofs/") == 5
    assert ">155.15<" in page
    assert "Refused" not in page + table
    assert "Not yet" not in page + table
    assert ">155.15<" in months
    assert (answer["fees"], answer["invoices"], answer["charged"]) == (
        {"USD": "5.00"},
        {"USD": "150.15"},
        {"USD": "155.15"},
    )
    assert [(one["day"], one["amount"]) for one in answer["lines"] if one["kind"] == "invoice"] == [
        ("2025-10-03", "100.10"),
        ("2025-10-07", "50.05"),
    ]
    assert table.splitlines()[0] == '"Day","Fee or invoice","Amount","Currency","Account ID"'
    assert '2025-10-03,"Invoice: Planning",100.10,"USD","U1000001"' in table.splitlines()
    assert len(table.splitlines()) == 8


def test_a_statement_speaks_russian(invoiced, browse):
    ana = browse("ana")
    ana.post("/language/", {"language": "ru"})
    page = ana.get("/accounts/U1000001/statements/2025-10/").content.decode()

    assert "Инвойс: Planning" in page
    assert "155,15" in page


def test_an_invoice_stands_in_the_month_it_was_paid_in_alone(invoiced, browse):
    assert browse("ana").get("/api/v1/accounts/U1000001/statements/2025-09/").json()["invoices"] == {}


def test_a_name_that_is_a_formula_stays_a_name(group, browse, world):
    type(world["U1000001"]).unscoped.filter(number="U1000001").update(title='=HYPERLINK("http://x")')
    answer = browse("ana").get("/accounts/U1000001/statements/2025-09/csv/")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1] == '2025-09-29,7000.0000,0.0000,"USD","\'=HYPERLINK(""http://x"")"'
    assert answer["Content-Disposition"] == 'attachment; filename="U1000001-2025-09.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("month", ["2025-13", "2025-00", "9999-12", "2025-9", "../2025-09", "1899-12"])
def test_what_is_no_month_is_no_page(group, browse, month):
    assert browse("ana").get(f"/accounts/U1000001/statements/{month}/").status_code == 404


@pytest.mark.parametrize("month", ["1900-01", "2099-12"])
def test_the_edges_of_time_are_empty_months(group, browse, month):
    assert browse("ana").get(f"/accounts/U1000001/statements/{month}/").status_code == 200


def test_a_page_costs_few_queries(group, browse):
    client = browse("sam")
    for address in (
        "/",
        "/statements/",
        "/accounts/I4000001/statements/?of=together",
        "/accounts/I4000001/statements/2025-09/?of=together",
    ):
        client.get(address)
        with CaptureQueriesContext(connection) as spent:
            assert client.get(address).status_code == 200
        asked = [one["sql"] for one in spent if one["sql"].startswith(("SELECT", "\n    SELECT", "WITH"))]
        # The tests' own change of role and end of a seat are none of the page's.
        asked = [sql for sql in asked if not sql.startswith(("SELECT current_user", "SELECT app_leave"))]
        # A group read together asks for fees, invoices and what was given back, each once.
        assert len(asked) <= 12, (address, len(asked), asked)
