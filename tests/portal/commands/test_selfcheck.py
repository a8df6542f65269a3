"""selfcheck is quiet on a sound installation, names each break, and ends with 1."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.ground.access.context import as_role
from fees.posting.models import Charge
from portal.selfcheck import books, configuration, rights
from portal.selfcheck.books import Look
from tests.fees.posting.nights import Nights, figures
from tests.house.test_gates_everywhere import GLOBAL_TABLES

ANA = "U1000001"


@pytest.fixture
def billed(world):
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 29))
    nights.values(ANA, "100000", date(2025, 9, 29), date(2025, 10, 1))
    nights.nights(date(2025, 9, 29), date(2025, 10, 1))
    return nights


def ask():
    """(exit code, answer)"""
    out = StringIO()
    try:
        call_command("selfcheck", "--json", stdout=out, stderr=StringIO())
        code = 0
    except SystemExit as end:
        code = end.code
    return code, json.loads(out.getvalue().splitlines()[-1])


def broken():
    code, answer = ask()
    assert (code, answer["ok"]) == ((1, False) if answer["breaks"] else (0, True))
    return {one["check"] for one in answer["breaks"]}


def lie(*statements):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("accounts_transfer", "fees_charge", "fees_accrual", "accounts_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("accounts_transfer", "fees_charge", "fees_accrual", "accounts_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_sound_installation_passes(billed):
    code, answer = ask()

    assert answer["breaks"] == []
    assert code == 0
    assert answer["checks"] == sum(map(len, (books.CHECKS, books.CHECKS_BY_TURNS, rights.CHECKS, configuration.CHECKS)))


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE fees_charge SET exact = exact + 1", "charges_keep_their_fingerprint"),
        ("UPDATE accounts_transfer SET amount = amount + 1 WHERE kind = 'fee'", "the_ledger_is_the_charges"),
        ("DELETE FROM accounts_transfer WHERE kind = 'sweep'", "clearing_is_empty"),
        (
            "UPDATE accounts_run SET state = 'done'; DELETE FROM accounts_seal WHERE day = '2025-10-01'",
            "every_finished_night_is_sealed",
        ),
        ("UPDATE accounts_transfer SET day = '2025-09-28'", "every_movement_belongs_to_a_night"),
        ("UPDATE accounts_transfer SET kind = 'reversal' WHERE kind = 'fee'", "movements_run_from_client_to_advisor"),
        (
            "UPDATE fees_charge SET state = 'written_off', posted_on = NULL WHERE state = 'posted'",
            "what_was_written_off_was_tried",
        ),
        ("UPDATE accounts_seal SET digest = repeat('0', 64) WHERE day = '2025-09-29'", "seals_are_chained"),
        ("UPDATE accounts_seal SET billed = 0, zero = billed", "seals_are_chained"),
        ("UPDATE fees_accrual SET amount = amount + 1", "sealed_days_are_as_they_were"),
        ("UPDATE broker_navdaily SET nlv = 1", "fees_work_out_again"),
        ("UPDATE fees_charge SET posted_on = '2025-10-02' WHERE state = 'posted'", "the_last_night_holds"),
    ],
)
def test_a_lie_in_the_books_is_named(billed, statement, check):
    lie(statement)

    assert check in broken()


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("ALTER TABLE fees_charge NO FORCE ROW LEVEL SECURITY", "every_tenant_table_forces_row_level_security"),
        ("CREATE POLICY wide ON fees_charge FOR SELECT TO portal_web USING (true)", "no_policy_is_open_to_pages"),
        ("GRANT TRUNCATE ON accounts_job TO portal_web", "nobody_may_truncate"),
        ("GRANT UPDATE ON accounts_transfer TO portal_night", "no_role_may_rewrite_the_ledger"),
        ("ALTER TABLE accounts_seal DISABLE TRIGGER accounts_seal_stays", "posted_rows_cannot_be_changed"),
        ("ALTER FUNCTION fees_known_at(bigint, bigint) RESET search_path", "definer_functions_fix_their_path"),
        ("GRANT SELECT ON broker_navdaily_202509 TO portal_web", "partitions_are_reached_through_their_parent"),
    ],
)
def test_a_hole_in_the_wall_is_named(billed, statement, check):
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert check in broken()


@pytest.mark.parametrize("at_once", [1, 2, 5000])
@pytest.mark.parametrize("newest", [0, 2])
def test_every_charge_has_its_turn_once_in_thirty_days(billed, monkeypatch, at_once, newest):
    """Three charges in batches of any size: each once by turns, and the newest every time."""
    monkeypatch.setattr(books, "IDS_AT_ONCE", at_once)
    monkeypatch.setattr(books, "NEWEST_PROOFS", newest)
    with as_role("owner"):
        charges = list(Charge.unscoped.order_by("-created_at", "id").values_list("pk", flat=True))
        seen = [
            charge.pk
            for turn in range(books.ROUND)
            for charge in books._charges_due(Look(date(2026, 1, 1) + timedelta(days=turn)))
        ]

    assert len(charges) == 3
    assert {pk: seen.count(pk) for pk in charges} == {
        pk: books.ROUND if place < newest else 1 for place, pk in enumerate(charges)
    }


def test_a_calendar_that_ends_is_named(billed):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_calendarday WHERE day > '2025-12-31'")

    assert "the_calendar_reaches_far_enough" in {
        check.__name__ for check in configuration.CHECKS if check(date(2025, 12, 1))
    }


def test_debugging_is_named(billed, settings):
    settings.DEBUG = True

    assert "debugging_is_off" in broken()


def test_the_list_of_global_tables_is_the_written_one():
    assert set(rights.GLOBAL_TABLES) == GLOBAL_TABLES


def test_people_read_a_line_for_each_check(billed):
    out = StringIO()
    call_command("selfcheck", stdout=out, stderr=StringIO())

    assert "books: clearing is empty" in out.getvalue()
    assert "0 broken" in out.getvalue()


@pytest.mark.parametrize("whole", [True, False])
def test_older_days_are_looked_at_by_turns_or_all_at_once(billed, monkeypatch, whole):
    monkeypatch.setattr(books, "NEWEST_DAYS", 0)
    monkeypatch.setattr(books, "NEWEST_PROOFS", 0)
    lie("UPDATE fees_accrual SET amount = amount + 1", "UPDATE broker_navdaily SET nlv = 1")
    first = date(2026, 3, 2)
    turns = [first] if whole else [first + timedelta(days=step) for step in range(books.ROUND)]

    with as_role("night"):
        found = [books.sealed_days_are_as_they_were(books.Look(today, whole)) for today in turns]
        fees = [books.fees_work_out_again(books.Look(today, whole)) for today in turns]

    assert len([one for turn in found for one in turn]) == 3, "each of the three days once"
    assert any(fees)
    if not whole:
        assert len([turn for turn in found if turn]) <= 3, "and not all on every day"


def test_charges_and_movements_of_every_day_are_looked_at_every_time(billed, monkeypatch):
    monkeypatch.setattr(books, "NEWEST_DAYS", 0)
    monkeypatch.setattr(books, "ROUND", 10**9)
    lie(
        "UPDATE fees_charge SET amount = amount + 5000, exact = exact + 5000 WHERE starts = '2025-09-29'",
        "UPDATE accounts_transfer SET amount = amount + 5000 WHERE day = '2025-09-30'",
    )

    with as_role("night"):
        found = books.sealed_days_are_as_they_were(books.Look(date(2026, 3, 2)))

    assert {one.sentence.params["rows"] for one in found} == {"charges", "transfers"}
