"""Reports by page, file and API: the figures, whose they are, and what refuses all of a request."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.activity.models import CashLine
from accounts.broker.feed.models import ChangeInNav, FxRate, NavDaily, StatementFile
from accounts.ground.jobs.models import Job
from accounts.ground.runs.models import Run, Seal
from accounts.ground.tree.models import Account, Status
from fees.papers.paper import Paper
from portal.lib import csvtext
from tests.fees.posting.nights import Nights, figures

pytestmark = pytest.mark.django_db

AUGUST, FIRST, LAST = date(2025, 8, 29), date(2025, 9, 2), date(2025, 9, 30)
SEPTEMBER = "period=custom&first=2025-09-01&last=2025-09-30"
KINDS = ("activity", "summary", "performance", "portfolio", "income", "fees", "trades")
OF_ADVISORS = ("form-13f", "form-13d", "form-adv", "delivery-audit", "questionnaire-history")
# Session, person, seat and the two of the frame are five of them.
MOST_QUESTIONS = 12
# The test's own: a savepoint, and the role that the connection has in production anyway.
OWN = ("SAVEPOINT", "SET ROLE", "SELECT current_user", "app_leave")
PEOPLE = ("alice", "bob", "carol", "sam", "ana", "chidi", "mallory", "nina")


@pytest.fixture
def nights(world):
    return Nights(world)


@pytest.fixture
def sealed(world):
    """Every firm's books are closed until the last of September."""
    run = Run.unscoped.get_or_create(day=LAST)[0]
    for number in ("F100001", "F900001"):
        figures = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
        Seal.unscoped.create(firm_id=world[number].firm_id, day=LAST, run=run, digest="0" * 64, **figures)
    return world


@pytest.fixture
def valued(sealed, nights):
    """Case REP-1: 100 to 110, and 900 to 900; a second level's client stands beside them."""
    for number, before, after in (
        ("U1000001", "100", "110"),
        ("I4000001", "900", "900"),
        ("U2000001", "5000", "5100"),
        ("U9000001", "70", "77"),
    ):
        nights.value(number, AUGUST, before)
        for day in nights.days(date(2025, 9, 1), date(2025, 9, 29)):
            nights.value(number, day, before)
        nights.value(number, LAST, after)
    return sealed


@pytest.fixture
def source(world):
    return StatementFile.unscoped.create(
        sha256="1" * 64, name="a.xml", kind="flex", size=1, imported_at="2025-10-01T00:00:00Z"
    )


def asked(browse, name, kind, query):
    answer = browse(name).get(f"/api/v1/reports/figures/?report={kind}&{SEPTEMBER}&{query}")
    return answer.json() if answer.status_code == 200 else answer.status_code


def table(answer):
    return [row.cells for row in csvtext.read(answer.content)]


def test_rep_1_accounts_consolidated_return_one_percent_and_not_five(valued, browse):
    both = "accounts=U1000001 I4000001"
    together = asked(browse, "alice", "performance", f"{both}&mode=consolidated")
    alone = asked(browse, "alice", "performance", both)

    place = together["sections"][0]["columns"].index("Time-weighted")
    assert [row[place] for row in together["sections"][0]["rows"]] == ["1.00"]
    assert sorted(row[place] for row in alone["sections"][0]["rows"]) == ["0.00", "10.00"]
    assert [row[place] for row in alone["sections"][0]["totals"]] == ["1.00"]
    assert together["sections"][0]["notes"] == []


def test_rep_2_fifty_from_one_to_the_other_is_no_flow(sealed, nights, browse):
    for number, rows in {
        "U1000001": ((AUGUST, "100", "0"), (FIRST, "50", "-50"), (LAST, "50", "0")),
        "I4000001": ((AUGUST, "900", "0"), (FIRST, "950", "50"), (LAST, "950", "0")),
    }.items():
        for day, nlv, flow in rows:
            nights.value(number, day, nlv, flow)
    found = asked(browse, "alice", "performance", "accounts=U1000001 I4000001&mode=consolidated")

    section = found["sections"][0]
    row = dict(zip(section["columns"], section["rows"][0], strict=True))
    assert (row["Paid in"], row["Taken out"], row["Time-weighted"]) == ("0.00", "0.00", "0.00")
    # The days between the three have no value: that is said, and nothing is put in their place.
    assert row["Days without a value"] == "19"
    assert "2025-09-03" in section["notes"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_rep_3_one_foreign_account_refuses_the_whole_request(valued, browse, kind):
    """Bob owns U2000001; U1000001 is another advisor's, U9000001 another firm's, U9999999 nobody's."""
    bob = browse("bob")
    for foreign in ("U1000001", "U3000001", "U9000001", "U9999999", "F100001", "nonsense"):
        for mode in ("consolidated", "separate"):
            query = f"report={kind}&{SEPTEMBER}&mode={mode}&accounts=U2000001 {foreign}"
            page, made = bob.get(f"/reports/{kind}/?{query}"), bob.post(f"/reports/file/?{query}&format=csv")
            assert (page.status_code, made.status_code) == (404, 404), foreign
            assert bob.get(f"/api/v1/reports/figures/?{query}").status_code == 404
            given = {"report": kind, "accounts": ["U2000001", foreign], "mode": mode}
            assert bob.post("/api/v1/reports/", given, content_type="application/json").status_code == 404
    assert not Job.unscoped.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reads_exactly_the_accounts_that_are_theirs(valued, browse, name, kind):
    own = {
        "alice": {"U1000001", "I4000001", "U2000001"},
        "bob": {"U2000001"},
        "chidi": {"U2000001"},
        "sam": {"I4000001"},
        "ana": {"U1000001"},
        "mallory": {"U9000001"},
        "nina": {"U9000001"},
    }.get(name, set())
    page = browse(name).get(f"/reports/{kind}/?{SEPTEMBER}")

    assert page.status_code == 200
    said = page.content.decode()
    for number in ("U1000001", "I4000001", "U2000001", "U9000001"):
        assert number not in own or kind in ("income", "trades") or number in said, number
        assert number in own or number not in said, number


@pytest.mark.parametrize("name", ["", "frank", "olga", "tess", "dora"])
def test_who_has_no_reports_gets_none(valued, browse, name):
    client = browse(name)
    for address in ("/reports/", *(f"/reports/{kind}/" for kind in KINDS), "/api/v1/reports/"):
        assert client.get(address).status_code in (302, 401, 403, 404), address
    assert client.post("/reports/file/?report=fees").status_code in (302, 403, 404)
    assert not Job.unscoped.exists()


def test_csv_workbook_and_paper_are_made_from_the_same_rows_as_the_page(valued, browse):
    alice, query = browse("alice"), f"report=performance&{SEPTEMBER}&accounts=U1000001 I4000001"
    rows = table(alice.post(f"/reports/file/?{query}", {"format": "csv"}))
    book = alice.post(f"/reports/file/?{query}", {"format": "xlsx"})
    paper = alice.post(f"/reports/file/?{query}", {"format": "pdf"})

    assert [row[0] for row in rows[:4]] == ["Account ID", "I4000001", "U1000001", "All as one"]
    sums = "by advisor 1,010.00\xa0USD, by client 1,010.00\xa0USD, all as one 1,010.00\xa0USD"
    assert rows[4] == (f"Values of 2025-09-30 {sums}: the same.",)
    assert rows[2][2:8] == ("100.00", "0.00", "0.00", "10.00", "110.00", "USD")
    assert rows[0][8] == "Time-weighted, %"
    assert [row[8] for row in rows[1:4]] == ["0.00", "10.00", "1.00"]
    sheet = zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>110.00</v>" in sheet
    assert paper.content.startswith(b"%PDF")
    assert paper["Content-Disposition"] == 'attachment; filename="performance-2025-09-30.pdf"'


def test_a_pdf_has_a_cover_with_contents_where_that_is_wished(valued, browse, monkeypatch):
    """The five tables of a statement begin on pages after the cover; without the wish there is one page less."""
    told, say = [], Paper.row
    monkeypatch.setattr(
        Paper, "row", lambda self, cells, *more, **rest: told.append(cells) or say(self, cells, *more, **rest)
    )
    query = f"report=activity&{SEPTEMBER}&accounts=U1000001"
    plain = browse("alice").post(f"/reports/file/?{query}", {"format": "pdf"}).content
    assert told == [] and plain.startswith(b"%PDF")

    covered = browse("alice").post(f"/reports/file/?{query}&cover=1", {"format": "pdf"}).content
    tables = ["Net asset value", "Cash movements", "Trades", "Transfers", "Corporate actions", "Fees and invoices"]
    assert told == [[title, "2"] for title in tables]
    assert covered.count(b"/Type /Page\n") == plain.count(b"/Type /Page\n") + 1
    page = browse("alice").get(f"/reports/activity/?{SEPTEMBER}&cover=1").content.decode()
    assert 'name="cover" value="1" checked' in page


def test_a_return_that_is_not_the_brokers_is_marked_and_can_be_listed_alone(valued, browse, source):
    """Ana's account earned 10 %: the broker says 10.02, which is two hundredths away. The other agrees to one."""
    for number, twr in (("U1000001", "10.02"), ("I4000001", "0.009")):
        ChangeInNav.unscoped.create(
            firm_id=valued[number].firm_id, account=valued[number], starts=date(2025, 9, 1), last_day=LAST,
            currency="USD", starting=100, ending=110, twr=Decimal(twr), file=source,
        )  # fmt: skip
    found = asked(browse, "alice", "performance", "accounts=U1000001 I4000001")["sections"][0]
    only = asked(browse, "alice", "performance", "accounts=U1000001 I4000001&differing=1")["sections"][0]

    assert [found["rows"][place][0] for place in found["marked"]] == ["U1000001"]
    assert "1 return is more than 0.01 percentage points from the broker's." in found["notes"]
    assert [row[0] for row in only["rows"]] == ["U1000001"]
    page = browse("alice").get(f"/reports/performance/?{SEPTEMBER}").content.decode()
    assert "Look at this" in page


def test_sums_in_another_currency_are_of_the_days_own_rates_and_a_missing_rate_is_said(valued, nights, browse, source):
    """U1000001 in dollars, U3000001 in euro: without a rate there is no sum of both, and that is said."""
    for day in (AUGUST, LAST):
        nights.value("U3000001", day, "1000")
    query = "accounts=U1000001 U3000001&mode=consolidated&currency=USD"
    assert asked(browse, "alice", "performance", query)["sections"][0]["rows"] == []

    for day, rate in ((AUGUST, "1.10"), (LAST, "1.20")):
        FxRate.unscoped.create(day=day, from_currency="EUR", to_currency="USD", rate=Decimal(rate), file=source)
    section = asked(browse, "alice", "performance", query)["sections"][0]
    row = dict(zip(section["columns"], section["rows"][0], strict=True))
    assert (row["Value at the beginning"], row["Value at the end"]) == ("1200.00", "1310.00")
    assert row["Time-weighted"] == "9.17"


def test_income_is_summed_by_kind_at_the_rate_on_which_the_period_closed(valued, browse, source):
    """100 dollars of dividends, 15 withheld, 50 euro of interest at 1.20: 85 + 60 = 145 dollars."""
    FxRate.unscoped.create(day=LAST, from_currency="EUR", to_currency="USD", rate=Decimal("1.20"), file=source)
    for place, (kind, currency, amount) in enumerate(
        (("Dividends", "USD", "100"), ("Withholding Tax", "USD", "-15"), ("Broker Interest Received", "EUR", "50"),
         ("Deposits & Withdrawals", "USD", "9999"))
    ):  # fmt: skip
        CashLine.unscoped.create(
            firm_id=valued["U1000001"].firm_id, account=valued["U1000001"], key=str(place), kind=kind,
            currency=currency, amount=Decimal(amount), report_on=FIRST, file=source,
        )  # fmt: skip
    by_kind, by_account = asked(browse, "alice", "income", "accounts=U1000001 I4000001")["sections"]

    assert by_kind["rows"] == [
        ["Broker Interest Received", "1", "50.00", "EUR", "60.00"],
        ["Dividends", "1", "100.00", "USD", "100.00"],
        ["Withholding Tax", "1", "-15.00", "USD", "-15.00"],
    ]
    assert by_kind["totals"] == [["Total", "3", None, "USD", "145.00"]]
    assert {row[0] for row in by_account["rows"]} == {"U1000001"}


@pytest.fixture
def billed(world, nights):
    """A dollar a business day from ana, and two from bob's client, posted on the first days of October."""
    for number, flat in (("U1000001", "252"), ("U2000001", "504")):
        nights.agree(number, figures("ANNUALFLATFEE", flat=flat), starts=LAST)
    for day in nights.days(LAST, date(2025, 10, 3)):
        for number in ("U1000001", "U2000001"):
            nights.value(number, day, "250000")
            nights.cash(number, day, "250000")
        nights.night(day)
    return world


def test_by_advisor_and_by_client_come_to_one_total_which_is_the_ledgers(billed, browse):
    """The fees of three business days were posted on 1, 2 and 3 October: 3 + 6 = 9 dollars."""
    october = "report=fees&period=custom&first=2025-10-01&last=2025-10-31"
    alice = browse("alice")
    by_client = alice.get(f"/api/v1/reports/figures/?{october}&by=client").json()["sections"]
    by_advisor = alice.get(f"/api/v1/reports/figures/?{october}&by=advisor").json()["sections"]

    paid = {row[0]: row[3:7] for row in by_client[0]["rows"] if row[6] not in ("0", "0.00")}
    assert paid == {"U1000001": ["3.00", "0.00", "0.00", "3.00"], "U2000001": ["6.00", "0.00", "0.00", "6.00"]}
    assert [row[0:1] + row[5:7] for row in by_advisor[0]["rows"]] == [
        ["Brightwell LLC", "6.00", "USD"],
        ["Northgate Advisors", "3.00", "USD"],
    ]
    totals = [one[0]["totals"][0][-2:] for one in (by_client, by_advisor)]
    assert totals == [["9.00", "USD"], ["9.00", "USD"]]
    for one in (by_client, by_advisor):
        assert one[1]["rows"] == [["USD", "9.00", "9.00", "9.00", "0.00"]]
        assert one[1]["notes"] == ["By advisor, by client and in the ledger: the same to the cent."]
    bob = browse("bob").get(f"/api/v1/reports/figures/?{october}&by=advisor").json()["sections"]
    assert bob[1]["rows"] == [["USD", "6.00", "6.00", "6.00", "0.00"]]


def test_an_alias_takes_the_place_of_the_number(valued, browse):
    Account.unscoped.filter(number="U1000001").update(alias="The sparrow")
    rows = table(
        browse("alice").post(f"/reports/file/?report=summary&{SEPTEMBER}&accounts=U1000001&alias=1", {"format": "csv"})
    )

    assert rows[1][0] == "The sparrow"
    assert not any("U1000001" in cell for row in rows for cell in row)


def test_the_language_of_a_report_is_chosen(valued, browse):
    page = browse("alice").get(f"/reports/performance/?{SEPTEMBER}&language=ru").content.decode()

    assert "Стоимость в начале" in page
    assert "More choices" in page


def test_nothing_younger_than_the_last_closed_day_is_in_a_report(valued, nights, browse):
    nights.value("U1000001", date(2025, 10, 1), "123456")
    found = asked(browse, "ana", "performance", "period=inception")

    assert "123456" not in str(found)


def test_an_account_that_was_never_opened_is_in_no_report(valued, browse):
    Account.unscoped.filter(number="U1000002").update(status=Status.NEW)
    page = browse("alice").get(f"/reports/summary/?{SEPTEMBER}").content.decode()

    assert "U1000002" not in page


@pytest.mark.parametrize("kind", [*KINDS, *OF_ADVISORS])
def test_a_page_asks_few_questions_however_many_accounts_there_are(valued, nights, browse, kind):
    """One of the accounts is in another currency; a client has one."""
    Account.unscoped.filter(number="I4000001").update(base_currency="EUR")
    NavDaily.unscoped.filter(account__number="I4000001").update(currency="EUR")
    for person, named in (("alice", ("U1000001", "F100001")), ("ana", ("U1000001",))):
        if person == "ana" and kind in OF_ADVISORS:
            continue
        client = browse(person)
        client.get("/reports/fees/")  # what a first page of a process looks up
        counts = []
        for accounts in (*(f"&accounts={one}" for one in named), "", "&currency=USD"):
            with CaptureQueriesContext(connection) as found:
                assert client.get(f"/reports/{kind}/?{SEPTEMBER}{accounts}").status_code == 200
            counts.append(sum(not any(one in query["sql"] for one in OWN) for query in found))
        assert max(counts) <= MOST_QUESTIONS
