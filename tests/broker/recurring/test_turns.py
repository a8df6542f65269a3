"""When recurring movements are asked for (TRX-6), that each is an ordinary request, and that nothing is asked twice."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.broker.recurring import actions, asking
from accounts.broker.recurring.asking import ask_due
from accounts.broker.recurring.models import RecurringInstruction, RecurringTurn
from accounts.broker.recurring.rules import asked_on, first_open, next_after, nth
from accounts.ground.access.context import acting, as_role, enter
from accounts.ground.amounts import number_words
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from auth2fa.devices.models import Device
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE
from tests.auth2fa.kit import enrolled

# Weekends; 3 July 2026 stands for Independence Day, which is a Saturday that year.
DAYS = Calendar([date(2026, 7, 3), date(2026, 12, 25)])
LONG_AGO = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.fixture
def recur(recur, world):
    """In the names of two who have had a telephone for long."""
    for name in ("ana", "alice"):
        enrolled(world.users[name], "phone", confirmed_at=LONG_AGO, trusted_at=LONG_AGO)
    return recur


def noon(text):
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), EXCHANGE_ZONE) + timedelta(hours=12)


def turns():
    return list(RecurringTurn.unscoped.order_by("due_on").values_list("due_on", "asked_on", "problem"))


def one_of(found):
    return RecurringInstruction.unscoped.get(pk=found.pk)


def change(world, name, action, found, **more):
    with acting(world.users[name].pk) as who:
        return getattr(actions, action)(who=who, found=found, **more)


@pytest.mark.parametrize(("starts", "every", "due"), [
    ("2026-01-31", "month", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
    ("2027-12-31", "month", ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"]),
    ("2026-11-30", "quarter", ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
    ("2028-02-29", "year", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
])  # fmt: skip
def test_months_without_such_a_day_have_it_on_their_last(starts, every, due):
    begins = date.fromisoformat(starts)
    assert [nth(begins, every, turn).isoformat() for turn in range(len(due))] == due
    for before, after in itertools.pairwise(due):
        assert next_after(begins, every, date.fromisoformat(before)).isoformat() == after


@pytest.mark.parametrize(("due", "asks"), [
    ("2026-08-15", "2026-08-14"),  # TRX-6: a Saturday
    ("2026-08-16", "2026-08-14"),
    ("2026-08-14", "2026-08-14"),
    ("2026-07-05", "2026-07-02"),  # Sunday, Saturday, and the holiday before
    ("2026-12-25", "2026-12-24"),
])  # fmt: skip
def test_a_closed_day_is_asked_for_on_the_business_day_before(due, asks):
    assert asked_on(date.fromisoformat(due), DAYS).isoformat() == asks


def test_what_has_passed_is_not_the_next_one():
    begins = date(2026, 8, 15)
    assert first_open(begins, "month", date(2026, 8, 14), DAYS) == begins
    # On the Saturday itself its Friday has passed.
    assert first_open(begins, "month", date(2026, 8, 15), DAYS) == date(2026, 9, 15)


def test_trx_6_a_run_of_a_saturday_is_asked_for_on_its_friday_and_only_once(till, recur):
    till.cash("U1000001", "1000", day=date(2026, 8, 12))
    found = recur("ana", "U1000001", starts_on=date(2026, 8, 15))
    assert ask_due(at=noon("2026-08-13")) == 0
    assert ask_due(at=noon("2026-08-14")) == 1
    for at in (noon("2026-08-14"), noon("2026-08-15"), noon("2026-08-17")):
        assert ask_due(at=at) == 0
    (made,) = FundingRequest.unscoped.all()
    # An ordinary request: it waits for the advisor as any withdrawal of a client.
    assert (made.kind, made.amount, made.status, made.requested_on) == (
        *("withdrawal", Decimal("100.00"), "pending_advisor"),
        date(2026, 8, 14),
    )
    assert turns() == [(date(2026, 8, 15), date(2026, 8, 14), "")]
    assert one_of(found).next_on == date(2026, 9, 15)


def test_killed_between_the_request_and_its_note_it_finds_the_same_request(till, recur, monkeypatch):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    recur("ana", "U1000001")
    with monkeypatch.context() as killed:
        killed.setattr(asking, "_write_down", lambda *args, **more: 1 / 0)
        with pytest.raises(ExceptionGroup):
            ask_due(at=noon("2026-05-15"))
    assert (FundingRequest.unscoped.count(), turns()) == (1, [])
    assert ask_due(at=noon("2026-05-15")) == 1
    assert (FundingRequest.unscoped.count(), len(turns())) == (1, 1)


def test_one_that_goes_wrong_stops_no_other(till, recur, monkeypatch):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    bad, good = recur("ana", "U1000001", amount=Decimal(666)), recur("ana", "U1000001")
    ask = asking._asked

    def fails(who, held, key, at):
        return 1 / 0 if held.pk == bad.pk else ask(who, held, key, at)

    with monkeypatch.context() as broken:
        broken.setattr(asking, "_asked", fails)
        with pytest.raises(ExceptionGroup):
            ask_due(at=noon("2026-05-15"))
    assert [one.amount for one in FundingRequest.unscoped.all()] == [Decimal(100)]
    assert ask_due(at=noon("2026-05-15")) == 1
    assert one_of(good).next_on == one_of(bad).next_on == date(2026, 6, 15)


def test_where_cash_is_short_nothing_is_asked_for_and_its_asker_is_told(till, recur):
    till.cash("U1000001", "99.99", day=date(2026, 5, 13))
    found = recur("ana", "U1000001")
    assert ask_due(at=noon("2026-05-15")) == 1
    assert FundingRequest.unscoped.count() == 0
    (turn,) = RecurringTurn.unscoped.all()
    assert (turn.problem, turn.said) == ("Only %(free)s is available.", {"free": "99.99\u00a0USD"})
    (mail,) = OutboxMessage.unscoped.filter(recipient="ana@example.test", natural_key__startswith="recurring ")
    assert "U1000001" in mail.body
    # The next month has its own day; what was missed is not asked for besides.
    till.cash("U1000001", "1000", day=date(2026, 6, 12))
    assert ask_due(at=noon("2026-06-15")) == 1
    assert FundingRequest.unscoped.count() == 1
    assert one_of(found).next_on == date(2026, 7, 15)


def test_limits_are_those_of_the_device_that_set_it_up(till, recur):
    """200,000 dollars a day by text, so the dollar after them is refused; by telephone it is not."""
    till.cash("U1000001", "500000", day=date(2026, 5, 13))
    recur("ana", "U1000001", amount=Decimal(200_000), factor="text", starts_on=date(2026, 5, 16))
    assert ask_due(at=noon("2026-05-15")) == 1
    recur("ana", "U1000001", amount=Decimal(1), factor="text", at=noon("2026-05-15"))
    assert ask_due(at=noon("2026-05-15")) == 1
    recur("ana", "U1000001", amount=Decimal(1), factor="phone", at=noon("2026-05-15"))
    assert ask_due(at=noon("2026-05-15")) == 1
    assert FundingRequest.unscoped.count() == 2
    (refused,) = RecurringTurn.unscoped.exclude(problem="")
    assert refused.problem.startswith("With this device at most USD")


def test_a_device_that_was_revoked_since_confirms_nothing_more(till, recur, world):
    """Set up with a card, without a limit; by the telephone that is left a million a day, without both a number."""
    till.cash("U1000001", "5000000", day=date(2026, 5, 13))
    enrolled(world.users["ana"], "card", confirmed_at=LONG_AGO, trusted_at=LONG_AGO)
    recur("ana", "U1000001", amount=Decimal(1_000_001), factor="card")
    recur("ana", "U1000001", factor="card", starts_on=date(2026, 7, 15))
    assert ask_due(at=noon("2026-05-15")) == 1
    assert FundingRequest.unscoped.get().factor == "card"

    hers = Device.unscoped.filter(user=world.users["ana"])
    hers.filter(kind="card").update(revoked_at=noon("2026-06-01"))
    assert ask_due(at=noon("2026-06-15")) == 1
    (refused,) = RecurringTurn.unscoped.exclude(problem="")
    assert refused.problem.startswith("With this device at most USD")
    assert refused.said["most"] == number_words(Decimal(1_000_000), 0)

    hers.update(revoked_at=noon("2026-06-16"))
    assert ask_due(at=noon("2026-07-15")) == 2
    made = FundingRequest.unscoped.get(amount=100)
    assert (made.factor, made.status) == ("password", "pending_confirmation")
    assert FundingRequest.unscoped.count() == 2


def test_a_device_that_came_since_raises_no_limit(till, recur, world):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    recur("ana", "U1000001", factor="password")
    enrolled(world.users["ana"], "card", confirmed_at=LONG_AGO, trusted_at=LONG_AGO)
    assert ask_due(at=noon("2026-05-15")) == 1
    assert FundingRequest.unscoped.get().status == "pending_confirmation"


def test_without_a_device_each_time_mails_a_number(till, recur):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    recur("ana", "U1000001", factor="password")
    assert ask_due(at=noon("2026-05-15")) == 1
    assert FundingRequest.unscoped.get().status == "pending_confirmation"
    assert OutboxMessage.unscoped.filter(natural_key__startswith="funding number").count() == 1


def test_a_limit_of_the_moment_is_no_outcome_of_a_turn(till, recur):
    """Eleven of one day without a device: ten numbers are mailed within the hour, and the eleventh after it."""
    till.cash("U1000001", "5000", day=date(2026, 5, 13))
    for _turn in range(11):
        recur("ana", "U1000001", factor="password")
    assert ask_due(at=noon("2026-05-15")) == 10
    assert ask_due(at=noon("2026-05-15") + timedelta(minutes=59)) == 0
    assert (FundingRequest.unscoped.count(), RecurringTurn.unscoped.count()) == (10, 10)

    assert ask_due(at=noon("2026-05-15") + timedelta(minutes=61)) == 1

    assert FundingRequest.unscoped.count() == 11
    assert {problem for _due, _asked, problem in turns()} == {""}


def test_a_turn_waits_for_a_rate_and_not_for_ever(till, recur):
    """No rate of EUR is known: looked at each day, and given up when seven days have passed."""
    till.cash("U1000001", "1000", currency="EUR", day=date(2026, 5, 13))
    recur("ana", "U1000001", currency="EUR")
    assert [ask_due(at=noon(f"2026-05-{day}")) for day in ("15", "18", "22")] == [0, 0, 0]
    assert turns() == []

    assert ask_due(at=noon("2026-05-23")) == 1

    assert turns() == [(date(2026, 5, 15), date(2026, 5, 23), "Nobody could ask for it in time.")]
    assert not FundingRequest.unscoped.exists()


def test_pause_end_last_day_and_what_fell_into_a_pause(till, recur, world):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    found = recur("ana", "U1000001", ends_on=date(2026, 8, 15))
    change(world, "ana", "pause", found)
    assert ask_due(at=noon("2026-06-15")) == 0
    change(world, "ana", "resume", found, at=noon("2026-06-16"))
    assert one_of(found).next_on == date(2026, 7, 15)
    assert ask_due(at=noon("2026-07-15")) == 1
    assert ask_due(at=noon("2026-08-14")) == 1
    last = one_of(found)
    assert (last.state, len(turns())) == ("ended", 2)
    for action, more in (("pause", {}), ("end", {"at": noon("2026-08-14")})):
        with pytest.raises(FundingConflict):
            change(world, "ana", action, found, **more)


def test_what_nobody_could_ask_for_in_time_is_not_made_up_for(till, recur):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    recur("ana", "U1000001")
    assert ask_due(at=noon("2026-07-01")) == 2
    assert FundingRequest.unscoped.count() == 0
    assert {problem for _due, _asked, problem in turns()} == {"Nobody could ask for it in time."}


def test_it_ends_with_the_seat_of_who_set_it_up(till, recur, world):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    found = recur("alice", "U1000001")
    User.objects.filter(pk=world.users["alice"].pk).update(is_active=False)
    assert ask_due(at=noon("2026-05-15")) == 0
    assert FundingRequest.unscoped.count() == 0
    assert one_of(found).state == "ended"
    assert "may not move money" in one_of(found).reason


def test_an_advisors_waits_for_the_client_each_time_and_ends_with_a_move(till, recur, world):
    till.cash("U1000001", "1000", day=date(2026, 5, 13))
    found = recur("alice", "U1000001")
    ask_due(at=noon("2026-05-15"))
    assert FundingRequest.unscoped.get().status == "pending_verification"
    with as_role("office"):
        actions.end_for_move(account=world["U1000001"], at=noon("2026-05-16"))
    assert (one_of(found).state, one_of(found).reason) == ("ended", "The account has another advisor now.")


def test_what_is_not_to_be_set_up(till, recur, world):
    bank = till.bank("ana", "U1000001").bank
    for more, words in (
        ({"amount": Decimal(0)}, "above zero"),
        ({"amount": Decimal("1.001")}, "smallest amount"),
        ({"starts_on": date(2026, 5, 1), "ends_on": date(2026, 4, 30)}, "before the first"),
        ({"starts_on": date(2026, 4, 30)}, "has passed"),
        ({"starts_on": date(2176, 5, 15)}, "within 50 years"),
        ({"kind": "deposit", "method": "ACH", "currency": "EUR"}, "moves USD only"),
        ({"kind": "deposit", "method": "INTERNAL"}, "method"),
        ({"method": "ACH", "bank": bank}, "saved bank"),
        ({"kind": "internal_cash", "method": "INTERNAL", "counter": world["U1000002"]}, "same owner"),
    ):
        with pytest.raises(FundingProblem, match=words):
            recur("ana", "U1000001", **more)
    assert RecurringInstruction.unscoped.count() == 0
    key = uuid4()
    assert recur("ana", "U1000001", key=key).pk == recur("ana", "U1000001", key=key).pk
    with pytest.raises(FundingConflict):
        recur("ana", "U1000001", key=key, amount=Decimal(2))


def test_the_database_lets_nobody_else_set_up_or_change_one(till, recur, world):
    found = recur("ana", "U1000001")
    for name in ("ken", "bob", "chidi"):
        with transaction.atomic(), as_role("default"):
            enter(world.users[name].pk)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE broker_recurringinstruction SET state = 'paused'")
                assert cursor.rowcount == 0, name
    # Its own advisor sees it, and changes nothing that the client has set up; the client makes no other thing of it.
    for name, sql in (
        ("alice", "UPDATE broker_recurringinstruction SET state = 'paused'"),
        ("ana", "UPDATE broker_recurringinstruction SET amount = 1"),
        ("ana", "UPDATE broker_recurringinstruction SET next_on = next_on - 1"),
        ("ana", "DELETE FROM broker_recurringinstruction"),
        ("ana", "INSERT INTO broker_recurringturn (due_on) VALUES ('2026-05-15')"),
    ):
        try:
            with transaction.atomic(), as_role("default"):
                enter(world.users[name].pk)
                with connection.cursor() as cursor:
                    cursor.execute(sql)
                    assert cursor.rowcount == 0, sql
        except DatabaseError:
            pass
    assert (one_of(found).state, one_of(found).amount, one_of(found).next_on) == (
        *("active", Decimal("100.00")),
        date(2026, 5, 15),
    )
