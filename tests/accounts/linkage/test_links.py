"""Links: who may ask and answer, when they take effect, and what a move takes along, leaves behind and ends."""

from datetime import UTC, date, datetime

import pytest

from accounts.ground.access.context import acting
from accounts.ground.access.scope import scope
from accounts.ground.linkage import actions
from accounts.ground.linkage.models import Linkage, LinkState
from accounts.ground.linkage.rules import LinkProblem, effective_at
from accounts.ground.people.models import ClientRight, Party, Seat
from accounts.ground.requests.actions import ask as wait
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.trail.models import Event
from accounts.ground.tree.models import Account, Practice, Status
from fees.schedules.models import Schedule
from portal.structure.moves import carry_out_due
from tests.fees.posting.nights import Nights, figures
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

# Friday 20 November 2026; New York is five hours behind UTC.
THURSDAY = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
SURE = {"_password": PASSWORD}
PROOF = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
LAKESIDE = {"master": "F200003", "title": "Lakeside LLC"}
NORTHGATE = {"master": "f100001", "title": "northgate advisors"}


@pytest.fixture
def movable(world):
    Account.unscoped.filter(kind="client").update(customer_type="Individual")
    return world


def link(world, name, number, *, to=LAKESIDE, at=THURSDAY, accept=True):
    """Asked by the owner, answered by the asked advisor, both under their own seats and policies."""
    taker = {"F200003": "carol", "F100001": "alice", "F200002": "bob"}[to["master"].upper()]
    with acting(world.users[name].pk) as who:
        account = scope(who, Account).get(number=number)
        made = actions.ask(who=who, account=account, **to, at=at)
    if accept:
        with acting(world.users[taker].pk):
            actions.decide(link=made, accept=True, by=world.users[taker].pk, at=at)
    made.refresh_from_db()
    return made


# APP-9


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (datetime(2026, 11, 20, 18, 59, tzinfo=UTC), datetime(2026, 11, 20, 20, 0, tzinfo=UTC)),  # Friday 13:59
        (datetime(2026, 11, 20, 19, 0, tzinfo=UTC), datetime(2026, 11, 27, 20, 0, tzinfo=UTC)),  # Friday 14:00
        (datetime(2026, 11, 16, 12, 0, tzinfo=UTC), datetime(2026, 11, 20, 20, 0, tzinfo=UTC)),  # Monday
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), datetime(2026, 11, 27, 20, 0, tzinfo=UTC)),  # Saturday
        (datetime(2026, 3, 6, 18, 0, tzinfo=UTC), datetime(2026, 3, 6, 20, 0, tzinfo=UTC)),  # before summer time
        (datetime(2026, 3, 13, 17, 59, tzinfo=UTC), datetime(2026, 3, 13, 19, 0, tzinfo=UTC)),  # in it
    ],
)
def test_app_9_friday_two_oclock_in_new_york_is_the_cut(accepted, expected):
    assert effective_at(accepted) == expected


def test_the_asked_advisor_finds_it_on_the_list_and_answers_once(browse, movable):
    asked = browse("ana").post("/links/ask/U1000001/", {**LAKESIDE, **SURE})
    waiting = Request.unscoped.get(kind=RequestKind.LINKAGE)
    made = Linkage.unscoped.get()

    assert asked.status_code == 302
    assert (waiting.practice_id, waiting.status) == (movable["F200003"].practice_id, RequestStatus.AWAITING_ADVISOR)
    assert "Kestrel" in browse("carol").get("/links/").content.decode()
    assert "Kestrel" not in browse("bob").get("/links/").content.decode()

    first = browse("carol").post(f"/links/{made.pk}/decision/", {"answer": "accept", **SURE})
    again = browse("carol").post(f"/links/{made.pk}/decision/", {"answer": "reject", **SURE})

    made.refresh_from_db()
    waiting.refresh_from_db()
    assert (first.status_code, again.status_code) == (302, 409)
    assert (made.state, waiting.status) == (LinkState.ACCEPTED, RequestStatus.APPROVED)
    assert Account.unscoped.get(number="U1000001").practice_id == movable["F100001"].practice_id


def test_the_same_over_the_api_and_taken_back(browse, movable):
    body = PROOF
    asked = browse("ana").post("/api/v1/accounts/U1000001/link/", LAKESIDE, **body)
    pk = asked.json()["id"]
    assert asked.status_code == 201
    assert browse("ana").post("/api/v1/accounts/U1000001/link/", NORTHGATE, **body).status_code in (400, 409)
    answer = browse("carol").post(f"/api/v1/links/{pk}/decision/", {"accept": True}, **body)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert browse("bob").delete(f"/api/v1/links/{pk}/").status_code == 404
    assert browse("ana").delete(f"/api/v1/links/{pk}/").status_code == 204
    assert carry_out_due(at=FRIDAY) == {"done": 0, "failed": 0}


def test_a_former_advisor_learns_of_it_only_when_it_is_accepted(browse, movable):
    made = link(movable, "chidi", "U2000001", accept=False)
    assert "Plover" not in browse("bob").get("/links/").content.decode()

    actions.decide(link=made, accept=True, by=movable.users["carol"].pk, at=THURSDAY)

    assert "Plover" in browse("bob").get("/links/").content.decode()


@pytest.mark.parametrize("name", ["bob", "alice", "mallory", "ana", "sam", "vera"])
def test_nobody_but_the_asked_answers(browse, movable, name):
    made = link(movable, "chidi", "U2000001", accept=False)
    before = fingerprint_of_rows()

    page = browse(name).post(f"/links/{made.pk}/decision/", {"answer": "accept", **SURE})
    answer = browse(name).post(f"/api/v1/links/{made.pk}/decision/", {"accept": True}, **PROOF)

    expected = 403 if name in ("ana", "sam") else 404
    assert (page.status_code, answer.status_code) == (expected, expected)
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(
    ("name", "number", "expected"), [("bob", "U2000001", 403), ("ana", "U2000001", 404), ("ana", "U1000002", 404)]
)
def test_nobody_asks_for_somebody_elses_account(browse, movable, name, number, expected):
    before = fingerprint_of_rows()

    assert browse(name).post(f"/links/ask/{number}/", {**LAKESIDE, **SURE}).status_code == expected
    answer = browse(name).post(f"/api/v1/accounts/{number}/link/", LAKESIDE, **PROOF)

    assert answer.status_code == expected
    assert fingerprint_of_rows() == before
    assert browse("alice").post("/links/join/U1000001/", {**LAKESIDE, **SURE}).status_code == 409


def test_an_advisor_is_found_only_by_id_and_title_together(browse, movable):
    for named in ({"master": "F200003", "title": "Lakeside"}, {"master": "F200002", "title": "Lakeside LLC"}):
        answer = browse("nina").post("/links/ask/U9000001/", {**named, **SURE})
        assert answer.status_code == 422
        assert "There is no advisor with this id and title" in answer.content.decode()
    assert not Linkage.unscoped.exists()


@pytest.mark.parametrize("holder", ["Corporation", "UGMA/UTMA", ""])
def test_only_some_holders_may_go(movable, holder):
    Account.unscoped.filter(number="U1000001").update(customer_type=holder)
    with pytest.raises(LinkProblem, match="Only individual, joint, trust and IRA"):
        link(movable, "ana", "U1000001")


# Moves


def test_rights_of_the_old_side_end_at_the_moment_of_the_move(browse, movable):
    link(movable, "chidi", "U2000001")

    assert carry_out_due(at=FRIDAY.replace(hour=19, minute=59)) == {"done": 0, "failed": 0}
    assert browse("bob").get("/accounts/U2000001/").status_code == 200
    assert carry_out_due(at=FRIDAY) == {"done": 1, "failed": 0}

    for address in ("/accounts/U2000001/", "/api/v1/accounts/U2000001/", "/structure/?node=U2000001"):
        assert browse("bob").get(address).status_code == 404
        assert browse("carol").get(address).status_code == 200
        assert browse("alice").get(address).status_code == 200
    assert browse("bob").post("/applications/U2000001/status/", {"status": "C"}).status_code == 404
    assert browse("chidi").get("/accounts/U2000001/").status_code == 200
    assert "Plover" not in browse("bob").get("/accounts/").content.decode()


@pytest.mark.parametrize("wall", ["first", "second"])
def test_each_wall_alone_shows_the_former_advisor_nothing(browse, movable, settings, monkeypatch, wall):
    link(movable, "chidi", "U2000001")
    carry_out_due(at=FRIDAY)
    if wall == "first":
        settings.SWITCH_DATABASE_ROLES = False
    else:
        from accounts.ground.access import scope as first

        monkeypatch.setattr(first, "_within_reach", lambda who, rows, scoped_by: rows)

    assert browse("bob").get("/accounts/U2000001/").status_code == 404
    assert browse("carol").get("/accounts/U2000001/").status_code == 200


def test_a_move_inside_the_firm_settles_what_is_open(movable):
    nights = Nights(movable)
    nights.agree("U2000001", figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2026, 1, 2))
    nights.agree(
        "U2000001",
        figures("ANNUALFLATFEE_MONTHLY", flat="1000"),
        starts=date(2026, 1, 2),
        practice=movable["F100001"].practice,
    )
    account = movable["U2000001"]
    for kind in (RequestKind.STATEMENT, RequestKind.CLIENT_APPROVAL):
        wait(account=account, kind=kind, title="x", natural_key=f"{kind}", day=date(2026, 11, 1))
    link(movable, "chidi", "U2000001")

    assert carry_out_due(at=FRIDAY)["done"] == 1

    account.refresh_from_db()
    lake = movable["F200003"]
    assert (account.practice_id, account.parent_id, account.level) == (lake.practice_id, lake.pk, 3)
    ends = dict(Schedule.unscoped.filter(account=account).values_list("practice__level", "ends"))
    assert ends == {2: date(2026, 11, 20), 1: None}  # Bright's ends with the day of the move; the top level's goes on
    states = dict(Request.unscoped.filter(account=account).values_list("kind", "status"))
    assert states[RequestKind.STATEMENT] == RequestStatus.INCOMPLETE
    assert states[RequestKind.CLIENT_APPROVAL] == RequestStatus.CANCELLED
    assert Request.unscoped.get(account=account, kind=RequestKind.STATEMENT).practice_id == lake.practice_id
    assert Party.unscoped.get(pk=movable.parties["chidi"].pk).practice_id == lake.practice_id
    assert Event.unscoped.filter(account=account, kind="linked", practice_id=lake.practice_id).count() == 1


def test_a_client_of_the_top_level_goes_below_a_second_level_and_back(movable):
    link(movable, "ana", "U1000001")
    carry_out_due(at=FRIDAY)
    account = Account.unscoped.get(number="U1000001")
    assert (account.level, account.parent.number) == (3, "F200003")

    later = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    link(movable, "ana", "U1000001", to=NORTHGATE, at=later)
    carry_out_due(at=datetime(2026, 12, 4, 20, 0, tzinfo=UTC))

    account.refresh_from_db()
    assert (account.level, account.parent.number) == (2, "F100001")


def test_between_firms_the_account_goes_on_as_a_new_record(browse, movable):
    old = movable["U9000001"]
    Nights(movable).agree("U9000001", figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2026, 1, 2))
    link(movable, "nina", "U9000001")

    assert carry_out_due(at=FRIDAY) == {"done": 1, "failed": 0}

    old.refresh_from_db()
    new = Account.unscoped.get(number="U9000001", moved_on=None)
    assert (old.status, old.closed_on, old.moved_on) == (Status.CLOSED, date(2026, 11, 20), date(2026, 11, 20))
    assert (new.firm_id, new.level, new.opened_on) == (movable["F200003"].firm_id, 3, date(2026, 11, 20))
    assert Schedule.unscoped.get(account=old).ends == date(2026, 11, 20)
    assert not Schedule.unscoped.filter(account=new).exists()
    # Nina signs in as before and finds her account; the seat at the former firm has ended.
    assert browse("nina").get("/accounts/U9000001/").status_code == 200
    assert [seat.is_active for seat in Seat.unscoped.filter(user=movable.users["nina"]).order_by("pk")] == [False, True]
    assert ClientRight.unscoped.get(account=new).party.legal_name == movable.parties["nina"].legal_name
    # The former firm keeps its closed record and nothing that came after; it cannot be opened again.
    kept = browse("mallory").get("/api/v1/accounts/U9000001/").json()
    assert (kept["status"], kept["closed_on"]) == ("C", "2026-11-20")
    answer = browse("mallory").post("/applications/U9000001/status/", {"status": "O"})
    assert answer.status_code == 409
    assert "went on under another firm" in answer.content.decode()
    assert browse("carol").get("/api/v1/accounts/U9000001/").json()["status"] == "O"


def test_an_advisor_joins_a_top_level_and_brings_every_client(browse, movable):
    answer = browse("mallory").post("/links/join/F900001/", {**NORTHGATE, **SURE})
    assert answer.status_code == 302, answer.content.decode()
    made = Linkage.unscoped.get()
    actions.decide(link=made, accept=True, by=movable.users["alice"].pk, at=THURSDAY)

    assert carry_out_due(at=FRIDAY) == {"done": 1, "failed": 0}

    master = Account.unscoped.get(number="F900001", moved_on=None)
    client = Account.unscoped.get(number="U9000001", moved_on=None)
    top = movable["F100001"]
    assert (master.kind, master.level, master.parent_id, master.firm_id) == ("second_master", 2, top.pk, top.firm_id)
    assert (client.level, client.parent_id, client.practice_id) == (3, master.pk, master.practice_id)
    assert Practice.unscoped.get(pk=master.practice_id).level == 2
    shown = browse("mallory").get("/api/v1/accounts/").json()["results"]
    assert {row["number"] for row in shown} == {"F900001", "U9000001"}
    assert browse("mallory").get("/accounts/U1000001/").status_code == 404
    assert browse("alice").get("/accounts/U9000001/").status_code == 200
    assert browse("nina").get("/accounts/U9000001/").status_code == 200


def test_an_advisor_with_others_below_it_cannot_join_anybody(browse, movable):
    before = fingerprint_of_rows()

    answer = browse("alice").post("/links/join/F100001/", {"master": "F900001", "title": "Southbank Capital", **SURE})

    assert answer.status_code == 422
    assert "cannot be linked" in answer.content.decode()
    assert fingerprint_of_rows() == before


def test_an_owner_finds_the_way_to_ask(browse, movable):
    assert "/links/ask/U1000001/" in browse("ana").get("/links/").content.decode()
    assert "/links/ask/" not in browse("sam").get("/links/").content.decode()


def test_carried_out_twice_it_changes_nothing(movable):
    link(movable, "chidi", "U2000001")
    carry_out_due(at=FRIDAY)
    before = fingerprint_of_rows()

    assert carry_out_due(at=FRIDAY) == {"done": 0, "failed": 0}
    assert fingerprint_of_rows() == before


def test_what_the_rules_refuse_by_then_is_not_moved_and_says_why(movable):
    made = link(movable, "chidi", "U2000001")
    Account.unscoped.filter(number="U2000001").update(status="C", closed_on=date(2026, 11, 19))

    assert carry_out_due(at=FRIDAY) == {"done": 0, "failed": 1}

    made.refresh_from_db()
    assert made.state == LinkState.FAILED
    assert "Only an open account" in made.problem
    assert Account.unscoped.get(number="U2000001").practice_id == movable["F200002"].practice_id


@pytest.mark.parametrize("dies_at", ["carry_out", "_let_go"])
def test_killed_in_the_middle_it_is_as_if_it_had_not_begun(movable, monkeypatch, dies_at):
    from portal.structure import moves

    link(movable, "chidi", "U2000001")
    before = fingerprint_of_rows()
    real = getattr(moves, dies_at)

    def die(*args, **kwargs):
        real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(moves, dies_at, die)
    with pytest.raises(KeyboardInterrupt):
        carry_out_due(at=FRIDAY)
    monkeypatch.setattr(moves, dies_at, real)

    assert fingerprint_of_rows() == before
    assert carry_out_due(at=FRIDAY) == {"done": 1, "failed": 0}
