"""Deadlines of required distributions: what is still to take, who is reminded of it and when, and who is not."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import acting, as_role
from accounts.ground.clock import exchange_today
from accounts.ground.notifications.models import Notification
from accounts.ground.people.actions import give_right
from portal.tools.rmd import owing
from portal.tools.rmd.deadlines import days_of
from portal.tools.rmd.models import OwedDistribution
from portal.tools.rmd.owing import marks, years_open
from portal.tools.rmd.reminding import remind_due, step_of
from tests.crm.vault.people import begun, unlock
from tests.portal.tools.kit import ira, withdraws, worth

ANA, KEN, CHIDI = "U1000001", "U1000002", "U2000001"
YEAR_END = date(2026, 12, 31)


def told():
    with as_role("owner"):
        rows = Notification.unscoped.filter(natural_key__startswith="distribution").select_related("account")
        return sorted((one.account.number, one.title, one.practice_id) for one in rows)


def lines(world, name, today=date(2026, 11, 20)):
    with acting(world.users[name].pk) as who:
        return [(day, mark.text) for day, mark in marks(who, date(2026, 11, 30), date(2027, 1, 3), today)]


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2026, 10, 1), None),
        (date(2026, 10, 2), 90),
        (date(2026, 11, 30), 90),
        (date(2026, 12, 1), 30),
        (date(2026, 12, 23), 30),
        (date(2026, 12, 24), 7),
        (YEAR_END, 7),
        (date(2027, 1, 1), None),
    ],
)
def test_the_steps_are_90_30_and_7_days_before(today, step):
    assert step_of(YEAR_END, today) == step


def test_years_end_on_their_last_day_or_on_the_first_of_april():
    assert days_of(date(2026, 12, 31), date(2027, 4, 1)) == [(2026, date(2026, 12, 31)), (2026, date(2027, 4, 1))]
    assert days_of(date(2026, 4, 2), date(2026, 12, 30)) == []


def test_a_practice_is_reminded_once_a_step_until_all_is_taken(world):
    """Born 1951: 100,000 by 24.6 are 4,065.04; what a second level's client owes is told to the second level."""
    account = ira(world, ANA)
    worth(account, date(2025, 12, 31), "100000")
    other = ira(world, CHIDI)
    worth(other, date(2025, 12, 31), "100000")

    assert remind_due(today=date(2026, 10, 1)) == 0
    assert remind_due(today=date(2026, 10, 2)) == 2
    assert remind_due(today=date(2026, 10, 3)) == 0
    withdraws(other, date(2026, 11, 2), "4065.04")
    assert remind_due(today=date(2026, 12, 1)) == 1
    assert remind_due(today=date(2026, 12, 30)) == 1
    assert remind_due(today=date(2027, 1, 1)) == 0
    words = "A required distribution must be taken within %s days"
    assert told() == [
        *[(ANA, words % days, account.practice_id) for days in (30, 7, 90)],
        (CHIDI, words % 90, other.practice_id),
    ]


def test_what_was_taken_out_of_another_ira_counts(world):
    """Two IRAs of one owner at 4,000.00 and 6,000.00: 10,000 out of the second leaves nothing to take."""
    first, second = ira(world, ANA), ira(world, KEN, "IRA Rollover")
    with as_role("owner"):
        second.base_currency = "USD"
        second.save(update_fields=["base_currency"])
        give_right(party=world.parties["ana"], account=second)
    worth(first, date(2025, 12, 31), "98400")
    worth(second, date(2025, 12, 31), "147600")
    withdraws(second, date(2026, 5, 5), "9999.99")
    remind_due(today=date(2026, 11, 20))
    ((day, text),) = lines(world, "alice")
    assert (day, text.split(":")[0]) == (YEAR_END, ANA)

    withdraws(second, date(2026, 5, 6), "0.01")

    assert remind_due(today=date(2026, 12, 24)) == 0
    assert lines(world, "alice") == []


def test_the_calendar_tells_ones_own_clients_alone(world):
    """The first year put off is due on 1 April; Roth accounts and what is over stand nowhere."""
    worth(ira(world, CHIDI), date(2025, 12, 31), "100000")
    worth(ira(world, ANA, "IRA Roth"), date(2025, 12, 31), "100000")
    remind_due(today=date(2026, 11, 20))

    ((day, text),) = lines(world, "bob")

    assert day == YEAR_END
    assert CHIDI in text
    assert "4,065.04" in text
    for name in ("alice", "carol", "mallory", "chidi"):
        assert lines(world, name) == []
    assert lines(world, "bob", today=date(2027, 1, 1)) == []
    worth(ira(world, CHIDI, born_on=date(1953, 5, 1)), date(2025, 12, 30), "1")
    remind_due(today=date(2026, 11, 20))
    with acting(world.users["bob"].pk) as who:
        found = [day for day, _mark in marks(who, date(2026, 12, 1), date(2027, 5, 1), date(2026, 11, 20))]
    assert found == [date(2027, 4, 1)]


def test_years_stay_open_until_their_last_distribution_is_due():
    assert years_open(date(2026, 4, 1)) == [2025, 2026]
    assert years_open(date(2026, 4, 2)) == years_open(YEAR_END) == [2026]


def test_what_is_owed_goes_with_the_account_and_with_the_year(world):
    """Closed accounts and years that are over leave no row behind, and nobody reads a neighbour's."""
    account, other = ira(world, ANA), ira(world, CHIDI)
    worth(account, date(2025, 12, 31), "100000")
    worth(other, date(2025, 12, 31), "100000")
    remind_due(today=date(2026, 11, 20))
    for name, count in (("alice", 1), ("bob", 1), ("carol", 0), ("mallory", 0), ("ana", 0)):
        with acting(world.users[name].pk):
            assert OwedDistribution.unscoped.count() == count, name
    with as_role("owner"):
        account.status, account.closed_on = "C", date(2026, 11, 20)
        account.save(update_fields=["status", "closed_on"])
    assert lines(world, "alice") == []

    remind_due(today=date(2026, 11, 21))

    with as_role("owner"):
        assert [one.account_id for one in OwedDistribution.unscoped.all()] == [other.pk]
    remind_due(today=date(2027, 4, 2))
    with as_role("owner"):
        assert not OwedDistribution.unscoped.filter(year=2026).exists()


def test_what_is_written_down_changes_the_calendar_at_once(world, browse):
    """75 years old: 100,000 by 24.6 are 4,065.04 and 50,000 are 2,032.52; without a value nothing is known."""

    def owed():
        with acting(world.users["bob"].pk) as who:
            return [mark.text for _day, mark in marks(who, date(year, 12, 1), date(year, 12, 31), date(year, 1, 2))]

    year = exchange_today().year
    ira(world, CHIDI, born_on=date(year - 75, 5, 1))
    bob = browse("bob")
    for value, amount in (("100000", "4,065.04"), ("50000", "2,032.52")):
        assert bob.post(f"/tools/rmd/{CHIDI}/facts/", {"year": year, "value": value}).status_code == 302
        (text,) = owed()
        assert amount in text
    assert browse("alice").post(f"/tools/rmd/{CHIDI}/facts/", {"year": year, "value": "1"}).status_code == 403
    assert amount in owed()[0]

    bob.post(f"/tools/rmd/{CHIDI}/facts/", {"year": year})

    assert owed() == []


def test_a_day_says_how_many_accounts_it_does_not_name(world, monkeypatch):
    monkeypatch.setattr(owing, "MOST", 1)
    for number in (ANA, KEN):
        worth(ira(world, number), date(2025, 12, 31), "100000")
    remind_due(today=date(2026, 11, 20))

    named, more = lines(world, "alice")

    assert ANA in named[1] or KEN in named[1]
    assert more == (YEAR_END, "1 more account owes a distribution")


@pytest.mark.parametrize("shape", ["", "days/"])
def test_the_calendar_of_december_asks_no_more_than_others(world, browse, shape):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            page = alice.get(f"/calendar/{shape}?day={year}-12-31")
            assert page.status_code == 200
        return len([one for one in asked.captured_queries if " FROM " in one["sql"]]), page.content.decode()

    year = timezone.localdate().year
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    questions()
    for number in (ANA, KEN):
        worth(ira(world, number, born_on=date(year - 75, 5, 1)), date(year - 1, 12, 31), "100000")
        remind_due(today=timezone.localdate())
        count, page = questions()
        assert f"/tools/rmd/{number}/?year={year}" in page
        assert count <= 12, count


def test_the_page_of_the_calendar_shows_and_hides_the_layer(world, browse):
    year = timezone.localdate().year
    worth(ira(world, ANA, born_on=date(year - 75, 5, 1)), date(year - 1, 12, 31), "100000")
    remind_due(today=timezone.localdate())
    alice = browse("alice")
    begun(alice)
    unlock(alice)

    page = alice.get(f"/calendar/days/?day={year}-12-31").content.decode()

    assert f"/tools/rmd/{ANA}/?year={year}" in page
    assert "4,065.04" in page
    page = alice.get(f"/calendar/days/?day={year}-12-31&hide=distributions").content.decode()
    assert "4,065.04" not in page
    assert "Required distributions" in page
