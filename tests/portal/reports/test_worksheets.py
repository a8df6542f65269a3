"""By advisor and by client with one grand total, confirmations of trades, and what an advisor files."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.http import QueryDict

from accounts.broker.activity.models import Trade
from accounts.broker.feed.models import FxRate, StatementFile
from accounts.broker.holdings.models import Instrument, Position
from accounts.ground.jobs.models import Job
from accounts.ground.tree.models import Account
from portal.reports.compliance import cusip_of
from portal.reports.regular.models import RegularReport
from portal.reports.wishes import Kind, Wish
from tests.portal.reports.test_pages import (  # noqa: F401 (fixtures)
    AUGUST,
    FIRST,
    LAST,
    SEPTEMBER,
    asked,
    nights,
    sealed,
    source,
    table,
    valued,
)

pytestmark = pytest.mark.django_db


def section(answer):
    [found] = answer["sections"]
    return found


@pytest.mark.parametrize(("kind", "place"), [("summary", 2), ("performance", 6)])
def test_by_advisor_and_by_client_have_one_grand_total(valued, browse, kind, place):  # noqa: F811
    """Northgate's own clients 110 + 900, Brightwell's 5,100: 6,110 both ways, from 100 + 900 + 5,000."""
    by_advisor = section(asked(browse, "alice", kind, "by=advisor&currency=USD"))
    by_client = section(asked(browse, "alice", kind, "by=client&currency=USD"))

    rows = {row[0]: row for row in by_advisor["rows"]}
    assert {name: row[place] for name, row in rows.items()} == {
        "Brightwell LLC": "5100.00",
        "Northgate Advisors": "1010.00",
    }
    total = by_advisor["totals"][0]
    assert (total[0], total[place]) == ("All as one", "6110.00")
    assert by_client["totals"][0][-3 if kind == "summary" else place] == "6110.00"
    proof = (
        "Values of 2025-09-30 by advisor 6,110.00\xa0USD, by client 6,110.00\xa0USD, all as one 6,110.00\xa0USD:"
        " the same."
    )
    assert proof in by_advisor["notes"] and proof in by_client["notes"]
    if kind == "performance":
        # Weighted by time: 1,000 to 1,010 is 1.00 %, 5,000 to 5,100 is 2.00 %, 6,000 to 6,110 is 1.83 %.
        column = by_advisor["columns"].index("Time-weighted")
        shown = [rows[name][column] for name in ("Northgate Advisors", "Brightwell LLC")]
        assert [*shown, total[column]] == ["1.00", "2.00", "1.83"]


def test_a_second_level_reads_itself_alone(valued, browse):  # noqa: F811
    found = section(asked(browse, "bob", "performance", "by=advisor&currency=USD"))
    assert [row[0] for row in found["rows"]] == ["Brightwell LLC"]
    assert "Northgate" not in str(found)


def test_sums_that_differ_are_said(valued, browse, monkeypatch):  # noqa: F811
    monkeypatch.setattr("portal.reports.advisors._worth", lambda *_given: D("6110.01"))
    notes = section(asked(browse, "alice", "summary", "by=client&currency=USD"))["notes"]
    assert any("do not rely on this report" in one and "6,110.01" in one for one in notes)


def test_a_statement_of_activity_is_had_by_advisor_too(valued, browse):  # noqa: F811
    found = asked(browse, "alice", "activity", "by=advisor&currency=USD")
    values, *lines = found["sections"]
    assert [row[0] for row in values["rows"]] == ["Brightwell LLC", "Northgate Advisors"] and len(lines) == 5


@pytest.fixture
def traded(valued, source):  # noqa: F811
    """Ana buys 10 XYZ at 12.5: 125.00 and a commission of 1.05."""
    account = valued["U1000001"]
    Trade.unscoped.create(
        firm_id=account.firm_id, account=account, key="t1", side="BUY", symbol="XYZ", description="XYZ CORP",
        trade_on=FIRST, report_on=FIRST, settle_on=date(2025, 9, 3), quantity=10, price=D("12.5"),
        proceeds=D("-125"), commission=D("-1.05"), taxes=0, net_cash=D("-126.05"), currency="USD", file=source,
    )  # fmt: skip
    return valued


def test_a_confirmation_says_price_commission_and_settlement(traded, browse):
    found = section(asked(browse, "ana", "trades", ""))
    assert found["rows"] == [
        ["U1000001", "2025-09-02", "2025-09-03", "Buy", "XYZ", "XYZ CORP", "10", "12.5", "-125.00", "-1.05", "0.00",
         "-126.05", "USD"],
    ]  # fmt: skip
    assert section(asked(browse, "bob", "trades", ""))["rows"] == []
    rows = table(browse("alice").post(f"/reports/file/?report=trades&{SEPTEMBER}", {"format": "csv"}))
    assert rows[1][0] == "U1000001" and len(rows) == 2


@pytest.fixture
def holding(valued, source):  # noqa: F811
    """30 XYZ in two accounts, 5 of a Canadian share in Canadian dollars, and what no worksheet lists."""
    Instrument.unscoped.create(conid=1, symbol="XYZ", description="XYZ CORP", isin="US9837934098", file=source)
    Instrument.unscoped.create(conid=2, symbol="MPL", description="MAPLE INC", isin="CA5651234567", file=source)
    FxRate.unscoped.create(day=LAST, from_currency="CAD", to_currency="USD", rate=D("0.75"), file=source)

    def hold(number, key, quantity, value, *, currency="USD", asset="STK", level="SUMMARY", conid=None, day=LAST):
        Position.unscoped.create(
            account=valued[number], day=day, key=key, level=level, asset=asset, symbol=key.split("/")[0], conid=conid,
            currency=currency, quantity=quantity, value=value, file=source,
        )  # fmt: skip

    hold("U1000001", "XYZ", 10, 125, conid=1)
    hold("U1000001", "XYZ/1", 10, 125, conid=1, level="LOT")
    hold("U2000001", "XYZ", 20, 250, conid=1)
    hold("I4000001", "MPL/1", 2, 20, conid=2, currency="CAD", level="LOT")  # a file that gave lots only
    hold("I4000001", "MPL/2", 3, 30, conid=2, currency="CAD", level="LOT")
    hold("U1000001", "SHORT", -5, -50)
    hold("U1000001", "NOTE", 5, 500, asset="BOND")
    hold("U1000001", "OLD", 5, 500, day=AUGUST)
    hold("U9000001", "XYZ", 99, 999, conid=1)
    return valued


def test_the_worksheet_of_form_13f_lists_each_security_once_in_dollars(holding, browse):
    """XYZ 125 + 250; the Canadian 50 at 0.75 are 37.50; together 412.50, below a hundred million."""
    found = section(asked(browse, "alice", "form-13f", ""))
    assert found["rows"] == [
        ["MAPLE INC", "MPL", "565123456", "CA5651234567", "37.50", "5", "1"],
        ["XYZ CORP", "XYZ", "983793409", "US9837934098", "375.00", "30", "2"],
    ]
    assert found["totals"] == [["Total", "", "", "", "412.50", None, None]]
    assert "below 100,000,000.00\xa0USD" in found["notes"][0]
    own = section(asked(browse, "bob", "form-13f", ""))
    assert [row[4:] for row in own["rows"]] == [["250.00", "20", "1"]]


@pytest.mark.parametrize(
    ("isin", "cusip"), [("US0378331005", "037833100"), ("CA5651234567", "565123456"), ("CH0012032048", ""), ("", "")]
)
def test_the_cusip_stands_inside_american_and_canadian_numbers(isin, cusip):
    assert cusip_of(isin) == cusip


def test_the_worksheet_of_form_adv_adds_up_by_type_of_client(valued, browse):  # noqa: F811
    Account.unscoped.filter(number="U1000001").update(customer_type="Joint")
    Account.unscoped.filter(number__in=["I4000001", "U2000001"]).update(customer_type="")
    found = section(asked(browse, "alice", "form-adv", ""))
    assert [[row[0], row[1], row[2], row[3]] for row in found["rows"]] == [
        ["Not stated", "2", "6000.00", "98.20"],
        ["Joint", "1", "110.00", "1.80"],
    ]
    assert found["totals"] == [["Total", "3", "6110.00", None]]


def test_the_worksheet_of_schedule_13d_names_who_reaches_five_percent_and_what_is_missing(holding, browse, source):  # noqa: F811
    """30 XYZ of 600 are exactly five percent, of 601 below; XYZ is bought in euros too, which is the same class."""
    found = section(asked(browse, "alice", "form-13d", ""))
    assert found["rows"] == [
        ["MAPLE INC", "MPL", "565123456", "CA5651234567", "5", None, None, ""],
        ["XYZ CORP", "XYZ", "983793409", "US9837934098", "30", None, None, ""],
    ]
    assert found["marked"] == [] and found["notes"][0].endswith("0 of 2 classes; it is missing for: MPL, XYZ")

    found = section(asked(browse, "alice", "form-13d", "outstanding=xyz+%3D+600%3B+nonsense%3B+CA5651234567%3D1,000"))
    assert [row[4:] for row in found["rows"]] == [["30", "600", "5.00", "Yes"], ["5", "1000", "0.50", "No"]]
    assert found["marked"] == [0] and len(found["notes"]) == 1
    below = section(asked(browse, "alice", "form-13d", "outstanding=XYZ%3D601"))
    assert [row[5:] for row in below["rows"]] == [[None, None, ""], ["601", "4.99", "No"]]
    # Brightwell sees its own twenty alone.
    own = section(asked(browse, "bob", "form-13d", "outstanding=XYZ%3D400"))
    assert [row[4:] for row in own["rows"]] == [["20", "400", "5.00", "Yes"]]

    Instrument.unscoped.create(conid=3, symbol="XYZe", description="XYZ CORP", isin="US9837934098", file=source)
    Position.unscoped.create(
        account=holding["U1000001"], day=LAST, key="XYZe", level="SUMMARY", asset="STK", symbol="XYZe", conid=3,
        currency="EUR", quantity=1, value=10, file=source,
    )  # fmt: skip
    both = section(asked(browse, "alice", "form-13d", "outstanding=XYZ%3D620"))
    assert both["rows"][0][4:] == ["31", "620", "5.00", "Yes"]


def test_no_number_of_shares_is_cut():
    """58 classes are 985 letters, 61 are 1,036: each class is read whole or not at all, and the same when read anew."""
    for count, read in ((58, 58), (61, 58)):
        typed = ";".join(f"S{place:03}=14840000000" for place in range(count))
        wish = Wish.of(Kind.FORM_13D, QueryDict(f"outstanding={typed}"))
        assert wish.shares_outstanding == {f"S{place:03}": 14840000000 for place in range(read)}
        assert Wish.at(wish.address).outstanding == wish.outstanding


def test_what_is_stated_of_shares_goes_into_file_and_regular_report(holding, browse):
    client = browse("alice")
    no_numbers = "MPL%3D0%3B+%3D5%3B+A%3D1e9%3B+B%3D-4%3B+C%3D600.5%3B+D%3D1_000%3B+E%3D1.000,5"
    query = f"report=form-13d&{SEPTEMBER}&outstanding=XYZ%3D600%3B+{no_numbers}"
    assert ("XYZ CORP", "XYZ", "983793409", "US9837934098", "30", "600", "5.00", "Yes") in table(
        client.post(f"/reports/file/?{query}", {"format": "csv"})
    )
    assert client.post(f"/reports/file/?{query}", {"format": "pdf"}).content.startswith(b"%PDF")
    page = client.get(f"/reports/form-13d/?{query}&language=ru").content.decode()
    assert "5 % и больше" in page and 'value="XYZ=600"' in page
    client.post("/reports/regular/?report=form-13d&outstanding=XYZ%3D600", {"often": "quarterly", "format": "csv"})
    assert RegularReport.unscoped.get().wish.outstanding == "XYZ=600"


@pytest.mark.parametrize("kind", ["form-13f", "form-13d", "form-adv"])
@pytest.mark.parametrize("name", ["ana", "chidi", "sam", "nina"])
def test_owners_have_no_worksheets(holding, browse, name, kind):
    client = browse(name)
    assert client.get(f"/reports/{kind}/").status_code == 404
    assert client.post(f"/reports/file/?report={kind}", {"format": "csv"}).status_code == 404
    assert client.post(f"/reports/regular/?report={kind}", {"often": "monthly", "format": "csv"}).status_code == 404
    assert client.get(f"/api/v1/reports/figures/?report={kind}").status_code == 404
    body = {"report": kind, "format": "csv"}
    assert client.post("/api/v1/reports/", body, content_type="application/json").status_code == 404
    assert "worksheet" not in client.get("/reports/").content.decode()
    assert not Job.unscoped.exists() and not RegularReport.unscoped.exists()
    assert StatementFile.unscoped.exists()
