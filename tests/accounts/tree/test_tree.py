"""The tree: numbers, shapes, status changes and limits, by their acceptance cases."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.ground.trail.models import Event
from accounts.ground.tree import actions, rules
from accounts.ground.tree.models import Account, Kind, Status

DAY = date(2025, 1, 10)


def client_below(parent, number, **more):
    return actions.create_account(
        parent=parent, kind=Kind.CLIENT, number=number, title="Test", base_currency="USD", day=DAY, **more
    )


def test_a_number_is_stored_in_upper_case(world):
    assert client_below(world["F100001"], "u46377").number == "U46377"


@pytest.mark.parametrize("number", ["X123", "U1", "U123456789", "", "U12 34", "DX123", "U१२३४५"])
def test_what_is_not_an_account_id_is_refused_in_words_and_by_the_table(world, number):
    with pytest.raises(rules.TreeProblem, match="Invalid account id"):
        client_below(world["F100001"], number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(number="U1000001").update(number=number[:10])


def test_an_abandoned_application_is_reset_only_within_six_months(world):
    account = client_below(world["F100001"], "U5000001")
    account = actions.change_status(account=account, status=Status.ABANDONED, day=DAY)

    with pytest.raises(rules.TreeProblem, match="older than 6 months"):
        actions.change_status(account=account, status=Status.NEW, day=date(2025, 7, 10))

    assert actions.change_status(account=account, status=Status.NEW, day=date(2025, 7, 9)).status == Status.NEW


@pytest.mark.parametrize(
    ("started", "last"), [(date(2025, 8, 31), date(2026, 2, 27)), (date(2024, 8, 31), date(2025, 2, 27))]
)
def test_six_months_from_a_long_month_end_in_a_short_one(started, last):
    rules.check_reset(started, last)
    with pytest.raises(rules.TreeProblem):
        rules.check_reset(started, last.replace(day=28) if last.day < 28 else last)


def test_an_open_account_cannot_be_abandoned_and_nothing_moves(world):
    events = Event.unscoped.count()

    with pytest.raises(rules.TreeProblem):
        actions.change_status(account=world["U1000001"], status=Status.ABANDONED, day=DAY)

    world["U1000001"].refresh_from_db()
    assert world["U1000001"].status == Status.OPEN
    assert Event.unscoped.count() == events


def test_there_is_no_fourth_level(world):
    for kind in (Kind.SECOND_MASTER, Kind.STL_MASTER):
        with pytest.raises(rules.TreeProblem, match="Maximum of three levels"):
            rules.level_of(kind, Kind.SECOND_MASTER)
    with pytest.raises(rules.TreeProblem, match="Maximum of three levels"):
        actions.create_second_level(top=world["F200002"], name="x", number="F300001", base_currency="USD", day=DAY)
    for kind in Kind:
        for below in (Kind.CLIENT, Kind.STL_SUB):
            with pytest.raises(rules.TreeProblem):
                rules.level_of(kind, below)


def test_the_table_refuses_a_level_that_does_not_fit(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(number="U2000001").update(level=2)


def test_a_friends_and_family_advisor_has_at_most_fifteen_clients(world):
    top = actions.create_firm(
        name="Family", number="F700001", base_currency="USD", day=DAY, is_professional=False, is_registered=False
    )
    for number in range(15):
        client_below(top, f"U70000{number:02}")

    with pytest.raises(rules.TreeProblem, match="at most 15"):
        client_below(top, "U7100000")

    assert Account.unscoped.filter(parent=top).count() == 15


def test_an_unregistered_advisor_has_no_second_level(world):
    top = actions.create_firm(name="Small", number="F700002", base_currency="USD", day=DAY, is_registered=False)

    with pytest.raises(rules.TreeProblem):
        actions.create_second_level(top=top, name="x", number="F700003", base_currency="USD", day=DAY)


def test_closing_and_reopening_keep_the_record(world):
    closed = actions.change_status(account=world["U1000001"], status=Status.CLOSED, day=DAY)
    assert closed.closed_on == DAY

    again = actions.change_status(account=closed, status=Status.OPEN, day=date(2025, 2, 3))

    assert again.closed_on is None
    assert again.opened_on == world["U1000001"].opened_on


def test_names_sort_without_accents_and_case():
    names = ["Zoe", "Émile", "emil", "Ödön", "Olga"]

    assert sorted(names, key=rules.sort_key) == ["emil", "Émile", "Ödön", "Olga", "Zoe"]
