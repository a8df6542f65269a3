"""A money manager holds nothing: no list of accounts, no report and no statement of the firm counts its shell."""

import pytest
from django.urls import reverse

from accounts.ground.access.context import acting
from portal.records.filters import Filters
from portal.records.queries import found
from portal.reports.queries import Asked
from portal.reports.wishes import Kind, Wish
from portal.statements.queries import with_statements
from tests.accounts.assignments.managed import CLIENT, NUMBER, OTHER, assign, employ
from tests.world import OPENED


@pytest.fixture
def managed(world):
    employ(world)
    assign(world)
    return world


@pytest.mark.parametrize(("name", "number"), [("mallory", OTHER), ("max", CLIENT)])
def test_the_shell_stands_in_no_list(managed, name, number):
    with acting(managed.users[name].pk) as who:
        listed = set(found(who, Filters(), OPENED).values_list("number", flat=True))
        reported = set(Asked.by(who, Wish(Kind.PERFORMANCE)).rows.values_list("number", flat=True))
        stated = set(with_statements(who).values_list("number", flat=True))

    assert number in listed
    assert NUMBER not in listed | reported | stated
    assert name == "max" or number in reported & stated


def test_its_practice_is_no_second_level_in_a_what_if(managed, browse):
    assert "Gannet Trading" not in browse("mallory").get(reverse("fees:what_if")).content.decode()
