"""Choosing who pays allocation minimums: from which day, for whom, and who may not."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import acting, as_role
from accounts.ground.runs.models import RunStage, RunState
from fees.minimums.actions import choose, choose_for
from fees.minimums.models import MinimumChoice
from fees.minimums.queries import exceptions, for_all
from fees.minimums.rules import MinimumRefused
from tests.world import PASSWORD

ANA, KEN, CHIDI, NINA = "U1000001", "U1000002", "U2000001", "U9000001"
DAY, NEXT = date(2025, 9, 29), date(2025, 9, 30)
AT = datetime(2025, 9, 29, 14, tzinfo=UTC)
PAGE = "/fees/allocation-minimums/"
WHOLE, ONE = f"{PAGE}choose/", f"{PAGE}choose-for/"
API = "/api/v1/allocation-minimums/"
SURE = {"Confirm-Password": PASSWORD}


def rows():
    with as_role("owner"):
        kept = MinimumChoice.unscoped.order_by("pk").select_related("account")
        return [(one.account and one.account.number, one.plan, one.payer, one.starts) for one in kept]


def as_user(world, name, act):
    with acting(world.users[name].pk) as who:
        return act(who)


def chosen(world, name="alice", *, plan="tiered", payer="master", at=AT):
    return as_user(world, name, lambda who: choose(who=who, plan=plan, payer=payer, at=at))


def chosen_for(world, number, payer, *, name="alice"):
    account = world[number]
    return as_user(world, name, lambda who: choose_for(who=who, account=account, payer=payer, at=AT))


def test_before_the_first_night_a_choice_holds_from_its_day_on_and_once(world):
    chosen(world)
    assert chosen(world) is None

    assert rows() == [(None, "tiered", "master", DAY)]


def test_a_choice_holds_from_the_day_after_what_was_billed(nights, world):
    with as_role("owner"):
        RunStage.unscoped.create(run=nights.run(DAY), name="accrue", ordinal=3, state=RunState.RUNNING)

    chosen(world, at=datetime(2025, 9, 29, 23, tzinfo=UTC))

    assert rows() == [(None, "tiered", "master", NEXT)]
    assert as_user(world, "alice", lambda who: for_all(who, DAY)).now is None
    assert as_user(world, "alice", lambda who: for_all(who, DAY)).coming.payer == "master"
    assert as_user(world, "alice", lambda who: for_all(who, NEXT)).now.payer == "master"


def test_the_latest_of_a_day_stands(world):
    chosen(world)
    chosen(world, plan="fixed", payer="client")

    stands = as_user(world, "alice", lambda who: for_all(who, DAY))

    assert (stands.now.plan, stands.now.payer, stands.coming) == ("fixed", "client", None)


def test_a_clients_own_choice_is_an_exception_until_it_is_taken_back(world):
    chosen_for(world, KEN, "client")
    assert as_user(world, "alice", lambda who: [one.account.number for one in exceptions(who)]) == [KEN]

    chosen_for(world, KEN, "")

    assert as_user(world, "alice", lambda who: list(exceptions(who))) == []
    assert chosen_for(world, KEN, "") is None
    assert len(rows()) == 2


@pytest.mark.parametrize(("plan", "payer"), [("", "master"), ("cheap", "master"), ("tiered", ""), ("tiered", "broker")])
def test_what_is_no_plan_or_payer_is_refused(world, plan, payer):
    with pytest.raises(MinimumRefused):
        chosen(world, plan=plan, payer=payer)

    assert rows() == []


def test_the_top_level_does_not_choose_for_a_second_levels_client(world):
    """It sees the account and may set fees on it, but the second level allocates its trades."""
    with pytest.raises(MinimumRefused, match="who allocates trades"):
        chosen_for(world, CHIDI, "master")
    assert rows() == []

    chosen_for(world, CHIDI, "master", name="bob")

    assert [number for number, *_rest in rows()] == [CHIDI]
    assert as_user(world, "alice", lambda who: list(exceptions(who))) == []


def test_who_looks_after_some_accounts_chooses_nothing(world, client):
    """Vera has two accounts of Northgate."""
    for act in (lambda: chosen(world, "vera"), lambda: chosen_for(world, ANA, "master", name="vera")):
        with pytest.raises(MinimumRefused, match="some of the accounts"):
            act()
    assert rows() == []
    client.force_login(world.users["vera"])
    page = client.get(PAGE).content.decode()
    assert "Who looks after all accounts" in page
    assert 'name="plan"' not in page


def test_the_page_takes_a_choice_and_shows_it(world, client, password_field):
    client.force_login(world.users["alice"])
    sure = {password_field: PASSWORD}
    assert "Nothing has been chosen" in client.get(PAGE).content.decode()

    told = client.post(WHOLE, {"plan": "fixed", "payer": "master", **sure}, follow=True).content.decode()
    assert "Saved; it holds for trades from" in told
    client.post(ONE, {"number": KEN.lower(), "payer": "client", **sure})

    assert [(number, plan, payer) for number, plan, payer, _day in rows()] == [
        (None, "fixed", "master"),
        (KEN, "", "client"),
    ]
    page = client.get(PAGE).content.decode()
    assert f"/{KEN}/" in page or KEN in page


def test_the_api_says_and_does_the_same(world, client):
    client.force_login(world.users["alice"])

    made = client.put(
        f"{API}choice/", {"commission_plan": "fixed", "paid_by": "master"}, content_type="application/json",
        headers=SURE,
    )  # fmt: skip
    one = client.put(f"{API}{KEN}/", {"paid_by": "client"}, content_type="application/json", headers=SURE)

    assert (made.status_code, one.status_code) == (200, 200), (made.content, one.content)
    told = client.get(API).json()
    stands = told["now"] or told["coming"]
    assert (stands["commission_plan"], stands["paid_by"]) == ("fixed", "master")
    assert [(one["account"], one["paid_by"]) for one in told["exceptions"]] == [(KEN, "client")]


@pytest.mark.parametrize(
    ("name", "refused"), [("mallory", 404), ("bob", 404), ("ana", 403), ("frank", 403), (None, 302)]
)
def test_nobody_else_moves_anything(world, client, password_field, name, refused):
    """Another firm's and a sibling's advisor do not find the account; a client, a leaver and nobody find no page."""
    if name:
        client.force_login(world.users[name])
    body = {"number": KEN, "payer": "master", password_field: PASSWORD}

    answer = client.post(ONE, body)
    over_api = client.put(f"{API}{KEN}/", {"paid_by": "master"}, content_type="application/json", headers=SURE)

    assert answer.status_code in (refused, 302 if name == "frank" else refused)
    assert over_api.status_code in (refused, 401, 403)
    assert rows() == []


def test_nobody_writes_a_choice_in_another_name_or_on_another_practices_account(world):
    """The second wall: a forged row is refused whatever the pages say."""
    with acting(world.users["bob"].pk) as who:
        for forged in (
            {"practice_id": world[ANA].practice_id, "account": None, "plan": "fixed"},
            {"practice_id": who.practice_id, "account": world[ANA], "plan": ""},
            {"practice_id": who.practice_id, "account": None, "plan": "fixed", "chosen_by_id": world.users["alice"].pk},
        ):
            row = {
                "firm_id": who.firm_id,
                "payer": "master",
                "starts": DAY,
                "chosen_at": AT,
                "chosen_by_id": who.user_id,
            }
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                MinimumChoice.unscoped.create(**(row | forged))

    assert rows() == []


def test_what_was_chosen_is_never_edited(world):
    chosen(world)
    with as_role("owner"), pytest.raises(DatabaseError, match="append-only"), transaction.atomic("owner"):
        MinimumChoice.unscoped.update(payer="client")


def test_a_page_asks_the_same_however_many_clients_are_exceptions(world, client):
    chosen(world)
    client.force_login(world.users["alice"])
    client.get(PAGE)
    with CaptureQueriesContext(connection) as none:
        client.get(PAGE)
    for number in (ANA, KEN):
        chosen_for(world, number, "client")
    with CaptureQueriesContext(connection) as some:
        assert KEN in client.get(PAGE).content.decode()
    # The test's own: a savepoint, and the role that the connection has in production anyway.
    own = ("SAVEPOINT", "SET ROLE", "SELECT current_user")
    work = [one for one in some.captured_queries if not any(word in one["sql"] for word in own)]
    assert len(some) == len(none) and len(work) <= 12
