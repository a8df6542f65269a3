"""A user's own functions: the six groups, their intersection with the authority table, accounts held by both walls."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.ground.access import abilities, entering
from accounts.ground.access.authority import Function
from accounts.ground.access.context import enter
from accounts.ground.access.gates import gate_of, may_pass
from accounts.ground.access.scope import account_for, answer, scope
from accounts.ground.people.models import AccessRole, Seat
from accounts.ground.tree.models import Account
from tests.house.routes import routes


def test_the_six_groups_hold_what_the_broker_lists():
    assert [group.value for group in abilities.Group] == [
        *("user_settings", "trading", "reporting", "funding", "account_settings", "client_management")
    ]
    assert {"email", "password"} == abilities.DEFAULTS
    assert {"transfer_funds", "transfer_positions", "bank_information", "transaction_history"} == abilities.FUNDING
    assert set(entering.FUNDING_IN_SQL) == abilities.FUNDING


def test_every_function_is_opened_by_some_ability_and_has_a_usual_one():
    assert set(abilities.USUAL) == {function.value for function in Function}
    for function in Function:
        assert not abilities.opens(frozenset(), function)
        assert abilities.opens(None, function)
        assert abilities.opens(frozenset({abilities.USUAL[function]}), function)


def test_every_route_with_a_right_names_an_ability_that_exists():
    known = {*abilities.BY_KEY, abilities.MANAGE_USERS}
    for route in routes():
        if route.gate and route.gate.right in abilities.USUAL:
            assert route.gate.ability in known, route


def test_a_primary_user_has_everything_and_others_what_they_were_given(world):
    assert enter(world.users["alice"].pk).abilities is None
    tess = enter(world.users["tess"].pk)

    assert tess.abilities == abilities.FUNDING | abilities.DEFAULTS
    assert tess.can("fund")
    assert not tess.can("trade")
    assert not tess.manages


def test_a_right_is_the_intersection_and_never_the_union(world):
    """Tess was given funding, the top level may not fund a second level's client: she may not either."""
    tess = enter(world.users["tess"].pk)

    assert account_for(tess, "U1000001", "fund")
    for number, right in (("U2000001", "fund"), ("U1000001", "trade"), ("U1000001", "report")):
        with pytest.raises(PermissionDenied):
            account_for(tess, number, right)
    assert answer(tess, "trade", world["U1000001"]).words == "Your user was not given this function."
    assert "cannot fund" in str(answer(tess, "fund", world["U2000001"]).words)


def test_treasury_opens_what_funding_needs_and_no_reports(world, browse):
    """USR-3 on the routes there are."""
    client = browse("tess")

    for address in ("/fees/", "/accounts/", "/api/v1/accounts/", "/api/v1/charges/"):
        assert client.get(address).status_code == 403, address
    assert client.get("/").status_code == 200


def test_chosen_accounts_stand_behind_both_walls(world, as_role):
    vera = enter(world.users["vera"].pk)
    assert set(scope(vera, Account).values_list("number", flat=True)) == {"U1000001", "U2000001"}
    with as_role("portal_web"):
        enter(world.users["vera"].pk)
        assert set(Account.unscoped.values_list("number", flat=True)) == {"U1000001", "U2000001"}


def test_fewer_accounts_do_not_show_a_second_level_what_the_level_above_earns(world, as_role):
    from fees.posting.models import Charge
    from tests.house.scenery import dress

    dress(world)
    bob = world.seats["bob"]
    helper = Seat.unscoped.create(
        user=world.users["frank"],
        role=bob.role,
        firm_id=bob.firm_id,
        practice_id=bob.practice_id,
        standing="member",
        abilities=["view_accounts", "statements"],
        holdings="types",
        account_types=["client"],
    )
    who = enter(world.users["frank"].pk, seat_id=helper.pk)
    assert who.reach == "accounts"
    seen = {charge.practice_id for charge in scope(who, Charge)}
    with as_role("portal_web"):
        enter(world.users["frank"].pk, seat_id=helper.pk)
        behind = {charge.practice_id for charge in Charge.unscoped.all()}

    assert seen == behind == {bob.practice_id}


def test_accounts_of_types_follow_the_accounts(world, as_role):
    vera = world.seats["vera"]
    vera.holdings, vera.account_types = "types", ["stl_sub", "IRA"]
    vera.save()
    Account.unscoped.filter(number="U1000002").update(account_type="IRA")

    with as_role("portal_web"):
        enter(world.users["vera"].pk)
        assert set(Account.unscoped.values_list("number", flat=True)) == {"U1000002", "U4000001", "U4000002"}


def test_a_role_is_what_it_is_now(world):
    alice, vera = world.seats["alice"], world.seats["vera"]
    role = AccessRole.unscoped.create(
        firm_id=alice.firm_id, practice_id=alice.practice_id, name="Traders", abilities=["trade"]
    )
    vera.access_role = role
    vera.save()
    assert enter(world.users["vera"].pk).abilities == {"trade"} | abilities.DEFAULTS
    role.abilities = ["trade", "allocation"]
    role.save()
    assert enter(world.users["vera"].pk).abilities == {"trade", "allocation"} | abilities.DEFAULTS


def second_of(world, name, **more):
    seat = world.seats[name]
    place = {key: getattr(seat, key) for key in ("role", "firm_id", "practice_id", "party_id", "account_id")}
    return Seat.unscoped.create(user=world.users["frank"], standing="second", principal=seat, **place, **more)


def test_a_second_user_has_no_more_than_its_person_and_never_funding(world):
    Seat.unscoped.filter(user=world.users["frank"]).delete()
    seat = second_of(world, "vera", abilities=["trade", "configuration"])
    frank = enter(world.users["frank"].pk)
    assert frank.abilities == {"trade"} | abilities.DEFAULTS
    assert set(frank.account_ids) == {world["U1000001"].pk, world["U2000001"].pk}

    # Even by way of a role that funds.
    role = AccessRole.unscoped.create(
        firm_id=seat.firm_id, practice_id=seat.practice_id, name="Treasury", abilities=sorted(abilities.FUNDING)
    )
    Seat.unscoped.filter(pk=seat.pk).update(access_role=role)
    assert enter(world.users["frank"].pk).abilities == abilities.DEFAULTS
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.unscoped.filter(pk=seat.pk).update(abilities=["bank_information"])


def test_a_second_user_stands_only_while_its_person_does(world):
    Seat.unscoped.filter(user=world.users["frank"]).delete()
    second_of(world, "vera")
    assert enter(world.users["frank"].pk)
    Seat.unscoped.filter(pk=world.seats["vera"].pk).update(is_active=False)

    assert enter(world.users["frank"].pk) is None


def test_a_gate_may_name_an_ability_of_its_own(world):
    from accounts.ground.access.gates import Gate

    tess = enter(world.users["tess"].pk)
    assert may_pass(tess, Gate("view", needs="transaction_history"))
    assert not may_pass(tess, Gate("view"))
    assert gate_of(len) is None
