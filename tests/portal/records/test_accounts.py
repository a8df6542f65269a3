"""The account list and the account page: who sees what, search, order, pages."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import NavDaily
from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import Run, Seal
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Kind
from accounts.ground.tree.rules import sort_key
from tests.world import OPENED

pytestmark = pytest.mark.django_db

SEALED = date(2026, 11, 19)

# What only tests send: they share one connection between the logins.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


@pytest.fixture
def visit(client, world):
    def page(name, address):
        client.force_login(world.users[name])
        answer = client.get(address)
        assert answer.status_code == 200
        return answer

    return page


def numbers(answer):
    return [one.number for one in answer.context["page"].rows]


def add_clients(world, count):
    for place in range(count):
        tree.create_account(
            parent=world["F100001"],
            kind=Kind.CLIENT,
            number=f"U7{place:06}",
            title=f"Client {place:03}",
            day=OPENED,
            base_currency="USD",
        )


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"U1000001", "U1000002", "U2000001", "U3000001", "I4000001", "U4000001", "U4000002"}),
        ("bob", {"U2000001"}),
        ("ana", {"U1000001"}),
        ("sam", {"I4000001", "U4000001", "U4000002"}),
        ("nina", {"U9000001"}),
    ],
)
def test_each_person_lists_exactly_the_accounts_they_may_see(visit, name, seen):
    assert set(numbers(visit(name, "/accounts/"))) == seen


def test_every_word_must_occur_somewhere_and_case_does_not_matter(visit):
    assert numbers(visit("alice", "/accounts/?q=OKAFOR+chidi")) == ["U2000001"]
    assert numbers(visit("alice", "/accounts/?q=okafor+ana")) == []
    assert set(numbers(visit("alice", "/accounts/?q=0002"))) == {"U1000002", "U4000002"}


def test_accents_do_not_hide_anybody(world, visit):
    hugel = world["U1000001"]
    hugel.title, hugel.sort_key, hugel.alias = "Hügel, Ana", sort_key("Hügel, Ana"), "Größe"
    hugel.save(update_fields=["title", "sort_key", "alias"])

    for text in ("hugel", "HÜGEL", "grosse", "große"):
        assert numbers(visit("alice", f"/accounts/?q={text}&sort=title")) == ["U1000001"], text


def test_a_whole_number_opens_its_account_where_one_may_see_it(client, world):
    client.force_login(world.users["bob"])

    assert client.get("/accounts/?q=u2000001")["Location"] == "/accounts/U2000001/"
    assert client.get("/accounts/?q=U1000001").status_code == 200
    assert client.get("/accounts/?q=U2000001", headers={"HX-Request": "true"}).status_code == 200


def test_suggestions_begin_with_the_number_that_was_meant(visit):
    page = visit("alice", "/accounts/suggest/?of=0002").content.decode()

    assert page.index("U1000002") < page.index("U4000002")


def test_accounts_that_are_held_or_pay_nothing_are_found(world, visit):
    hold_account(account=world["U1000002"], day=SEALED, stage="feed", reason="no_nav", detail="", title="No value")

    assert numbers(visit("alice", "/accounts/?held=1")) == ["U1000002"]
    assert len(numbers(visit("alice", "/accounts/?unscheduled=1"))) == 7
    assert numbers(visit("alice", "/accounts/?currency=JPY")) == ["U1000002"]
    assert numbers(visit("alice", "/accounts/?kind=stl_master&filter=1")) == ["I4000001"]


def test_the_palette_offers_places_and_the_accounts_one_may_see(visit):
    palette = visit("bob", "/find/?for=palette&q=acc").content.decode()
    accounts = visit("bob", "/find/?for=top&q=okafor").content.decode()

    assert 'href="/accounts/"' in palette
    assert 'href="/accounts/U2000001/"' in accounts
    assert "U1000001" not in visit("bob", "/find/?for=top&q=U1000001").content.decode()


def test_the_account_page_says_what_waits_and_what_to_do(world, visit):
    title = "No net asset value has arrived"
    hold_account(account=world["U1000002"], day=SEALED, stage="feed", reason="no_nav", detail="", title=title)
    page = visit("alice", "/accounts/U1000002/").content.decode()

    assert title in page
    assert "There is nothing for you to do" in page
    assert "What waits here" not in visit("alice", "/accounts/U1000001/").content.decode()


def test_the_list_needs_as_many_queries_however_long_it_is(client, world):
    client.force_login(world.users["alice"])

    def queries():
        client.get("/accounts/?by=advisor")
        with CaptureQueriesContext(connection) as found:
            assert client.get("/accounts/?by=advisor").status_code == 200
        return [one["sql"] for one in found if not TEST_ONLY.search(one["sql"])]

    few = queries()
    add_clients(world, 60)
    many = queries()

    assert len(many) == len(few)
    assert len(many) <= 12, "\n".join(many)


def test_pages_go_on_where_the_last_one_ended_and_back(world, visit):
    add_clients(world, 120)
    seen, address, pages = [], "/accounts/?sort=-title", 0
    while address:
        answer = visit("alice", address)
        seen += numbers(answer)
        pages += 1
        last, address = address, answer.context["page"].next and "/accounts/" + answer.context["page"].next

    back = visit("alice", "/accounts/" + visit("alice", last).context["page"].previous)

    assert pages == 3
    assert len(seen) == len(set(seen)) == 127
    assert numbers(back) == seen[50:100]


def test_an_unreadable_cursor_shows_the_first_page(visit):
    first = numbers(visit("alice", "/accounts/"))

    for cursor in ("x", "bm9uc2Vuc2U", "W10", "WyJhIiwgMSwgMl0", "WyJhIiwgImIiXQ"):
        assert numbers(visit("alice", f"/accounts/?after={cursor}")) == first


def test_rows_are_counted_no_further_than_is_useful(world):
    from django.http import QueryDict

    from accounts.ground.paging import page_of
    from accounts.ground.tree.models import Account

    page = page_of(Account.unscoped.all(), order=["number", "pk"], query=QueryDict(), size=2, most=5)

    assert (len(page.rows), page.total, page.is_capped) == (2, 5, True)


def test_values_are_compared_in_the_firms_currency(world, visit):
    from django.utils import timezone

    from accounts.broker.feed.models import FileKind, FxRate, StatementFile

    file = StatementFile.unscoped.create(
        sha256="0" * 64, name="rates", kind=FileKind.CSV, size=1, imported_at=timezone.now()
    )
    FxRate.unscoped.create(day=SEALED, from_currency="JPY", to_currency="USD", rate=Decimal("0.0065"), file=file)
    ensure_partitions(SEALED, SEALED)
    for number, nlv, currency in (("U1000001", "2000", "USD"), ("U1000002", "200000", "JPY")):
        NavDaily.unscoped.create(nav_date=SEALED, account_id=world[number].pk, nlv=Decimal(nlv), currency=currency)
    run = Run.unscoped.create(day=SEALED)
    Seal.unscoped.create(
        firm_id=world["F100001"].firm_id, day=SEALED, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0
    )

    answer = visit("alice", "/accounts/?sort=-value")

    assert numbers(answer)[:2] == ["U1000001", "U1000002"]
    assert "200,000" in answer.content.decode()


def test_a_foreign_account_answers_like_a_missing_one(client, world):
    client.force_login(world.users["carol"])

    assert client.get("/accounts/U2000001/").status_code == 404
    assert client.get("/accounts/U0000001/").status_code == 404


def test_the_account_page_says_why_something_is_not_allowed(visit):
    page = visit("alice", "/accounts/U2000001/").content.decode()

    assert "A top-level advisor cannot fund second-level advisors or their clients." in page


def test_suggestions_offer_only_what_one_may_see(visit):
    page = visit("bob", "/accounts/suggest/?of=U").content.decode()

    assert "U2000001" in page
    assert "U1000001" not in page


def test_the_structure_of_a_second_level_advisor_is_its_own_master(visit):
    page = visit("bob", "/structure/").content.decode()

    assert "F200002" in page
    assert "F200003" not in page


def test_hostile_filters_change_nothing(visit):
    for query in ("status=X", "kind='--", "practice=9999999999999999999", "sort=password", "q=%25%25", "practice=-1"):
        visit("alice", f"/accounts/?{query}")
    for query in ("state=X", "sort=inputs"):
        visit("alice", f"/fees/?{query}")
    visit("alice", "/?of=x&range=x&sort=x&day=x")


@pytest.mark.parametrize("address", ["/fees/?q=%00x", "/?sort=%00", "/accounts/suggest/?of=%00"])
def test_a_null_character_is_a_bad_request(client, world, address):
    client.force_login(world.users["alice"])

    assert client.get(address).status_code == 400


@pytest.mark.parametrize("number", ["%00", "U1'--", "..", "U1000001%00"])
def test_what_is_no_account_number_is_no_page(client, world, number):
    client.force_login(world.users["alice"])

    assert client.get(f"/accounts/{number}/").status_code == 404
