"""Transaction History: ten days unless more are asked for, ninety at most, one's own accounts (TRX-1, TRX-2, USR-3)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.broker.activity.models import CashLine, PositionTransfer, Trade
from accounts.broker.feed.models import StatementFile
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import AccessRole
from fees.invoicing.models import Invoice
from fees.posting.models import Charge
from fees.reimbursements.models import Reimbursement
from portal.exports.tasks import make_export
from portal.lib import csvtext
from tests.desk.users.wishes import member
from tests.house.scenery import _bill
from tests.world import PASSWORD

PAGE, API = "/transactions/", "/api/v1/transactions/"


@pytest.fixture
def file(world):
    return StatementFile.unscoped.create(
        sha256="1" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
    )


@pytest.fixture
def cash(world, file):
    """`cash("U1000001", 9, "100")`: a deposit nine days ago."""

    def put(number, days, amount, *, kind=CashLine.DEPOSITS, words=""):
        account = world[number]
        return CashLine.unscoped.create(
            firm_id=account.firm_id, account=account, key=f"{number} {days} {amount} {kind}", kind=kind, currency="USD",
            amount=Decimal(amount), report_on=exchange_today() - timedelta(days=days), description=words, file=file,
        )  # fmt: skip

    return put


def rows(client, query=""):
    answer = client.get(API + query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ages(client, query=""):
    return [(exchange_today() - date.fromisoformat(row["day"])).days for row in rows(client, query)]


def test_trx_1_ten_days_unless_more_are_asked_for_and_never_more_than_ninety(browse, cash):
    for days in (9, 10, 11, 90, 91):
        cash("U1000001", days, "100")
    alice = browse("alice")

    assert ages(alice) == [9, 10]
    assert ages(alice, "?days=90") == [9, 10, 11, 90]
    assert ages(alice, "?days=120") == [9, 10, 11, 90]
    assert ages(alice, "?days=x") == ages(alice, "?days=-3") == [9, 10]
    assert b"reaches 90 days back" in alice.get(f"{PAGE}?days=120").content
    assert b"reaches 90 days back" not in alice.get(f"{PAGE}?days=90").content


def test_trx_2_a_status_is_meant_in_any_case(browse, cash, world):
    cash("U1000001", 1, "100")
    Invoice.unscoped.create(
        firm_id=world["U1000001"].firm_id, account=world["U1000001"], practice_id=world["U1000001"].practice_id,
        amount=Decimal("250"), currency="USD", business_day=exchange_today(), submitted_by=world.users["alice"],
        submitted_at=datetime(2025, 9, 30, 12, tzinfo=UTC), memo="September",
    )  # fmt: skip
    alice = browse("alice")

    for asked in ("pending", "Pending", "PENDING"):
        (row,) = rows(alice, f"?status={asked}")
        assert (row["type"], row["amount"], row["status"], row["description"]) == (
            *("invoice", "-250", "pending"),
            "September",
        )
    assert [row["type"] for row in rows(alice, "?q=pEnDiNg")] == ["invoice"]
    assert len(rows(alice, "?status=nonsense")) == 2


def test_what_is_given_back_is_a_line_above_zero_of_its_own_kind(browse, world):
    given = Reimbursement.unscoped.create(
        firm_id=world["U1000001"].firm_id, account=world["U1000001"], practice_id=world["U1000001"].practice_id,
        amount=Decimal("40"), currency="USD", business_day=exchange_today(), submitted_by=world.users["alice"],
        submitted_at=datetime(2025, 9, 30, 12, tzinfo=UTC), memo="Goodwill",
    )  # fmt: skip
    for name in ("alice", "ana"):
        (row,) = rows(browse(name))
        assert (row["type"], row["amount"], row["description"]) == ("reimbursement", "40", "Goodwill")
        assert f"/transactions/reimbursement-{given.pk}/" in browse(name).get("/transactions/").content.decode()
        assert "Goodwill" in browse(name).get(f"/transactions/reimbursement-{given.pk}/").content.decode()
    assert rows(browse("bob")) == []


def test_every_line_of_a_statement_has_its_type_and_method(browse, cash, world, file):
    ana, day = world["U1000001"], exchange_today()
    common = {"firm_id": ana.firm_id, "account": ana, "report_on": day, "currency": "USD", "file": file}
    cash("U1000001", 0, "1000.5")
    cash("U1000001", 0, "-300")
    cash("U1000001", 0, "12.34", kind="Dividends")
    cash("U1000001", 0, "-1", kind="Other Fees")
    cash("U1000001", 0, "-7", kind=CashLine.ADVISOR_FEES)
    moved = {"quantity": 5, "symbol": "XYZ", "asset": "STK"}
    PositionTransfer.unscoped.create(key="1", kind="ACATS", direction="IN", value=Decimal("2500"), **moved, **common)
    PositionTransfer.unscoped.create(key="2", kind="FOP", direction="OUT", value=Decimal("-40"), **moved, **common)
    PositionTransfer.unscoped.create(key="3", kind="INTERNAL", direction="IN", cash=Decimal("70"), **common)
    PositionTransfer.unscoped.create(key="4", kind="INTERNAL", direction="IN", value=Decimal("80"), **moved, **common)
    Trade.unscoped.create(
        key="5", side="BUY", symbol="XYZ", asset="STK", quantity=10, net_cash=Decimal("-101.5"), **common
    )

    found = {(row["type"], row["method"], row["amount"]) for row in rows(browse("alice"))}

    assert found == {
        ("deposit", "", "1000.5"),
        ("withdrawal", "", "-300"),
        ("income", "", "12.34"),
        ("charge", "", "-1"),
        ("broker_fee", "", "-7"),
        ("position_in", "ACATS", "2500"),
        ("position_out", "FOP", "-40"),
        ("internal_cash", "Internal", "70"),
        ("position_internal", "Internal", "80"),
        ("trade", "Buy", "-101.5"),
    }
    assert [row["amount"] for row in rows(browse("alice"), "?method=acats")] == ["2500"]
    assert [row["amount"] for row in rows(browse("alice"), "?type=Withdrawal")] == ["-300"]
    assert [row["amount"] for row in rows(browse("alice"), "?q=u1000001+acats")] == ["2500"]


def test_the_whole_list_is_walked_page_by_page_forwards_and_back(browse, cash, world, file):
    """120 lines of two tables, many on the same day: each stands on exactly one page."""
    for number in range(60):
        cash("U1000001", number % 7, f"{number + 1}")
        ana = world["U1000001"]
        Trade.unscoped.create(
            firm_id=ana.firm_id, account=ana, key=f"{number}", side="SELL", symbol="XYZ", asset="STK", quantity=1,
            net_cash=number, report_on=exchange_today() - timedelta(days=number % 5), currency="USD", file=file,
        )  # fmt: skip
    alice = browse("alice")
    for sort in ("", "?sort=day", "?sort=-amount", "?sort=type"):
        pages, address = [], API + sort
        while address:
            answer = alice.get(address).json()
            pages.append([row["id"] for row in answer["results"]])
            back, address = answer["previous"], answer["next"]
        everything = [one for page in pages for one in page]
        assert [len(page) for page in pages] == [50, 50, 20], sort
        assert len(set(everything)) == 120, sort
        assert [row["id"] for row in alice.get(back).json()["results"]] == pages[1], sort
    days = [row["day"] for row in rows(alice)]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"U1000001", "U4000001"}),  # what happens at a second level she reads in the reports
        ("bob", {"U2000001"}),
        ("carol", {"U3000001"}),
        ("ana", {"U1000001"}),
        ("ken", set()),
        ("sam", {"U4000001"}),
        ("suki", {"U4000001"}),
        ("mallory", {"U9000001"}),
        ("vera", {"U1000001"}),
        ("tess", {"U1000001", "U4000001"}),
    ],
)
def test_everybody_sees_their_own(browse, cash, name, seen):
    for number in ("U1000001", "U2000001", "U3000001", "U4000001", "U9000001"):
        cash(number, 1, "100", words=f"line of {number}")
    client = browse(name)

    assert {row["account"] for row in rows(client)} == seen
    page = client.get(PAGE).content.decode()
    for number in ("U1000001", "U2000001", "U3000001", "U4000001", "U9000001"):
        assert (f"line of {number}" in page) == (number in seen)
    assert rows(client, "?q=U9000001") == [] or name == "mallory"


def test_usr_3_a_treasury_user_reads_the_history_and_no_report(browse, cash, world):
    cash("U1000001", 1, "100")
    role = {"name": "Treasury", "group": ["funding"], "was_funding": "none", "_password": PASSWORD}
    alice = browse("alice")
    funding = ["transfer_funds", "transfer_positions", "bank_information", "transaction_history"]
    assert alice.post("/settings/roles/new/", {**role, "ability": funding}).status_code == 302
    seat = member(browse, "tim", access_role=AccessRole.unscoped.get(name="Treasury").pk, ability=[])
    client = Client(raise_request_exception=False)
    client.force_login(seat.user)

    page = client.get(PAGE)
    assert (page.status_code, client.get(API).status_code) == (200, 200)
    assert b"100.00" in page.content
    for report in ("/fees/", "/statements/", "/reports/margin/"):
        assert client.get(report).status_code == 403


def test_who_was_not_given_the_history_is_refused_and_asks_for_no_file(browse, cash, world):
    seat = member(browse, "tim", ability=["view_accounts", "statements"])
    client = Client(raise_request_exception=False)
    client.force_login(seat.user)

    for answer in (client.get(PAGE), client.get(API), client.post("/transactions/export/", {"format": "csv"})):
        assert answer.status_code == 403
        assert "Transaction History" in answer.content.decode()
    assert not Job.unscoped.exists()


def test_fees_of_sealed_nights_are_there_for_who_reads_reports(browse, world, monkeypatch):
    _bill(world)
    Charge.unscoped.update(state="posted", posted_on=date(2025, 9, 30))
    for module in ("portal.transactions.views", "portal.transactions.api"):
        monkeypatch.setattr(f"{module}.exchange_today", lambda: date(2025, 10, 1))

    found = rows(browse("alice"), "?type=fee")
    assert {row["account"] for row in found} >= {"U1000001"}
    assert "U2000001" not in {row["account"] for row in found}
    assert all(row["amount"].startswith("-") and row["status"] == "processed" for row in found)
    assert b"/proof" in browse("alice").get(f"{PAGE}?type=fee").content
    assert {row["account"] for row in rows(browse("ana"), "?type=fee")} == {"U1000001"}
    assert rows(browse("tess"), "?type=fee") == []


def test_the_file_says_what_the_page_says(browse, cash, world, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    cash("U1000001", 1, "100", words="=SUM(A1)")
    cash("U1000001", 40, "7")
    cash("U2000001", 1, "55")
    client = browse("alice")

    page = client.post("/transactions/export/?days=30", {"format": "csv"})
    job = Job.unscoped.get()
    make_export(str(job.pk), job.user_id, job.seat_id)
    content = b"".join(client.get(f"{page['Location']}file/").streaming_content)

    table = [row.cells for row in csvtext.read(content)]
    assert len(table) == 2
    assert list(table[1][1:]) == [
        *("U1000001", "Ruiz, Ana Kestrel", "Deposit", "", "Completed", "100", "USD", "'=SUM(A1)"),
    ]


def test_odd_cursors_show_the_first_page(browse, cash):
    cash("U1000001", 1, "100")
    for odd in ("x", "WzFd", "bnVsbA", "W251bGwsbnVsbF0", "WyIyMDI2LTAxLTAxIiwge31d"):
        assert len(rows(browse("alice"), f"?after={odd}")) == 1


def test_a_page_asks_few_questions(browse, cash, django_assert_max_num_queries):
    for number in range(60):
        cash("U1000001", number % 7, f"{number + 1}")
    client = browse("alice")
    client.get(PAGE)
    with django_assert_max_num_queries(12 + 4):  # the frame's own and the context of the transaction are counted too
        assert client.get(PAGE).status_code == 200
