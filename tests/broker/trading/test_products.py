"""Products below are a subset of the products above, and what is taken above is taken below (cases HIE-3)."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from accounts.broker.products.actions import grant, set_products, withdraw
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.queries import approvals, by_node
from accounts.broker.products.rules import Permission, ProductRefused
from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import NotAllowed
from accounts.ground.tree.actions import create_account
from tests.broker.trading.conftest import AT, DAY

STOCKS, OPTIONS, FUTURES = Permission("stocks"), Permission("options"), Permission("futures")


def held(account) -> set[Permission]:
    return by_node(approvals(account))[account.pk]


def test_the_second_level_gets_no_product_that_the_top_level_lacks(approve, world):
    approve("F100001", "stocks", "options")

    with pytest.raises(ProductRefused, match="Futures: not approved for the top-level advisor"):
        approve("F200002", "stocks", "futures")

    assert held(world["F200002"]) == set()


def test_the_refusal_names_the_level_that_lacks_it(approve, world):
    approve("F100001", "stocks", "options")
    approve("F200002", "stocks")

    with pytest.raises(ProductRefused, match="not approved for the top-level advisor"):
        approve("U2000001", "futures")
    with pytest.raises(ProductRefused, match="not approved for the second-level advisor"):
        approve("U2000001", "options")
    assert held(world["U2000001"]) == set()


def test_what_the_top_level_loses_everybody_below_loses_at_once(approve, world, seated):
    approve("F100001", "stocks", "options")
    for number in ("F200002", "U2000001", "U1000001", "I4000001", "U4000001"):
        approve(number, "stocks", "options")

    with acting(world.users["olga"].pk, alias="office") as who:
        withdraw(who=who, account=world["F100001"], permissions=[OPTIONS], day=DAY, at=AT)

    for number in ("F100001", "F200002", "U2000001", "U1000001", "I4000001", "U4000001"):
        assert held(world[number]) == {STOCKS}, number
    below = ProductApproval.unscoped.filter(product="options", removed_at__isnull=False)
    assert sorted(below.values_list("removal", flat=True)) == ["above"] * 5 + ["withdrawn"]


def test_a_country_above_still_covers_the_same_country_below(approve, world):
    approve("F100001", "stocks", "stocks:US")
    approve("F200002", "stocks:US", "stocks:DE")

    with acting(world.users["olga"].pk, alias="office") as who:
        withdraw(who=who, account=world["F100001"], permissions=[STOCKS], day=DAY, at=AT)

    assert held(world["F200002"]) == {Permission("stocks", "US")}


def test_all_countries_below_need_all_countries_above(approve, world):
    approve("F100001", "stocks:US")

    with pytest.raises(ProductRefused):
        approve("F200002", "stocks")
    approve("F200002", "stocks:US")

    assert held(world["F200002"]) == {Permission("stocks", "US")}


def test_a_matrix_is_set_as_a_whole_or_not_at_all(approve, world, seated):
    approve("F100001", "stocks", "options")
    approve("U1000001", "options")

    with pytest.raises(ProductRefused), seated("alice") as who:
        set_products(who=who, account=world["U1000001"], wanted=[STOCKS, FUTURES], day=DAY, at=AT)
    assert held(world["U1000001"]) == {OPTIONS}

    with seated("alice") as who:
        set_products(who=who, account=world["U1000001"], wanted=[STOCKS], day=DAY, at=AT)
    assert held(world["U1000001"]) == {STOCKS}


@pytest.mark.parametrize(
    ("name", "number"),
    [("bob", "F200002"), ("bob", "U3000001"), ("bob", "U1000001"), ("alice", "F100001"), ("sam", "U4000001"),
     ("ana", "U1000001"), ("mallory", "U1000001"), ("mallory", "F900001")],
)  # fmt: skip
def test_nobody_grants_what_is_not_theirs_to_grant(stocks_everywhere, world, seated, name, number):
    before = ProductApproval.unscoped.count()

    for act in (grant, withdraw):
        with pytest.raises(NotAllowed), seated(name) as who:
            act(who=who, account=world[number], permissions=[STOCKS], day=DAY, at=AT)
    account = world[number]
    practice = account.practice_id if account.kind in ("top_master", "second_master") else None
    with pytest.raises(DatabaseError, match=r"row-level security|product_|level above"), seated(name):
        ProductApproval.unscoped.create(
            firm_id=account.firm_id, account=account, node_kind=account.kind, practice_id=practice,
            product="stocks", country="US", granted_at=AT,
        )  # fmt: skip
    with seated(name):
        assert not ProductApproval.unscoped.filter(account=account).update(removed_at=AT, removal="withdrawn")

    assert ProductApproval.unscoped.count() == before
    assert not ProductApproval.unscoped.filter(removed_at__isnull=False).exists()


def test_the_broker_approves_the_top_level_alone(world):
    with acting(world.users["olga"].pk, alias="office") as who, pytest.raises(NotAllowed):
        grant(who=who, account=world["U1000001"], permissions=[STOCKS], day=DAY, at=AT)


def test_the_database_itself_keeps_the_lower_level_inside_the_higher(approve, world):
    approve("F100001", "stocks")
    account = world["F200002"]

    with pytest.raises(IntegrityError, match="not approved for futures"), transaction.atomic():
        ProductApproval.unscoped.create(
            firm_id=account.firm_id, account=account, node_kind=account.kind, practice_id=account.practice_id,
            product="futures", granted_at=AT,
        )  # fmt: skip


def test_what_was_withdrawn_stays_withdrawn(approve, world, seated):
    approve("F100001", "stocks")
    row = ProductApproval.unscoped.get(account=world["F100001"])
    row_of = ProductApproval.unscoped.filter(pk=row.pk)
    row_of.update(removed_at=AT, removal="withdrawn")

    for change in ({"removed_at": None, "removal": ""}, {"product": "bonds"}):
        with pytest.raises(DatabaseError, match="can only be withdrawn"), transaction.atomic():
            row_of.update(**change)
    with pytest.raises(DatabaseError, match="can only be withdrawn"), transaction.atomic():
        row_of.delete()


def test_siblings_see_nothing_of_one_another_and_all_see_what_holds_above(stocks_everywhere, world, seated):
    expected = {"bob": {"F100001", "F200002", "U2000001"}, "mallory": {"F900001", "U9000001"},
                "ana": {"F100001", "U1000001"}, "chidi": {"F100001", "F200002", "U2000001"}}  # fmt: skip

    for name, numbers in expected.items():
        with seated(name):
            found = set(ProductApproval.unscoped.values_list("account_id", flat=True))
        assert found == {world[number].pk for number in numbers}, name


def test_an_account_that_moves_keeps_what_its_new_advisor_has(approve, world):
    approve("F100001", "stocks", "options")
    approve("F200002", "stocks")
    approve("U1000001", "stocks", "options")
    account, bright = world["U1000001"], world["F200002"]

    type(account).unscoped.filter(pk=account.pk).update(
        parent=bright, parent_kind=bright.kind, practice_id=bright.practice_id, level=3
    )

    account.refresh_from_db()
    assert held(account) == {STOCKS}
    gone = ProductApproval.unscoped.get(account=account, product="options")
    assert gone.removal == "moved"


def test_nothing_slips_through_while_the_level_above_is_losing_it(own_world):
    """Two real connections: bob grants below while the same product is being taken above; whoever is first, the
    subset holds in the end."""
    world = own_world
    for number in ("F100001", "F200002"):
        name, alias = ("olga", "office") if number == "F100001" else ("alice", "default")
        with acting(world.users[name].pk, alias=alias) as who:
            grant(who=who, account=world[number], permissions=[STOCKS], day=DAY, at=AT)
    with as_role("owner"):
        bright = world["F200002"]
        clients = [
            create_account(parent=bright, kind="client", number=f"U77000{place:02}", title="Late", base_currency="USD",
                           day=DAY)
            for place in range(6)
        ]  # fmt: skip
    outcomes: list[str] = []

    def give(account, started):
        try:
            started.wait()
            with acting(world.users["bob"].pk) as who:
                grant(who=who, account=account, permissions=[STOCKS], day=DAY, at=AT)
            outcomes.append("granted")
        except ProductRefused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    def take(started):
        try:
            started.wait()
            with acting(world.users["alice"].pk) as who:
                withdraw(who=who, account=world["F200002"], permissions=[STOCKS], day=DAY, at=AT)
        finally:
            connections.close_all()

    started = threading.Barrier(len(clients) + 1)
    threads = [threading.Thread(target=give, args=(one, started)) for one in clients]
    threads.append(threading.Thread(target=take, args=(started,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == len(clients)
    with as_role("owner"):
        living = ProductApproval.unscoped.filter(removed_at__isnull=True).values_list("account_id", flat=True)
        assert set(living) == {world["F100001"].pk}


def test_a_grant_waits_for_a_withdrawal_that_has_not_ended_yet(own_world):
    """The order that matters, made certain: the withdrawal is open, the grant arrives, the withdrawal commits."""
    world = own_world
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=[STOCKS], day=DAY, at=AT)
    with acting(world.users["alice"].pk) as who:
        grant(who=who, account=world["F200002"], permissions=[STOCKS], day=DAY, at=AT)
    outcome: list[str] = []

    def give():
        try:
            with acting(world.users["bob"].pk) as who:
                grant(who=who, account=world["U2000001"], permissions=[STOCKS], day=DAY, at=AT)
            outcome.append("granted")
        except ProductRefused:
            outcome.append("refused")
        finally:
            connections.close_all()

    thread = threading.Thread(target=give)
    with acting(world.users["alice"].pk) as who:
        withdraw(who=who, account=world["F200002"], permissions=[STOCKS], day=DAY, at=AT)
        thread.start()
        thread.join(timeout=1)
        assert thread.is_alive(), "the grant must wait for the withdrawal"
    thread.join()

    assert outcome == ["refused"]
    with as_role("owner"):
        assert not ProductApproval.unscoped.filter(account=world["U2000001"]).exists()
