"""The dashboard by its acceptance cases."""

import html
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.broker.feed.models import FxRate, StatementFile
from accounts.ground.notifications.actions import notify
from accounts.ground.requests.actions import ask, finish
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import Run, Seal
from accounts.ground.trail.actions import record
from fees.accrual.models import AdviserDaily
from portal.lib.exchange import EXCHANGE_ZONE
from tests.crm.vault.people import begun, unlock

pytestmark = pytest.mark.django_db

SEALED = date(2026, 11, 19)

# What only tests send: they share one connection between the logins.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


def today() -> date:
    return timezone.now().astimezone(EXCHANGE_ZONE).date()


@pytest.fixture
def visit(client, world):
    def page(name, address="/"):
        client.force_login(world.users[name])
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def application(world, number, day, status=RequestStatus.INCOMPLETE, title="Application"):
    return ask(
        account=world[number],
        kind=RequestKind.APPLICATION,
        title=title,
        natural_key=f"{number}{day}{title}",
        day=day,
        status=status,
    )


def seal(world, day, number="F100001"):
    run = Run.unscoped.create(day=day)
    Seal.unscoped.create(
        firm_id=world[number].firm_id, day=day, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0
    )


def rollup(world, day, nlv, flow=0, *, number="F100001", complete=True, accounts=2):
    AdviserDaily.unscoped.create(
        firm_id=world[number].firm_id,
        practice_id=world[number].practice_id,
        day=day,
        currency="USD",
        accounts=accounts,
        nlv=Decimal(nlv),
        flow=Decimal(flow),
        complete=complete,
    )


def order(page, *texts):
    places = [page.index(text) for text in texts]
    return places == sorted(places)


def test_clicking_date_once_is_ascending_and_twice_descending(world, visit):
    for day in (date(2019, 5, 1), date(2019, 5, 14), date(2019, 5, 3)):
        application(world, "U1000001", day)

    once = visit("alice", "/?sort=date")
    twice = visit("alice", "/?sort=-date")

    assert order(once, "2019-05-01", "2019-05-03", "2019-05-14")
    assert order(twice, "2019-05-14", "2019-05-03", "2019-05-01")
    assert 'aria-sort="ascending"' in once
    assert "sort=-date" in once
    assert 'aria-sort="descending"' in twice


def test_what_waits_at_another_practice_is_not_shown(world, visit):
    application(world, "U1000001", SEALED)
    application(world, "U2000001", SEALED)

    page = visit("alice")

    assert "U1000001" in page
    assert "U2000001" not in page
    assert "U2000001" in visit("bob")


def test_an_item_is_pending_until_it_is_approved_and_then_recent(world, visit):
    item = application(world, "U1000001", today(), RequestStatus.AWAITING_BROKER, "Identity document")
    before = visit("alice", "/pending/")

    finish(request=item, status=RequestStatus.APPROVED, at=timezone.now())

    assert "Identity document" in before
    assert "Identity document" not in visit("alice", "/pending/")
    assert "Identity document" in visit("alice", "/activity/")


def test_recent_activity_reaches_back_five_days(world, visit):
    for days in (5, 6):
        record(
            account=world["U1000001"],
            kind="deposit",
            title=f"Deposit {days} days old",
            day=today() - timedelta(days=days),
        )

    page = visit("alice", "/activity/")

    assert "Deposit 5 days old" in page
    assert "Deposit 6 days old" not in page


def test_a_quiet_week_says_so(visit):
    assert "A quiet week" in visit("alice")


def test_the_plot_shows_the_worked_case(world, client, visit):
    rows = (("100000.00", 0), ("101000.00", 0), ("152510.00", "50000.00"), ("150984.90", 0), ("120787.92", "-30196.98"))
    for place, (nlv, flow) in enumerate(rows):
        rollup(world, date(2026, 11, 13) + timedelta(days=place), nlv, flow)
    seal(world, date(2026, 11, 17))

    page = visit("alice")
    points = client.get("/dashboard/series.json?range=12m").json()

    assert "120,787.92" in page
    assert "+1.48%" in page
    assert points["values"][-1] == "120787.9200"
    assert points["returns"][-1] == "0.01484900"  # 1.0251 × 0.99 − 1
    assert points["notes"][2] == "50,000.00\xa0USD came in"
    assert points["notes"][4] == "30,196.98\xa0USD went out"


def test_nothing_younger_than_the_last_sealed_day_is_shown(world, client, visit):
    for day, nlv in ((17, "100.00"), (18, "200.00"), (19, "300.00")):
        rollup(world, date(2026, 11, day), nlv)
    seal(world, date(2026, 11, 18))

    visit("alice")
    points = client.get("/dashboard/series.json").json()

    assert points["days"] == ["2026-11-17", "2026-11-18"]


def test_before_the_first_seal_there_are_no_figures(world, visit):
    rollup(world, SEALED, "4711.00")

    page = visit("alice")

    assert "No night has been sealed yet" in page
    assert "4,711.00" not in page


def test_a_second_level_advisor_sees_the_figures_of_its_own_practice_only(world, visit):
    rollup(world, SEALED, "5555.00", number="F100001")
    rollup(world, SEALED, "1111.00", number="F200002")
    seal(world, SEALED)

    page = visit("bob")

    assert "1,111.00" in page
    assert "5,555.00" not in page


def test_amounts_are_shown_half_even(world, visit):
    from accounts.ground.amounts import number_words

    assert (number_words(Decimal("2.345")), number_words(Decimal("2.355"))) == ("2.34", "2.36")


def test_all_figures_are_of_the_day_in_the_heading(world, visit):
    """A value of the 19th is missing: the 18th is the day of value, accounts and accrued fees alike."""
    rollup(world, date(2026, 11, 18), "4000.00", accounts=204)
    rollup(world, SEALED, "3000.00", accounts=203, complete=False)
    AdviserDaily.unscoped.filter(day=date(2026, 11, 18)).update(accrued=Decimal("11.00"))
    AdviserDaily.unscoped.filter(day=SEALED).update(accrued=Decimal("5.00"))
    seal(world, SEALED)

    page = visit("alice")

    assert "with a value on 2026-11-18" in page
    assert ">204<" in page
    assert "11.00" in page
    assert ">203<" not in page


def test_the_account_whose_value_is_missing_is_named(world, visit):
    rollup(world, date(2026, 11, 18), "4000.00")
    rollup(world, SEALED, "3000.00", complete=False)
    seal(world, SEALED)
    title = "No net asset value has arrived"
    hold_account(account=world["U4000002"], day=SEALED, stage="feed", reason="no_nav", detail="", title=title)

    page = " ".join(visit("alice").split())

    assert "2026-11-19 is sealed too, but 1 account is missing:" in page
    assert '<a class="id" href="/accounts/U4000002/">U4000002</a>' in page
    assert "U4000002" not in visit("bob")


def test_an_unknown_account_leaves_the_whole_curve(world, client, visit):
    for back in range(3):
        rollup(world, SEALED - timedelta(days=back), "1000.00")
    seal(world, SEALED)

    page = visit("alice", "/?of=NOPE")
    asked = re.search(r'data-series="([^"]+)"', page)

    assert "No account NOPE" in page
    assert client.get(html.unescape(asked[1])).json()["values"] == ["1000.0000"] * 3


def test_the_plot_in_another_currency_uses_each_days_rate(world, client):
    file = StatementFile.unscoped.create(sha256="0" * 64, name="rates", kind="csv", size=1, imported_at=timezone.now())
    for day, nlv, rate in ((18, "1000.00", "0.50"), (19, "1100.00", "0.40")):
        rollup(world, date(2026, 11, day), nlv)
        FxRate.unscoped.create(
            day=date(2026, 11, day), from_currency="USD", to_currency="EUR", rate=Decimal(rate), file=file
        )
    seal(world, SEALED)
    client.force_login(world.users["alice"])

    points = client.get("/dashboard/series.json?in=EUR").json()

    assert points["currency"] == "EUR"
    assert [Decimal(one) for one in points["values"]] == [Decimal(500), Decimal(440)]
    assert client.get("/dashboard/series.json?in=XXX").json()["currency"] == "USD"


def test_a_card_moves_up_and_stays_there(visit, client):
    before = visit("alice")
    client.post("/preferences/cards/", {"up": "plot", "next": "/"})
    after = visit("alice")

    assert order(before, 'id="pending"', 'id="plot"')
    assert order(after, 'id="plot"', 'id="pending"')


def test_without_a_storage_password_the_cards_say_so(visit):
    page = visit("alice")

    for card in ("day", "tasks", "notes", "documents"):
        shown = page.split(f'id="{card}"')[1].split("</section>")[0]
        assert "Set your storage password" in shown, card


def test_the_bell_counts_what_is_unread(world, visit):
    for place in range(3):
        notify(account=world["U1000001"], kind="message", title=f"News {place}", natural_key=f"n{place}", day=SEALED)
    from accounts.ground.notifications.models import Notification

    before = visit("alice")
    visit("alice", f"/notifications/{Notification.unscoped.first().pk}/")

    assert "3 unread notifications" in before
    assert "2 unread notifications" in visit("alice")


def test_another_practices_news_is_not_there(world, client):
    news = notify(account=world["U2000001"], kind="message", title="Secret", natural_key="s", day=SEALED)
    client.force_login(world.users["carol"])

    assert client.get(f"/notifications/{news.pk}/").status_code == 404


def test_items_that_wait_for_the_reader_are_counted_apart(world, visit):
    application(world, "U1000001", SEALED)
    application(world, "U1000002", SEALED, RequestStatus.AWAITING_CLIENT)

    assert "1 needs you" in visit("alice")


def test_a_client_sees_the_own_account_and_no_cut_off(world, visit):
    page = visit("ana")

    assert "Cut-off tonight" not in page
    assert "Next cut-off" not in page
    assert "U1000001" in page


def test_an_unknown_account_in_the_chooser_is_answered_in_words(visit):
    assert "No account U2000001" in visit("carol", "/?of=U2000001")


@pytest.mark.parametrize("address", ["/dashboard/series.json?of=U2000001", "/dashboard/data/?of=U2000001"])
def test_a_foreign_series_is_not_there(world, client, address):
    client.force_login(world.users["carol"])

    assert client.get(address).status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_there_is(world, client):
    client.force_login(world.users["alice"])

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/").status_code == 200
        return [query["sql"] for query in found if not TEST_ONLY.search(query["sql"])]

    client.get("/")
    few = queries()
    for place in range(30):
        application(world, "U1000001", SEALED - timedelta(days=place), title=f"Item {place}")
        record(account=world["U1000001"], kind="deposit", title=f"Deposit {place}", day=today())
        notify(account=world["U1000001"], kind="message", title=f"News {place}", natural_key=f"q{place}", day=SEALED)
        rollup(world, SEALED - timedelta(days=place), "1000.00")
    seal(world, SEALED)
    many = queries()

    assert len(many) <= len(few) + 1  # the rollup is read only once a night is sealed
    assert len(many) <= 12, "\n".join(many)


def test_an_open_client_book_comes_after_the_page(world, browse):
    """Neither the page nor the fragment asks more than twelve questions, whatever is in the book; without script, one
    link shows both at once."""

    def asked(address, **head):
        with CaptureQueriesContext(connection) as found:
            answer = alice.get(address, **head)
        assert answer.status_code == 200
        sql = [query["sql"] for query in found if not TEST_ONLY.search(query["sql"])]
        assert len(sql) <= 12, "\n".join(sql)
        return answer.content.decode(), len(sql)

    alice = browse("alice")
    begun(alice)
    unlock(alice)
    rollup(world, SEALED, "3000.00")
    rollup(world, SEALED - timedelta(days=1), "3000.00")
    AdviserDaily.unscoped.filter(day=SEALED).update(complete=False)
    seal(world, SEALED)
    book = {"headers": {"HX-Request": "true"}}
    alice.get("/")
    asked("/")
    _empty, few = asked("/?book=1", **book)
    for number in range(6):
        assert alice.post("/tasks/new/", {"title": f"Ring number {number}"}).status_code == 302
        alice.post("/accounts/U1000001/notes/", {"title": f"Note number {number}", "body": "x"})

    page, _questions = asked("/")
    shown, many = asked("/?book=1&day=2026-11-19", **book)

    assert 'hx-select-oob="#day,#tasks,#workflows,#notes,#documents"' in page
    assert "Ring number" not in page and page.count('aria-busy="true"') == 5 and 'href="?book=1"' in page
    assert shown.count(">Ring number") == 5 and shown.count("Note number 5") == 1 and "<html" not in shown
    assert 'hx-push-url="?day=2026-11-20"' in shown and "aria-busy" not in shown
    assert many == few
    whole = alice.get("/?book=1").content.decode()
    assert "Ring number" in whole and "aria-busy" not in whole and "<html" in whole
    alice.post("/lock/")
    assert "Ring number" not in alice.get("/?book=1", **book).content.decode()
    assert alice.get("/").content.decode().count("nothing fill") >= 4


def test_a_second_level_is_not_told_what_the_level_above_is_paid(world, visit):
    """The rollup of a practice holds the fees of every payee."""
    for master in ("F100001", "F200002"):
        rollup(world, SEALED, "3000.00", accounts=2, number=master)
    AdviserDaily.unscoped.update(accrued=Decimal("4321.00"))
    seal(world, SEALED)

    assert "4,321.00" in visit("alice")
    page = visit("bob")
    assert "3,000" in page and "4,321.00" not in page and "Fees accrued this month" not in page

    AdviserDaily.unscoped.update(own_accrued=Decimal("1234.00"))
    assert "4,321.00" in visit("alice") and "1,234.00" not in visit("alice")
    page = visit("bob")
    assert "1,234.00" in page and "4,321.00" not in page
