"""The structure page: who sees which part of the tree, what it costs, and why somebody may or may not."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Kind
from fees.accrual.models import Accrual, AdviserDaily
from tests.house import rights
from tests.house.scenery import DAY, dress
from tests.world import CANARIES, OPENED

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(browse):
    def page(name, query=""):
        answer = browse(name).get(f"/structure/{query}")
        assert answer.status_code == 200, answer.status_code
        return answer

    return page


def numbers(answer):
    return [row.account.number for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("alice", ["F100001", "I4000001", "F200002", "F200003", "U1000002", "U1000001"]),
        ("bob", ["F200002", "U2000001"]),
        ("sam", ["I4000001", "U4000001", "U4000002"]),
        ("ana", ["U1000001"]),
        ("mallory", ["F900001", "U9000001"]),
    ],
)
def test_each_person_sees_its_own_part_of_the_tree(show, name, shown):
    assert numbers(show(name)) == shown


def test_one_branch_is_open_at_a_time_and_its_address_can_be_sent(show):
    answer = show("alice", "?node=F200002")
    assert numbers(answer) == ["F100001", "I4000001", "F200002", "U2000001", "F200003"]

    leaf = show("alice", "?node=u2000001")
    assert numbers(leaf) == numbers(answer)
    assert [row.account.number for row in leaf.context["rows"] if row.is_chosen] == ["U2000001"]
    assert numbers(show("alice", "?node=I4000001"))[1:4] == ["I4000001", "U4000001", "U4000002"]


def test_stl_values_and_fees_can_be_left_out(show):
    assert "I4000001" not in numbers(show("alice", "?stl=0"))
    assert not any(row.layers or row.value for row in show("alice", "?fees=0&aum=0").context["rows"])


def test_find_looks_everywhere_one_may_see_and_nowhere_else(show):
    assert numbers(show("alice", "?find=plover")) == ["U2000001"]
    assert numbers(show("bob", "?find=heron")) == []


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("bob", "U1000001"),
        ("bob", "F200003"),
        ("bob", "F100001"),
        ("ana", "U1000002"),
        ("mallory", "F100001"),
        ("alice", "U9999999"),
    ],
)
def test_a_branch_that_is_not_ones_own_is_no_page(browse, world, name, node):
    assert browse(name).get(f"/structure/?node={node}").status_code == 404


def test_values_and_counts_come_from_the_last_sealed_night(show, world):
    dress(world)
    answer = show("alice", "?node=F200002")
    by_number = {row.account.number: row for row in answer.context["rows"]}

    assert answer.context["sealed"] == DAY
    # The holding accounts of the scenery are worth 250,000 and their place: chidi's is the third of the cast.
    assert by_number["U2000001"].value == 250002
    assert (by_number["F200002"].value, by_number["F200002"].accounts) == (250002, 1)
    assert by_number["I4000001"].accounts == 2
    assert by_number["F100001"].accrued is not None
    AdviserDaily.unscoped.update(accrued=7, own_accrued=2)
    # Bob is told what his own practice earns; the rest of the book's fees is Northgate's.
    assert {row.accrued for row in show("bob").context["rows"]} == {None, 2}
    assert {row.accrued for row in show("alice").context["rows"]} == {None, 7}
    assert by_number["I4000001"].value == 250004 + 250005 + 250006
    assert "1.00%" in answer.content.decode()
    assert len(by_number["U2000001"].layers) == 2  # Bright's and Northgate's
    assert len({row.account.number: row for row in show("bob").context["rows"]}["U2000001"].layers) == 1


def test_a_master_tells_both_levels_shares_and_a_group_its_own(show, world):
    """By hand: 252 business days a year; of 1,000,000 in Bright's book 40 a day are 1.008 %, 15 of them Bright's."""
    dress(world)
    AdviserDaily.unscoped.filter(practice=world["F200002"].practice).update(nlv=1_000_000, accrued=40, own_accrued=15)
    AdviserDaily.unscoped.filter(practice=world["F100001"].practice).update(nlv=2_000_000, accrued=100, own_accrued=85)
    Accrual.unscoped.create(
        accrual_date=DAY, account_id=world["I4000001"].pk, component_id=1, run_id=1, method=1, base=1, rate=1,
        amount="7.5",
    )  # fmt: skip

    told = {row.account.number: row for row in show("alice").context["rows"]}
    shares = {number: [(str(one.rate.normalize()), one.payee_name) for one in told[number].spread] for number in told}
    group = told["I4000001"]

    assert shares["F200002"] == [("0.0063", "Northgate Advisors"), ("0.00378", "Brightwell LLC")]
    assert shares["F100001"] == [("0.01071", "Northgate Advisors"), ("0.00189", "second-level advisors")]
    assert [one.rate for one in group.spread] == [group.accrued * 252 / group.value]
    assert group.accrued >= Decimal("7.5")
    mine = {row.account.number: row for row in show("bob").context["rows"]}["F200002"]
    assert [(str(one.rate.normalize()), one.payee_name) for one in mine.spread] == [("0.00378", None)]
    assert "Northgate Advisors" not in str([one.spread for one in show("bob").context["rows"]])


def test_every_function_says_may_or_may_not_and_why_for_each_role(show):
    """Against the second reading of the rules, told by people: alice, bob and chidi about chidi's account."""
    lines = show("alice", "?node=U2000001").context["lines"]
    who = {"top": "alice", "second": "bob", "client": "chidi"}

    assert {line.function for line in lines} == set(rights.ALLOWED)
    for line in lines:
        said = {who[answer.role]: answer.allowed for answer in line.answers}
        assert said == {name: rights.may(name, line.function, "U2000001") for name in who.values()}, line.function
        assert all(str(answer.why) for answer in line.answers)
    allocate = next(line for line in lines if line.function == "allocate")
    assert "Only second-level advisors can allocate" in str(allocate.answers[0].why)


@pytest.mark.parametrize("number", [number for number in CANARIES if not number.endswith("900001")])
def test_no_account_is_without_concerned_roles(show, number):
    if number in rights.SEES["alice"]:
        assert show("alice", f"?node={number}").context["roles"]


def test_buttons_stand_only_where_they_work(show):
    own = show("bob", "?node=U2000001").content.decode()
    above = show("alice", "?node=U2000001").content.decode()

    assert "/applications/U2000001/status/" in own
    assert "/applications/U2000001/status/" not in above
    assert "below=F200002" in show("bob").content.decode()
    assert "below=F200002" not in show("alice", "?node=F200002").content.decode()
    assert "/applications/F200002/status/" not in show("bob").content.decode()


def test_a_long_branch_comes_page_by_page_and_costs_the_same(show, world):
    for place in range(120):
        tree.create_account(
            parent=world["F100001"],
            kind=Kind.CLIENT,
            number=f"U7{place:06}",
            title=f"Client {place:03}",
            day=OPENED,
            base_currency="USD",
        )
    with CaptureQueriesContext(connection) as few:
        show("bob")
    with CaptureQueriesContext(connection) as many:
        first = show("alice")
    assert len(many) <= len(few) + 1

    seen = [number for number in numbers(first) if number.startswith("U")]
    url = first.context["page"].next
    while url:
        page = show("alice", url)
        seen += [number for number in numbers(page) if number.startswith("U")]
        url = page.context["page"].next
    assert len(seen) == len(set(seen)) == 122

    deep = show("alice", "?node=U7000100")
    assert "U7000100" in numbers(deep)
    assert deep.context["page"].previous


def test_the_page_keeps_to_twelve_queries(browse, world):
    dress(world)
    alice = browse("alice")
    alice.get("/structure/")
    with CaptureQueriesContext(connection) as queries:
        alice.get("/structure/?node=F200002")

    of_the_tests = re.compile(r"SET ROLE|SELECT current_user|(RELEASE )?SAVEPOINT|SELECT app_leave")
    asked = [one["sql"] for one in queries if not of_the_tests.match(one["sql"])]
    assert len(asked) <= 12, "\n".join(asked)


def test_a_second_level_is_told_nothing_of_its_siblings(show, world):
    dress(world)
    text = show("bob", "?node=U2000001").content.decode()

    for number, word in CANARIES.items():
        if not rights.may_read_word("bob", number):
            assert word not in text


def test_hostile_queries_change_nothing(show):
    for query in ("?after=x", "?find=%25", "?aum=x&stl=9", "?after=W10"):
        show("alice", query)
