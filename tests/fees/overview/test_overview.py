"""The advisor's overview: what was earned is the ledger's, what comes next is by hand, and nobody reads another's."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import acting, as_role
from accounts.ground.days.queries import calendar
from accounts.ground.ledger.models import Book, Transfer
from fees.engine.registry import BY_NAME
from fees.overview import queries
from fees.overview.rules import Running, a_year_on, by_month, postings
from tests.fees.posting.nights import Nights, figures

pytestmark = pytest.mark.django_db

ANA, CHIDI, SAM = "U1000001", "U2000001", "I4000001"
AUGUST, SEPTEMBER, POSTED = date(2025, 8, 29), date(2025, 9, 30), date(2025, 10, 1)
EOM, EOQ, DAILY = (BY_NAME[name].code for name in ("PERCENTOFEQUITY_EOM", "PERCENTOFEQUITY_EOQ", "PERCENTOFEQUITY"))


@pytest.fixture
def billed(world):
    """Ana pays Northgate 1 %, Sam 0.5 % and Chidi Bright 1 %; Ana agrees on less from next year on."""
    nights = Nights(world)
    for number, rate in ((ANA, "0.01"), (SAM, "0.005"), (CHIDI, "0.01")):
        nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate=rate), starts=date(2025, 8, 1))
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.009"), starts=date(2099, 1, 2))
    for day in (AUGUST, date(2025, 9, 2), SEPTEMBER, POSTED):
        for number in (ANA, SAM, CHIDI):
            nights.value(number, day, "252000")
        nights.night(day)
    return world


@pytest.fixture
def at_work(world):
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(world.users[name])
        return client

    return sign_in


def days():
    with as_role("owner"):
        return calendar()


def test_d01_next_year_posting_by_posting(world):
    # 1 % of 250,000 at month's end: October has 23 business days, November 19, December 22.
    found = postings(
        [Running(EOM, "USD", 3, Decimal(2500)), Running(EOQ, "USD", 1, Decimal(2520))],
        days(),
        after=SEPTEMBER,
        until=date(2026, 1, 31),
    )
    assert [(one.day, one.method, one.amount) for one in found] == [
        (date(2025, 11, 3), EOM, Decimal("228.17")),
        (date(2025, 12, 1), EOM, Decimal("188.49")),
        (date(2026, 1, 2), EOM, Decimal("218.25")),
        (date(2026, 1, 2), EOQ, Decimal("640.00")),
    ]


def test_a_day_that_has_closed_waits_already_and_is_no_forecast(world):
    found = postings([Running(DAILY, "JPY", 1, Decimal(252))], days(), after=date(2025, 10, 2), until=date(2025, 10, 7))
    assert [(one.day, one.amount) for one in found] == [
        (date(2025, 10, 6), Decimal(1)),
        (date(2025, 10, 7), Decimal(1)),
    ]
    assert by_month(found) == [(date(2025, 10, 1), DAILY, "JPY", 1, Decimal(2))]


def test_what_was_earned_is_what_was_swept_to_the_practice(billed):
    with acting(billed.users["alice"].pk) as who:
        # 252,000 x 1.5 % x 21 / 252 a month: August's posts in September, September's in October.
        assert queries.earned(who, date(2024, 10, 1), POSTED) == [
            (date(2025, 9, 1), "USD", Decimal("315.00")),
            (date(2025, 10, 1), "USD", Decimal("315.00")),
        ]
        assert queries.earned(who, date(2024, 10, 1), SEPTEMBER) == [(date(2025, 9, 1), "USD", Decimal("315.00"))]
    with acting(billed.users["bob"].pk) as who:
        assert [amount for _m, _c, amount in queries.earned(who, date(2024, 10, 1), POSTED)] == [Decimal("210.00")] * 2


def test_the_rates_of_the_book_and_who_stands_apart(billed):
    with acting(billed.users["alice"].pk) as who:
        usual = queries.usual(who, POSTED)
        assert (usual.accounts, usual.median) == (2, Decimal("0.0075"))
        assert [(one.number, rate) for one, rate in queries.apart(who, POSTED, usual.median)] == [
            (ANA, Decimal("0.010000")),
            (SAM, Decimal("0.005000")),
        ]
        assert queries.running(who, POSTED) == [Running(EOM, "USD", 2, Decimal(3780))]
    with acting(billed.users["bob"].pk) as who:
        assert queries.running(who, POSTED) == [Running(EOM, "USD", 1, Decimal(2520))]


def test_the_page_says_what_comes_and_stays_within_its_queries(billed, at_work):
    client = at_work("alice")
    client.get("/fees/overview/")
    with CaptureQueriesContext(connection) as counted:
        text = client.get("/fees/overview/").content.decode()
    assert "315.00" in text and "2099-01-02" in text
    assert "Plover" not in text
    whole = client.get("/fees/overview/?forecast=1").content.decode()
    # October has 23 business days: 3,780 x 23 / 252.
    assert "345.00" in whole and "0.75%" in whole
    # The test's own: a savepoint, and the role that the connection has in production anyway.
    own = ("SAVEPOINT", "SET ROLE", "SELECT current_user")
    work = [one for one in counted.captured_queries if not any(word in one["sql"] for word in own)]
    assert len(work) <= 12, [one["sql"][:90] for one in work]


def test_a_second_level_reads_its_own_overview_only(billed, at_work):
    text = at_work("bob").get("/fees/overview/?forecast=1").content.decode()
    assert "210.00" in text and "315.00" not in text
    for number in (ANA, SAM):
        assert number not in text


@pytest.mark.parametrize("name", ["ana", "sam", "tess"])
def test_who_sets_no_fees_has_no_overview(billed, at_work, name):
    assert at_work(name).get("/fees/overview/").status_code == 403
    assert at_work(name).get("/fees/schedules/").status_code == 403
    assert at_work(name).get("/api/v1/fee-overview/").status_code == 403
    assert at_work(name).get("/api/v1/fee-schedules/").status_code == 403


def test_the_list_of_terms_with_what_they_came_to(billed, at_work):
    client = at_work("alice")
    text = client.get("/fees/schedules/").content.decode()
    # 420.00 of two months over 252,000 is 1 % a year; the month that has begun counts for nothing yet.
    assert "1.00%" in text and "0.50%" in text
    assert "420.00" in text and "Kestrel" in text and "Osprey" in text and "Plover" not in text
    assert "Osprey" not in client.get("/fees/schedules/?q=kestrel").content.decode().split('id="list"')[1]
    assert "Kestrel" not in client.get("/fees/schedules/?family=flat").content.decode().split('id="list"')[1]
    coming = client.get("/fees/schedules/?upcoming=1").content.decode().split('id="list"')[1]
    assert "2099-01-02" in coming and "Osprey" not in coming
    empty = client.get("/fees/schedules/?strategy=direct").content.decode()
    assert "No account matches" in empty


def test_what_was_given_back_is_not_earned(billed):
    """50.00 reimbursed and 10.00 given back leave 255.00 of October's 315.00."""
    with as_role("owner"):
        swept = Transfer.unscoped.filter(kind="sweep", practice=billed["F100001"].practice_id).latest("day")
        client = Book.unscoped.get(kind="client", account__number=ANA, currency="USD")
        for kind, amount in (("reimburse", "50.00"), ("adjustment", "10.00")):
            Transfer.unscoped.create(
                txn=uuid4(), firm_id=swept.firm_id, account=client.account, kind=kind, amount=Decimal(amount),
                currency="USD", day=POSTED, debit_id=swept.credit_id, credit_id=client.pk, run_id=swept.run_id,
                chunk_id=swept.chunk_id, source=uuid4(),
            )  # fmt: skip
    with acting(billed.users["alice"].pk) as who:
        assert queries.earned(who, date(2024, 10, 1), POSTED)[-1] == (date(2025, 10, 1), "USD", Decimal("255.00"))


def test_the_api_tells_the_same(billed, at_work):
    client = at_work("alice")
    told = client.get("/api/v1/fee-overview/").json()
    assert [(one["month"], one["amount"]) for one in told["earned"]] == [
        ("2025-09-01", "315.00"),
        ("2025-10-01", "315.00"),
    ]
    assert (told["expected"][0]["method"], told["expected"][0]["amount"]) == ("PERCENTOFEQUITY_EOM", "345.00")
    assert told["usual"]["median"] == "0.0075"
    agreed = client.get("/api/v1/fee-schedules/", {"q": "kestrel"}).json()["results"]
    assert [(one["account"], one["paid"], one["rate"]) for one in agreed] == [(ANA, "420.00", "0.010000")]
    assert [one["account"] for one in client.get("/api/v1/fee-schedules/?upcoming=1").json()["results"]] == [ANA]
    theirs = at_work("bob").get("/api/v1/fee-overview/").json()
    assert [one["amount"] for one in theirs["earned"]] == ["210.00", "210.00"]
    assert [one["account"] for one in at_work("bob").get("/api/v1/fee-schedules/").json()["results"]] == [CHIDI]


def test_an_empty_practice(world, at_work):
    client = at_work("mallory")
    assert "Nothing earned yet" in client.get("/fees/overview/?forecast=1").content.decode()
    assert "Nothing agreed here" in client.get("/fees/schedules/").content.decode()


def test_a_year_on():
    assert a_year_on(date(2025, 9, 30)) == date(2026, 9, 1)


def test_one_currency_at_a_time_and_the_books_own_first(billed, at_work):
    """A month more in euro: the page shows dollars, the book's currency, and euro where they are asked for."""
    with as_role("owner"):
        swept = Transfer.unscoped.filter(kind="sweep", practice=billed["F100001"].practice_id).latest("day")
        books = [_euro_book_of(one) for one in (swept.debit, swept.credit)]
        Transfer.unscoped.create(
            txn=uuid4(), firm_id=swept.firm_id, account=swept.account, kind="sweep", amount=Decimal("77.11"),
            practice_id=swept.practice_id, currency="EUR", day=POSTED, debit=books[0], credit=books[1],
            run_id=swept.run_id, chunk_id=swept.chunk_id, source=uuid4(),
        )  # fmt: skip
    client = at_work("alice")

    for asked, shown, hidden in (
        ("", "315.00", "77.11"),
        ("?in=EUR", "77.11", "315.00"),
        ("?in=XYZ", "315.00", "77.11"),
    ):
        text = client.get(f"/fees/overview/{asked}").content.decode()
        assert shown in text and hidden not in text
        assert 'href="?in=EUR"' in text


def _euro_book_of(other):
    return Book.unscoped.create(
        firm_id=other.firm_id,
        account_id=other.account_id,
        practice_id=other.practice_id,
        kind=other.kind,
        currency="EUR",
    )
