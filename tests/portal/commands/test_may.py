"""manage.py may: the same answer as the page gives, with the rule in words. Expectations from the broker's rules."""

import pytest

from portal.management.commands.may import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "function", "number", "allowed", "why"),
    [
        ("alice", "fund", "U1000001", True, "An advisor funds its own clients"),
        ("alice", "fund", "U2000001", False, "cannot fund second-level advisors or their clients"),
        ("bob", "allocate", "u2000001", True, "Second-level advisors allocate to their own clients."),
        ("bob", "view", "U1000001", False, "no such account among those the person sees"),
        ("tess", "trade", "U1000001", False, "not given this function"),
        ("frank", "view", "U1000001", False, "no seat"),
    ],
)
def test_yes_or_no_with_the_rule(world, name, function, number, allowed, why):
    answer = told(world.users[name].pk, function, number)

    assert answer["allowed"] is allowed
    assert why in str(answer["why"])
