"""Choosing lots: the methods, the lock, the deadline, and who may not; a refusal moves nothing."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connections, transaction

from accounts.broker.lots.actions import choose, set_default
from accounts.broker.lots.locking import begin, break_lock, finish, hold
from accounts.broker.lots.models import LotChoice, LotDefault, LotLock
from accounts.broker.lots.queries import choices_of, contracts_of
from accounts.broker.lots.rules import RUNNING, LotConflict, LotProblem, check_day, final_at, first_open_day
from accounts.ground.access.context import acting
from accounts.ground.access.scope import NotAllowed
from accounts.ground.days.queries import calendar
from accounts.ground.models import Event, TrailEntry
from portal.lib.exchange import exchange_day
from tests.broker.lots.conftest import HELD, SOLD_ON, TRADES
from tests.house.written import fingerprint_of_rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    """The database's own clock decides what is final and who has been heard of, so these go by it, however long the
    tests before them took."""
    return datetime.now(UTC)


@pytest.fixture
def ana(world, told):
    told(*TRADES, held=HELD)
    return world["U1000001"]


def test_set_4_one_person_runs_it_and_is_gone_a_quarter_of_an_hour_after_the_last_sign(ana, seated, now):
    # Vera comes now, a quarter of an hour after Alice was last heard of: by the database's own clock too.
    begun_at = now - 26 * MINUTE
    with seated("alice") as alice:
        since = begin(who=alice, account=ana, at=begun_at)
        hold(who=alice, account=ana, at=begun_at + 10 * MINUTE)
        assert begin(who=alice, account=ana, at=begun_at + 11 * MINUTE) == since
    with seated("vera") as vera:
        with pytest.raises(LotConflict) as refused:
            begin(who=vera, account=ana, at=begun_at + 26 * MINUTE - timedelta(seconds=1))
        assert str(refused.value) == "Another user is running Tax Optimizer" == str(RUNNING)
        begin(who=vera, account=ana, at=begun_at + 26 * MINUTE)
    with seated("alice") as alice, pytest.raises(LotConflict, match="Another user is running Tax Optimizer"):
        hold(who=alice, account=ana, at=begun_at + 27 * MINUTE)
    with seated("vera") as vera:
        # Away for an hour, and nobody else came.
        hold(who=vera, account=ana, at=begun_at + 90 * MINUTE)
        finish(who=vera, account=ana, at=begun_at + 91 * MINUTE)
    with seated("alice") as alice:
        with pytest.raises(LotConflict, match="first"):
            hold(who=alice, account=ana, at=begun_at + 92 * MINUTE)
        begin(who=alice, account=ana, at=begun_at + 92 * MINUTE)


def test_only_a_primary_user_breaks_it_and_the_history_keeps_that(ana, seated, world, now):
    with seated("alice") as alice:
        begin(who=alice, account=ana, at=now)
    with seated("vera") as vera, pytest.raises(NotAllowed):
        break_lock(who=vera, account=ana, at=now)
    with seated("alice") as alice:
        finish(who=alice, account=ana, at=now)
    with seated("vera") as vera:
        begin(who=vera, account=ana, at=now)
    with seated("alice") as alice:
        break_lock(who=alice, account=ana, at=now + MINUTE)
        with pytest.raises(LotConflict, match="Nobody"):
            break_lock(who=alice, account=ana, at=now + MINUTE)
    with seated("vera") as vera, pytest.raises(LotConflict, match="first"):
        hold(who=vera, account=ana, at=now + 2 * MINUTE)
    [event] = Event.unscoped.filter(kind="tax_lots")
    assert (event.status, event.user_id, event.data["user"]) == (
        "broken",
        world.users["alice"].pk,
        world.users["vera"].pk,
    )
    assert TrailEntry.unscoped.filter(table="broker_lotlock", account_id=ana.pk).count() >= 3


def test_what_is_chosen_matches_and_can_be_changed(ana, seated, now):
    early = now - 20 * MINUTE
    with seated("alice") as who:
        begin(who=who, account=ana, at=early)
        day = first_open_day(now, calendar())
        for method, lots in (("LIFO", {}), ("SL", {key(ana, who, 2): Decimal(30)}), ("HC", {})):
            row = choose(who=who, account=ana, contract="77", day=day, method=method, lots=lots, at=early)
            assert (row.method, row.final_at) == (method, final_at(day))
            assert row.lots == {name: str(quantity) for name, quantity in lots.items()}
        set_default(who=who, account=ana, method="MLG", at=early)
        set_default(who=who, account=ana, method="LIFO", at=early)
    assert LotChoice.unscoped.get().method == "HC"
    assert LotDefault.unscoped.get().method == "LIFO"
    with seated("vera") as vera:
        # A colleague, once it is free.
        begin(who=vera, account=ana, at=now)
        choose(who=vera, account=ana, contract="77", day=day, method="LC", at=now)
        set_default(who=vera, account=ana, method="MSL", at=now)
    assert (LotChoice.unscoped.get().method, LotDefault.unscoped.get().method) == ("LC", "MSL")
    assert Event.unscoped.filter(kind="tax_lots").count() == 7
    # What is closed already keeps its method: the default begins with the day that is open.
    with seated("ana") as who:
        [found] = contracts_of(who, ana, choices_of(who, ana))
    assert (found.book.gains(SOLD_ON), found.chosen(day)[0]) == (1250, "LC")


def key(account, who, place):
    [found] = contracts_of(who, account, choices_of(who, account))
    return found.book.lots[place].key


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"contract": "nothing"}, "no such contract"),
        ({"method": "AVG"}, "no such method"),
        ({"method": "SL"}, "how much of which lot"),
        ({"method": "SL", "lots": {"x": Decimal(1)}}, "not open any more"),
        ({"days": -1}, "are final"),
        ({"days": 30}, "coming week"),
    ],
)
def test_what_makes_no_sense_is_refused(ana, seated, asked, words, now):
    with seated("alice") as who:
        begin(who=who, account=ana, at=now)
        day = first_open_day(now, calendar()) + timedelta(days=asked.pop("days", 0))
        with pytest.raises(LotProblem, match=words):
            choose(who=who, account=ana, at=now, **{"contract": "77", "method": "LIFO", "day": day, **asked})
    assert not LotChoice.unscoped.exists()


def test_a_lot_gives_no_more_than_it_has(ana, seated, now):
    with seated("alice") as who:
        begin(who=who, account=ana, at=now)
        day = first_open_day(now, calendar())
        for quantity in ("100.0000000001", "-1"):
            with pytest.raises(LotProblem, match="no more|cannot give"):
                lots = {key(ana, who, 2): Decimal(quantity)}
                choose(who=who, account=ana, contract="77", day=day, method="SL", lots=lots, at=now)


def test_half_past_eight_in_new_york_is_too_late():
    book = calendar_of_days()
    friday = datetime(2025, 6, 13, tzinfo=UTC).date()
    before, after = final_at(friday) - timedelta(microseconds=1), final_at(friday)

    assert final_at(friday) == datetime(2025, 6, 14, 0, 30, tzinfo=UTC)  # summer time
    assert (first_open_day(before, book), first_open_day(after, book)) == (friday, friday + timedelta(days=3))
    check_day(friday, before, book)
    with pytest.raises(LotConflict, match="final"):
        check_day(friday, after, book)
    with pytest.raises(LotProblem, match="coming week"):
        check_day(friday + timedelta(days=1), before, book)


def calendar_of_days():
    from portal.lib.business_days import Calendar

    return Calendar()


def test_the_database_keeps_what_is_final(ana, as_role, now):
    """By its own clock, whoever asks and whatever the page believes."""
    row = {
        "firm_id": ana.firm_id, "account": ana, "starts": "2025-06-13", "method": "LIFO", "chosen_by": 1,
        "chosen_at": now, "final_at": now - MINUTE,
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        LotDefault.unscoped.create(**row)
    tomorrow = now + timedelta(days=1)
    # A page may not say that the day ends on another one.
    with pytest.raises(DatabaseError, match="final_on_its_day"), transaction.atomic():
        LotDefault.unscoped.create(**{**row, "final_at": tomorrow})
    choice = {**row, "contract": "77", "symbol": "XYZ", "day": row["starts"], "final_at": tomorrow}
    del choice["starts"]
    with pytest.raises(DatabaseError, match="final_on_its_day"), transaction.atomic():
        LotChoice.unscoped.create(**choice)
    LotDefault.unscoped.create(**{**row, "starts": exchange_day(tomorrow), "final_at": tomorrow})
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        LotDefault.unscoped.all().delete()


def test_the_evening_that_comes_between_asking_and_writing_is_a_conflict(ana, seated, monkeypatch, now):
    """The page believes that yesterday is open still; the database knows better."""
    yesterday = exchange_day(now) - timedelta(days=1)
    monkeypatch.setattr("accounts.broker.lots.actions.check_day", lambda *asked: None)
    monkeypatch.setattr("accounts.broker.lots.actions.first_open_day", lambda *asked: yesterday)
    with seated("alice") as who:
        begin(who=who, account=ana, at=now)
        with pytest.raises(LotConflict, match="are final"):
            choose(who=who, account=ana, contract="77", day=yesterday, method="LIFO", at=now)
        with pytest.raises(LotConflict, match="are final"):
            set_default(who=who, account=ana, method="LIFO", at=now)
    assert not LotChoice.unscoped.exists() and not LotDefault.unscoped.exists()


def test_the_second_wall_alone_keeps_a_running_lock_its_holders(ana, seated, world, now):
    """Vera trades in the account too: she neither takes nor ends what alice runs, and alice's end of hers is kept."""
    users = {name: world.users[name].pk for name in ("alice", "vera")}
    with seated("alice") as alice:
        begin(who=alice, account=ana, at=now)
    with seated("vera") as vera:
        for change in ({"user_id": vera.user_id}, {"ended_at": now}, {"beat_at": now - 60 * MINUTE}):
            with pytest.raises(DatabaseError), transaction.atomic():
                LotLock.unscoped.update(**change)
        with pytest.raises(LotConflict):
            # Also a page whose clock goes an hour fast.
            begin(who=vera, account=ana, at=now + 60 * MINUTE)
    lock = LotLock.unscoped.get()
    assert (lock.user_id, lock.beat_at, lock.ended_at) == (users["alice"], now, None)
    with seated("alice") as alice:
        finish(who=alice, account=ana, at=now)
    with seated("vera") as vera:
        begin(who=vera, account=ana, at=now)
    ends = TrailEntry.unscoped.filter(table="broker_lotlock", user_id=users["alice"])
    before = ends.count()
    with seated("alice"):
        with pytest.raises(DatabaseError), transaction.atomic():
            LotLock.unscoped.update(user_id=users["alice"])
        with pytest.raises(DatabaseError), transaction.atomic():
            LotLock.unscoped.update(user_id=1, ended_at=now)
        LotLock.unscoped.update(ended_at=now)
    assert ends.count() == before + 1


REFUSED = [
    ("bob", 404), ("carol", 404), ("ken", 403), ("mallory", 404), ("frank", 403), ("dora", 302), ("ana", 403),
    ("tess", 403),
]  # fmt: skip


def test_nobody_else_chooses_and_nothing_moves(ana, seated, browse, now):
    day = first_open_day(now, calendar())
    with seated("alice") as who:
        begin(who=who, account=ana, at=now)
    posts = {
        "run/": {"what": "break"},
        "default/": {"method": "LIFO"},
        "choose/": {"of": "77", "day": day.isoformat(), "method": "LIFO"},
    }
    for name, status in REFUSED:
        client = browse(name)
        before = fingerprint_of_rows()
        for path, data in posts.items():
            answer = client.post(f"/accounts/U1000001/tax-lots/{path}", data)
            by_api = client.post(f"/api/v1/accounts/U1000001/tax-lots/{path}", data, content_type="application/json")
            assert answer.status_code == status, (name, path)
            assert by_api.status_code in (status, 401, 403), (name, path)
        if status == 404:
            assert client.get("/accounts/U1000001/tax-lots/").status_code == 404
            assert client.get("/accounts/U1000001/tax-lots/contract/?of=77").status_code == 404
        assert fingerprint_of_rows() == before, name


def test_a_sub_account_and_a_second_level_see_their_own_alone(told, world, browse):
    told(*TRADES, held=HELD, account="U2000001")
    for name, status in (("bob", 200), ("alice", 200), ("chidi", 200), ("carol", 404), ("ana", 404), ("mallory", 404)):
        assert browse(name).get("/api/v1/accounts/U2000001/tax-lots/").status_code == status, name


def test_the_second_wall_alone_keeps_strangers_out(ana, seated, as_role, now):
    with seated("alice") as who:
        begin(who=who, account=ana, at=now)
    row = {
        "firm_id": ana.firm_id, "account_id": ana.pk, "contract": "77", "symbol": "XYZ", "method": "LIFO",
        "day": first_open_day(now, calendar()), "chosen_at": now,
    }  # fmt: skip
    row["final_at"] = final_at(row["day"])
    for name in ("bob", "carol", "mallory", "ana"):
        with seated(name) as who:
            assert name == "ana" or not LotLock.unscoped.exists()
            assert not LotLock.unscoped.update(ended_at=now)
            with pytest.raises(DatabaseError), transaction.atomic():
                LotChoice.unscoped.create(**row, chosen_by=who.user_id)
    with seated("alice") as who, pytest.raises(DatabaseError), transaction.atomic():
        LotChoice.unscoped.create(**row, chosen_by=who.user_id + 1)  # under somebody else's name


@pytest.mark.slow
def test_of_two_who_begin_at_once_one_gets_it(own_world, now):
    account, got, gate = own_world["U1000001"], {}, threading.Barrier(2)

    def run(name):
        try:
            with acting(own_world.users[name].pk) as who:
                gate.wait(30)
                begin(who=who, account=account, at=now)
                got[name] = "runs"
        except LotConflict as conflict:
            got[name] = str(conflict)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("alice", "vera")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)

    assert sorted(got.values()) == ["Another user is running Tax Optimizer", "runs"]
    with acting(own_world.users["alice"].pk):
        lock = LotLock.unscoped.get()
    assert got["alice" if lock.user_id == own_world.users["alice"].pk else "vera"] == "runs"
