"""Money managers: where they stand, who assigns, accepts and ends, and what each wall shows and keeps from them."""

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.db.utils import Error, IntegrityError

from accounts.broker.activity.models import CashLine
from accounts.broker.feed.models import NavDaily
from accounts.broker.holdings.models import Position
from accounts.ground.access import scope as scoping
from accounts.ground.access.context import acting
from accounts.ground.access.scope import NotAllowed, account_for, scope
from accounts.ground.assignments import actions
from accounts.ground.assignments.models import Assignment, AssignmentState
from accounts.ground.assignments.queries import assignments
from accounts.ground.assignments.rules import AssignmentConflict, AssignmentProblem
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind
from accounts.ground.tree.rules import TreeProblem
from portal.managed.actions import end
from tests.accounts.assignments.managed import AT, CLIENT, NUMBER, OTHER, assign, employ
from tests.house.written import fingerprint_of_rows
from tests.world import OPENED


@pytest.fixture
def managed(world):
    employ(world)
    return world


def seen(world, name="max"):
    with acting(world.users[name].pk) as who:
        return set(scope(who, Account).values_list("number", flat=True))


def test_a_money_manager_stands_below_an_advisor_without_a_second_level(managed):
    """Advisors inside a three-level structure have none, and who has one gets no second level (spec 1.8 and 5)."""
    account = managed[NUMBER]
    assert (account.kind, account.level, account.parent_id) == ("money_manager", 2, managed["F900001"].pk)
    assert account.practice_id != managed["F900001"].practice_id
    assert not account.is_holding
    more = {"name": "Skua", "base_currency": "USD", "day": OPENED}
    with pytest.raises(TreeProblem, match="cannot join a tree with second-level advisors"):
        tree.create_money_manager(top=managed["F100001"], number="A1000009", **more)
    with pytest.raises(TreeProblem, match="begins with A"):
        tree.create_money_manager(top=managed["F900001"], number="F9000009", **more)
    with pytest.raises(TreeProblem, match="cannot have second-level advisors"):
        tree.create_second_level(top=managed["F900001"], number="F900009", **more)


def test_nothing_stands_below_a_money_manager(managed):
    with pytest.raises(TreeProblem):
        tree.create_account(
            parent=managed[NUMBER], kind=Kind.CLIENT, number="U9000009", title="x", base_currency="GBP", day=OPENED
        )


def test_the_money_manager_sees_an_account_once_it_has_accepted_and_until_the_end(managed):
    made = assign(managed, accept=None)
    assert seen(managed) == {NUMBER}
    with acting(managed.users["max"].pk) as who:
        [shown] = assignments(who)
        assert (shown.number, shown.state) == (CLIENT, AssignmentState.ASKED)
        actions.decide(who=who, assignment=shown, accept=True, at=AT)
    assert seen(managed) == {NUMBER, CLIENT}
    with acting(managed.users["mallory"].pk) as who:
        actions.end(who=who, assignment=made, at=AT)
    assert seen(managed) == {NUMBER}


def test_the_money_manager_gives_an_account_back_itself(managed):
    made = assign(managed)
    with acting(managed.users["max"].pk) as who:
        actions.end(who=who, assignment=made, at=AT)
    assert seen(managed) == {NUMBER}


def test_declined_it_sees_nothing_and_another_may_be_asked(managed):
    assert assign(managed, accept=False).state == AssignmentState.DECLINED
    assert seen(managed) == {NUMBER}
    assert assign(managed).state == AssignmentState.ACCEPTED


def test_what_it_declined_or_was_not_to_have_it_reads_no_more(managed):
    """Neither through the query nor past it: number and name of the client are the advisor's again."""
    assign(managed, accept=False)
    taken_back = assign(managed, accept=None)
    with acting(managed.users["mallory"].pk) as who:
        actions.cancel(who=who, assignment=taken_back, at=AT)
        assert assignments(who).count() == 2

    with acting(managed.users["max"].pk) as who:
        assert not assignments(who).exists()
        assert not Assignment.unscoped.exists()


def test_a_closed_money_manager_accepts_nothing(managed):
    """As where it was closed in the instant in which it was asked, so that nothing has taken the question back."""
    made = assign(managed, accept=None)
    with connection.cursor() as cur:
        cur.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE accounts_account DISABLE TRIGGER USER")
        cur.execute("UPDATE accounts_account SET status = 'C', closed_on = opened_on WHERE number = %s", [NUMBER])
        cur.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE accounts_account ENABLE TRIGGER USER")
    before = fingerprint_of_rows()

    with pytest.raises(Error), acting(managed.users["max"].pk) as who, transaction.atomic():
        actions.decide(who=who, assignment=made, accept=True, at=AT)

    assert fingerprint_of_rows() == before


def test_a_closed_money_manager_lives_again_only_where_no_second_level_came_meanwhile(managed):
    """A firm has second-level advisors or money managers (spec 1.8): not both by way of a closed one."""
    top = managed["F900001"]
    tree.change_status(account=managed[NUMBER], status="C", day=OPENED)
    tree.change_status(account=managed[NUMBER], status="O", day=OPENED)
    tree.change_status(account=managed[NUMBER], status="C", day=OPENED)
    second = tree.create_second_level(top=top, number="F900009", name="Skua", base_currency="USD", day=OPENED)

    with pytest.raises(TreeProblem, match="cannot join a tree with second-level advisors"):
        tree.change_status(account=managed[NUMBER], status="O", day=OPENED)

    assert Account.unscoped.get(pk=managed[NUMBER].pk).status == "C"
    assert second.kind == Kind.SECOND_MASTER


def told(world) -> list[tuple[str, str]]:
    """The mails to the money manager's people, with what they say of the client."""
    rows = OutboxMessage.unscoped.filter(person_id=world.users["max"].pk).order_by("created_at", "natural_key")
    assert not [one for one in rows if "Novak" in one.body or CLIENT in one.body]
    return [(one.recipient, one.natural_key.split(" ")[2]) for one in rows]


def test_its_people_are_written_to_when_it_is_asked_and_when_the_advisor_ends_it(managed):
    User.objects.filter(pk=managed.users["max"].pk).update(email="max@gannet.example")
    assign(managed, accept=None)
    with acting(managed.users["mallory"].pk) as who:
        actions.cancel(who=who, assignment=assignments(who).get(), at=AT)
    made = assign(managed)
    with acting(managed.users["mallory"].pk) as who:
        end(who=who, assignment=made, at=AT)

    assert sorted(told(managed)) == [("max@gannet.example", what) for what in ("asked", "asked", "cancelled", "ended")]


def test_who_ends_it_itself_is_not_written_to(managed):
    User.objects.filter(pk=managed.users["max"].pk).update(email="max@gannet.example")
    made = assign(managed)
    with acting(managed.users["max"].pk) as who:
        end(who=who, assignment=made, at=AT)
    assert told(managed) == [("max@gannet.example", "asked")]


@pytest.mark.parametrize("name", ["alice", "bob", "nina", "max"])
def test_nobody_else_learns_who_trades_for_it(managed, name):
    with acting(managed.users[name].pk), connection.cursor() as cur:
        cur.execute("SELECT user_id FROM app_people_of_manager(%s)", [managed[NUMBER].pk])
        assert cur.fetchall() == []


def test_one_money_manager_at_a_time(managed):
    assign(managed, accept=None)
    before = fingerprint_of_rows()
    with acting(managed.users["mallory"].pk) as who, pytest.raises(AssignmentConflict):
        actions.assign(who=who, account=managed[CLIENT], number=NUMBER, at=AT)
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize("name", ["max", "alice", "bob", "nina", "sam", "frank"])
def test_nobody_else_assigns(managed, name):
    """Neither through the action nor past it: the second wall refuses the row itself."""
    before = fingerprint_of_rows()
    values = {
        "firm": managed[CLIENT].firm,
        "practice": managed[CLIENT].practice,
        "account": managed[CLIENT],
        "manager": managed[NUMBER],
        "number": CLIENT,
        "title": "x",
        "advisor": "y",
        "asked_at": AT,
    }
    with pytest.raises((Error, AssignmentProblem)), acting(managed.users[name].pk), transaction.atomic():
        Assignment.unscoped.create(**values, asked_by=managed.users[name].pk)
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize("name", ["mallory", "alice", "nina", "frank"])
def test_only_the_money_manager_accepts(managed, name):
    made = assign(managed, accept=None)
    before = fingerprint_of_rows()
    with pytest.raises((Error, AssignmentConflict)), acting(managed.users[name].pk) as who, transaction.atomic():
        if who is None:
            raise AssignmentConflict
        rows = Assignment.unscoped.filter(pk=made.pk)
        if not rows.update(state=AssignmentState.ACCEPTED, decided_at=AT, decided_by=managed.users[name].pk):
            raise AssignmentConflict
    assert fingerprint_of_rows() == before


def test_an_answer_is_given_once(managed):
    made = assign(managed, accept=False)
    before = fingerprint_of_rows()
    with acting(managed.users["max"].pk) as who, pytest.raises(AssignmentConflict):
        actions.decide(who=who, assignment=made, accept=True, at=AT)
    assert fingerprint_of_rows() == before


def test_masters_strangers_and_closed_accounts_are_not_assigned(managed):
    with acting(managed.users["mallory"].pk) as who:
        for number in ("F900001", NUMBER):
            with pytest.raises(AssignmentProblem, match="client accounts"):
                actions.assign(who=who, account=managed[number], number=NUMBER, at=AT)
        with pytest.raises(AssignmentProblem, match="no open money manager"):
            actions.assign(who=who, account=managed[CLIENT], number="A1111111", at=AT)
    with transaction.atomic(), pytest.raises((IntegrityError, Error)):
        Assignment.unscoped.create(
            firm=managed["F100001"].firm,
            practice=managed["F100001"].practice,
            account=managed["U1000001"],
            manager=managed[NUMBER],
            number="U1000001",
            title="x",
            advisor="y",
            asked_at=AT,
            asked_by=1,
        )


def test_a_closed_account_is_nobodys_to_trade(managed):
    made = assign(managed)
    tree.change_status(account=managed[CLIENT], status="C", day=OPENED)
    made.refresh_from_db(from_queryset=Assignment.unscoped.all())
    assert made.state == AssignmentState.ENDED
    assert seen(managed) == {NUMBER}


def test_a_money_manager_trades_and_may_nothing_else(managed):
    """Trades for assigned clients; cannot add or fund clients, set fees or permissions (spec 1.8)."""
    assign(managed)
    with acting(managed.users["max"].pk) as who:
        assert account_for(who, CLIENT, "trade").number == CLIENT
        for right in ("fund", "set_fees", "restrict", "grant_products", "manage", "allocate", "sign", "report"):
            with pytest.raises(NotAllowed):
                account_for(who, CLIENT, right)
            assert not scope(who, Account, right).exists()
        assert not who.is_owner and not who.is_advisor and not who.manages
    with acting(managed.users["mallory"].pk) as who:
        for right in ("trade", "set_fees", "fund", "sign"):
            with pytest.raises(NotAllowed):
                account_for(who, NUMBER, right)


# What a money manager reads of an account assigned to it, and of its own; all other tables are shut by default.
OPEN_TABLES = {
    *("accounts_account", "accounts_assignment", "accounts_firm", "accounts_practice", "accounts_seat"),
    *("broker_navdaily", "broker_position", "broker_cashbalance", "broker_trade"),
    "tools_impacttopic",  # the list of values that anybody may choose from
    *("broker_restriction", "broker_productapproval"),
}


def test_the_second_wall_shows_a_money_manager_its_part_and_nothing_else(managed):
    """Every table with rows of the cast is read as max: what is not named above stays empty."""
    from tests.house.scenery import dress

    dress(managed)
    assign(managed, accept=True)
    with connection.cursor() as cur:
        cur.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity"
            " AND has_table_privilege('portal_web', c.oid, 'SELECT')"
            " AND pg_get_expr((SELECT p.polqual FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'page_read'),"
            " c.oid) IS DISTINCT FROM 'true'"
        )
        tables = [name for (name,) in cur.fetchall()]
    assert len(tables) > 80
    found = set()
    with acting(managed.users["max"].pk):
        for table in tables:
            with connection.cursor() as cur:
                cur.execute(f"SELECT 1 FROM {table} LIMIT 1")
                if cur.fetchone():
                    found.add(table)
    assert found <= OPEN_TABLES, sorted(found - OPEN_TABLES)
    assert {"accounts_account", "accounts_assignment", "broker_navdaily"} <= found


def test_what_follows_the_policy_of_its_account_is_open_to_a_money_manager_on_purpose_alone(managed):
    """Rows or none: a table that is read with its account names who manages money, one way or the other."""
    with connection.cursor() as cur:
        cur.execute(
            "SELECT p.tablename FROM pg_policies p WHERE p.policyname = 'page_read'"
            " AND p.qual LIKE '%%accounts_account seen%%' AND p.qual NOT LIKE '%%app_role%%'"
            " AND p.qual NOT LIKE '%%app_user%%' AND NOT EXISTS (SELECT 1 FROM pg_policies s"
            " WHERE s.tablename = p.tablename AND s.policyname = 'managed_shut')"
        )
        left_open = {name for (name,) in cur.fetchall()}

    assert left_open <= OPEN_TABLES, sorted(left_open - OPEN_TABLES)


def test_the_first_wall_alone_shows_a_money_manager_no_more(managed, settings):
    from tests.house.scenery import dress

    dress(managed)
    assign(managed)
    settings.SWITCH_DATABASE_ROLES = False
    with acting(managed.users["max"].pk) as who:
        assert set(scope(who, Account).values_list("number", flat=True)) == {NUMBER, CLIENT}
        own = {managed[CLIENT].pk}
        assert set(scope(who, NavDaily).values_list("account_id", flat=True)) == own
        assert set(scope(who, Position).values_list("account_id", flat=True)) <= own
        assert not scope(who, CashLine).exists()
        assert OTHER not in set(scope(who, Account, "trade").values_list("number", flat=True))


@pytest.mark.slow
@pytest.mark.parametrize("wall", ["both", "first", "second"])
def test_no_route_shows_a_money_manager_more(managed, settings, monkeypatch, wall):
    """Every route as max, with both walls and with each alone: nothing breaks, nothing foreign is read or moved, and
    what asks for another right than trading is refused at the gate."""
    from tests.house import matrix, rights
    from tests.house.scenery import dress

    dress(managed)
    assign(managed)
    monkeypatch.setitem(rights.ALLOWED, "view", dict(rights.SEES))
    monkeypatch.setitem(rights.SEES, "max", {CLIENT})
    monkeypatch.setitem(rights.ALLOWED["trade"], "max", {CLIENT})
    monkeypatch.setattr(rights, "OWNERS", {*rights.OWNERS, "max"})
    if wall == "first":
        settings.SWITCH_DATABASE_ROLES = False
    if wall == "second":
        monkeypatch.setattr(scoping, "_within_reach", lambda who, rows, scoped_by: rows)
        monkeypatch.setattr(scoping, "_relations", lambda who, right, lookup: Q())
        monkeypatch.setattr(scoping, "is_allowed", lambda role, right, relation: True)
    tally = matrix.walk(managed, "max", statuses=wall == "both", foreign=wall != "both")
    # The advisor's name stands where the money manager reads for whom it trades.
    leaks = [one for one in tally.leaks if "reads Southbank" not in one]
    assert not leaks, "\n".join(leaks)
