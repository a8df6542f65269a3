"""The authority table against a second reading of the rules, and the first wall that applies it."""

import pytest
from django.http import Http404

from accounts.ground.access.authority import IMPLIED, RULES, Function
from accounts.ground.access.context import enter
from accounts.ground.access.managers import UnscopedAccess
from accounts.ground.access.scope import NotAllowed, account_for, scope
from accounts.ground.tree.models import Account
from tests.house import rights
from tests.world import CANARIES

PEOPLE = [name for name in rights.SEES if name not in ("", "frank", "dora")]


@pytest.mark.parametrize("name", PEOPLE)
def test_each_person_may_do_exactly_what_the_rules_say(world, name):
    who = enter(world.users[name].pk)

    for right in rights.ALLOWED:
        for number in CANARIES:
            try:
                account_for(who, number, right)
                answer = "yes"
            except NotAllowed:
                answer = "no"
            except Http404:
                answer = "hidden"
            expected = "yes" if rights.may(name, right, number) else "no" if rights.sees(name, number) else "hidden"
            assert answer == expected, (right, number)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("right", [right for right in rights.ALLOWED if right != "view"])
def test_a_list_for_a_right_holds_exactly_the_accounts_the_right_reaches(world, name, right):
    who = enter(world.users[name].pk)

    listed = set(scope(who, Account, right).values_list("number", flat=True))

    assert listed == {number for number in CANARIES if rights.may(name, right, number)}


def test_every_function_has_a_rule_in_words(world):
    assert {rule.function for rule in RULES} == set(Function)
    assert all(str(rule.words).endswith(".") for rule in (*RULES, *IMPLIED))


def test_every_refusal_has_words_of_its_own_and_no_rule_is_said_twice():
    """Whoever asks why not reads a rule, in every relation that a role can have to an account."""
    said = [(rule.role, rule.function, relation) for rule in (*RULES, *IMPLIED) for relation in rule.relations]
    relations = {(role, relation) for role, _function, relation in said}
    assert len(said) == len(set(said))
    assert set(said) == {(role, function, relation) for role, relation in relations for function in Function}
    assert not any(rule.allowed for rule in IMPLIED)


def test_frank_and_dora_have_no_seat(world):
    assert enter(world.users["frank"].pk) is None
    assert enter(world.users["dora"].pk) is None


def test_a_seat_of_somebody_else_cannot_be_taken(world):
    assert enter(world.users["bob"].pk, seat_id=world.seats["alice"].pk) is None


def test_reading_without_a_person_is_an_error(world):
    with pytest.raises(UnscopedAccess):
        Account.objects.count()
