"""Lists of many rows: what they cost, and that nobody is missed where a page looks only as far as it must."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind
from portal.fee_list import listing
from portal.records import queries
from tests.house.scenery import dress
from tests.world import OPENED

pytestmark = pytest.mark.django_db

# What only tests send: they share one connection between the logins.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


def add_clients(world, parent, count, first=0):
    for place in range(first, first + count):
        tree.create_account(
            parent=world[parent],
            kind=Kind.CLIENT,
            number=f"U7{place:06}",
            title=f"Client {place:03}",
            day=OPENED,
            base_currency="USD",
        )


@pytest.mark.parametrize("name", ["alice", "bob", "vera"])
@pytest.mark.parametrize(
    "address",
    [
        "/accounts/",
        "/accounts/?q=u&status=O",
        "/fees/",
        "/fees/?by=fee&month=all&q=u",
        "/transactions/?days=90&q=u",
        "/structure/?find=u",
        "/accounts/U2000001/",
    ],
)
def test_a_page_asks_twelve_questions_at_most(client, world, name, address):
    dress(world)
    client.force_login(world.users[name])
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    asked = [one["sql"] for one in found if not TEST_ONLY.search(one["sql"])]
    assert len(asked) <= 12, "\n".join(asked)


def test_a_long_list_by_advisor_misses_nobody_on_its_pages(world, client, monkeypatch):
    """Pages of a long list look only at the advisors that they can reach; there and back they show every account."""
    client.force_login(world.users["alice"])
    monkeypatch.setattr(queries, "MOST_SUMMED", 5)
    add_clients(world, "F100001", 130)
    add_clients(world, "F200002", 3, first=500)
    add_clients(world, "F200003", 60, first=600)
    whole = [
        one.number
        for one in Account.unscoped.filter(firm=world["F100001"].firm_id)
        .exclude(kind__in=("top_master", "second_master"))
        .order_by("practice__level", "practice__name", "practice_id", "sort_key", "pk")
    ]
    seen, address = [], "/accounts/?by=advisor"
    while address:
        context = client.get(address).context
        seen += [one.number for one in context["page"].rows]
        last, address = address, context["page"].next and f"/accounts/{context['page'].next}"
    assert seen == whole

    back = []
    address = last
    while address:
        context = client.get(address).context
        back = [one.number for one in context["page"].rows] + back
        address = context["page"].previous and f"/accounts/{context['page'].previous}"
    assert back == whole


def test_a_long_fee_list_finds_its_clients_first_and_adds_up_when_asked(world, client, monkeypatch):
    dress(world)
    client.force_login(world.users["alice"])
    short = client.get("/fees/?state=due").context
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    long = client.get("/fees/?state=due&sort=-amount").context
    summed = client.get("/fees/?state=due&sums=1").context

    assert short["listing"].sums == summed["listing"].sums
    assert long["listing"].sums is None
    assert long["sort"] == "title"
    assert list(long["page"].rows) == list(short["page"].rows)
    assert (long["page"].total, long["page"].is_capped) == (2, True)
    assert [(row["account__number"], row["fees"]) for row in short["page"].rows if row["account__number"] == "U2000001"]


def test_a_long_list_of_fees_stays_in_the_order_of_periods(world, client, monkeypatch):
    """Everything else would sort a whole month's fees to show fifty."""
    dress(world)
    client.force_login(world.users["alice"])
    address = "/fees/?by=fee&state=due&month=all&sort={}"
    short = client.get(address.format("amount")).context
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    long = client.get(address.format("amount"))
    upwards = client.get(address.format("period")).context

    assert (short["sort"], long.context["sort"], upwards["sort"]) == ("amount", "-period", "period")
    assert short["page"].total == len(short["page"].rows) > 2
    assert (long.context["page"].total, long.context["page"].is_capped) == (2, True)
    ends = [charge.period_end_day for charge, _method in long.context["rows"]]
    assert ends == sorted(ends, reverse=True)
    heads = re.findall(r"<th scope=.col.*?</th>", long.content.decode(), re.DOTALL)
    assert [("href" in head) for head in heads] == [True, False, False, False, False, False, False]
