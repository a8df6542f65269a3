"""I10: what nights made is made again from the inputs alone, with the same hash; a ledger that was touched is not."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from accounts.broker.feed.tables import PRICED
from accounts.broker.transmit.actions import ask_reversal
from accounts.broker.transmit.answers import take_answers
from accounts.broker.transmit.models import Instruction
from accounts.desk.mailboxes.models import MailboxCharge
from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Hold
from accounts.ground.tree.actions import create_money_manager
from accounts.ground.tree.models import Account
from fees.engine.registry import FUND_CODES, TRADE_CODES
from fees.posting.models import Charge
from portal import nightly
from portal.office.actions import hold_back, use_day_before
from portal.replay.inputs import MADE, SENT
from portal.replay.run import ReplayRefused, replay
from tests.fees.posting.lies import CORRECTED
from tests.night import book
from tests.night.book import CLOSING, CLOSING_EVENING, EVENING
from tests.night.crash import Eve

# What the night's login may write although people or the broker bring it in too, and why it stays.
STAYS = {
    "accounts_request", "accounts_event", "accounts_notification", "accounts_outboxmessage", "accounts_trailentry",
    "accounts_account", "accounts_calendarday", "fees_runschedule", "desk_recoveryline",
    # Requests write most of them; that a charge was moved is taken back, and each waits for its night again.
    "desk_mailboxcharge",
}  # fmt: skip


@pytest.fixture
def lived(eve: Eve):
    """The night that closes every period, and the one after it, in a database of their own.

    Between them the back office lets a value of the day before stand and holds back an account of the next night, and
    a practice asks for another mailbox; the first night has renewed the one that it has, and what that costs is
    rejected by the broker and given up.
    """
    with eve.clone() as name:
        mailbox("jane", "active", date(2025, 4, 30))
        nightly.night(CLOSING, at=CLOSING_EVENING)
        with as_role("owner"):
            ana = Account.unscoped.get(number="U1000001")
            late = Hold.unscoped.get(day=CLOSING, reason="no_nav", resolved_at=None)
        with as_role("office"):
            use_day_before(hold=late, reason="No statement", by=0, at=timezone.now())
            hold_back(account=ana, day=date(2025, 10, 1), reason="Being looked at", by=0, at=timezone.now())
        mailbox("joe", "requested", CLOSING)
        give_up_renewal()
        assert nightly.night(date(2025, 10, 1), at=EVENING)["state"] == "done"
        yield name


def give_up_renewal() -> None:
    """What the first night renewed, 12.00, is rejected, and the back office has it written off."""
    with as_role("owner"):
        renewed = Instruction.unscoped.get(kind="mailbox", amount=Decimal("12.00"))
    with as_role("night"):
        take_answers(f"reference,answer,reason\n{renewed.transfer_id},rejected,no cash\n".encode(), at=timezone.now())
    with as_role("office"):
        ask_reversal(instruction=renewed, reason="Not worth another try", by=7, at=timezone.now())


def mailbox(name: str, state: str, day: date) -> None:
    """A mailbox of Northgate's asked for on a day, at 1.00 a month: 1 month from 30 April, 8 from 30 September."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            "INSERT INTO desk_mailbox (id, firm_id, practice_id, account_id, batch, address, key, domain, name,"
            " is_archived, state, state_at, requested_by, requested_at)"
            " SELECT md5(%(name)s)::uuid, firm_id, practice_id, id, gen_random_uuid(), %(name)s || '@northgate.com',"
            "        %(name)s || '@northgate.com', 'northgate.com', %(name)s, false, %(state)s, %(at)s, 1, %(at)s"
            "   FROM accounts_account WHERE number = 'F100001'",
            {"name": name, "state": state, "at": f"{day} 16:00+00"},
        )
        cur.execute(
            "INSERT INTO desk_mailboxcharge (id, firm_id, practice_id, account_id, mailbox_id, item, year_starts,"
            " months, rate, amount, currency, charged_on, charged_at)"
            " SELECT md5(id::text)::uuid, firm_id, practice_id, account_id, id, 'mailbox', %s, %s, 1, %s, 'USD', %s,"
            " state_at FROM desk_mailbox WHERE name = %s",
            [date(2024 + (day.month > 4), 5, 1), (16 - day.month) % 12 + 1, (16 - day.month) % 12 + 1, day, name],
        )


def test_the_ledger_is_the_same_from_the_inputs_alone(lived):
    told = StringIO()
    call_command("replay", "--copy", f"{lived}_again", "--json", stdout=told, stderr=StringIO())

    found = json.loads(told.getvalue())
    assert found["ok"] and found["same"]
    assert found["nights"] == 13
    assert found["before"]["movements"] > 20
    assert len(found["before"]["seals"]) == 2
    with as_role("owner"):
        moved = MailboxCharge.unscoped.order_by("moved_on", "amount").values_list("amount", "moved_on")
        # The year that began in May is 12 months, which the second night writes off; who asked between the nights is
        # moved by the second.
        assert [(str(amount), day) for amount, day in moved] == [
            *(("1.00", CLOSING), ("12.00", CLOSING), ("8.00", date(2025, 10, 1)), ("12.00", date(2025, 10, 1)))
        ]


def test_a_movement_that_no_night_made_does_not_come_again(lived):
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute("ALTER TABLE accounts_transfer DISABLE TRIGGER USER")
        cur.execute(
            "UPDATE accounts_transfer SET amount = amount + 1 WHERE id = (SELECT min(id::text)::uuid"
            " FROM accounts_transfer WHERE kind = 'fee' AND day = %s)",
            [CLOSING],
        )
        cur.execute("ALTER TABLE accounts_transfer ENABLE TRIGGER USER")

    found = replay(copy=f"{lived}_again")

    assert not found.is_same
    assert found.before.movements == found.after.movements
    assert found.before.seals == found.after.seals


def test_a_value_that_was_corrected_is_known_again_only_from_then_on(lived):
    """The night of the closing knew the old value: with the new one from the start the fee of the day would differ."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            "INSERT INTO broker_navhistory (firm_id, account_id, nav_date, nlv, flow, currency, recorded_at,"
            " replaced_by_id, replaced_at)"
            " SELECT a.firm_id, a.id, n.nav_date, n.nlv, n.flow, n.currency, NULL, 1, now()"
            " FROM broker_navdaily n JOIN accounts_account a ON a.id = n.account_id"
            " WHERE a.number = 'U1000001' AND n.nav_date = %s",
            [CLOSING],
        )
        cur.execute(
            "UPDATE broker_navdaily SET nlv = %s WHERE nav_date = %s"
            " AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')",
            [Decimal("999999"), CLOSING],
        )

    assert replay(copy=f"{lived}_again").is_same


def late_file() -> int:
    """A statement that has come just now."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            "INSERT INTO broker_statementfile (sha256, name, kind, state, size, imported_at, told_at, query_name,"
            " statements, counts, problem) SELECT 'late ' || count(*), 'late', 'flex', 'loaded', 1, clock_timestamp(),"
            " clock_timestamp(), '', 1, '{}', '' FROM broker_statementfile RETURNING id"
        )
        return cur.fetchone()[0]


def traded(number: str, *, named: str = "", file: int = 0, **more: object) -> None:
    """Another execution like the book's own, told by a file that came just now or was there from the start."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        changed = {"key": f"{number}:{number}:EXECUTION", "trade_id": number, "orig_trade_id": named, "file_id": file}
        cur.execute(
            "INSERT INTO broker_trade SELECT r.* FROM broker_trade t CROSS JOIN LATERAL jsonb_populate_record(t,"
            " %s::jsonb || jsonb_build_object('id', nextval('broker_trade_id_seq'), 'told_at',"
            "   CASE WHEN %s > 0 THEN clock_timestamp() END)) r WHERE t.key = '1:1:EXECUTION'",
            [json.dumps({**changed, **more}), file],
        )


def noted(number: str, notes: str) -> None:
    """As the import corrects an execution in its own row."""
    file, key = late_file(), f"{number}:{number}:EXECUTION"
    kept = ", ".join(PRICED)
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            f"INSERT INTO broker_tradehistory (firm_id, account_id, trade_id, {kept}, file_id, replaced_by_id,"
            f" replaced_at) SELECT firm_id, account_id, id, {kept}, file_id, %s, clock_timestamp() FROM broker_trade"
            "  WHERE key = %s",
            [file, key],
        )
        cur.execute("UPDATE broker_trade SET notes = %s, file_id = %s WHERE key = %s", [notes, file, key])


def charged_on_trades() -> list[tuple[int, Decimal]]:
    with as_role("owner"):
        rows = Charge.unscoped.filter(method__in=TRADE_CODES).order_by("starts", "revision")
        return list(rows.values_list("revision", "amount"))


def test_what_statements_told_of_trades_is_known_again_only_from_then_on(eve):
    """Three tickets of 2.00; then one was a liquidation, one is cancelled by a row of its own, a fourth comes late."""
    with eve.clone() as name:
        traded("2")
        traded("3")
        nightly.night(CLOSING, at=CLOSING_EVENING)
        noted("2", "L")
        traded("8", named="3", kind="TradeCancel", quantity=-100, commission=1, file=late_file())
        traded("4", file=late_file())
        assert nightly.night(date(2025, 10, 1), at=EVENING)["state"] == "done"
        assert charged_on_trades() == [(0, Decimal("6.00")), (1, Decimal("-4.00")), (0, Decimal("2.00"))]

        assert replay(copy=f"{name}_again").is_same


def test_a_value_that_was_adjusted_is_adjusted_again(eve):
    """Ana's 5 % of the closing's 100,077 are 19.86 a day; it had been 90,000: 2.00 less."""
    with eve.clone() as name:
        nightly.night(CLOSING, at=CLOSING_EVENING)
        with as_role("owner"), connections["owner"].cursor() as cur:
            cur.execute(CORRECTED.replace("2025-09-29", CLOSING.isoformat()))
        assert nightly.night(date(2025, 10, 1), at=EVENING)["state"] == "done"
        with as_role("owner"):
            again = Charge.unscoped.get(account__number="U1000001", revision=1, method=1)
        assert (again.amount, again.state) == (Decimal("-2.00"), "posted")

        assert replay(copy=f"{name}_again").is_same


def test_an_invoice_of_a_money_manager_is_paid_again_though_the_assignment_has_ended(eve):
    with eve.clone() as name:
        with as_role("owner"):
            top = Account.unscoped.get(number="F900001")
            manager = create_money_manager(
                top=top, name="Gannet Trading", number="A9000002", base_currency="GBP", day=book.FIRST
            )
        with as_role("owner"), connections["owner"].cursor() as cur:
            cur.execute(
                "INSERT INTO accounts_assignment (id, firm_id, practice_id, account_id, manager_id, number, title,"
                " advisor, state, asked_at, asked_by)"
                " SELECT gen_random_uuid(), firm_id, practice_id, id, %s, number, title, '', 'asked',"
                "        clock_timestamp(), 1 FROM accounts_account WHERE number = 'U9000001'",
                [manager.pk],
            )
            cur.execute("UPDATE accounts_assignment SET state = 'accepted', decided_at = clock_timestamp()")
            cur.execute(
                "INSERT INTO fees_invoicecap (firm_id, account_id, practice_id, version, kind, rate, starts,"
                " signed_name, signed_at, document_hash, agreed_at)"
                " SELECT firm_id, id, %s, 1, 'PERCENTOFNLV_CAP', 0.01, %s, 'A Client', %s, repeat('5e', 32), %s"
                "   FROM accounts_account WHERE number = 'U9000001'",
                [manager.practice_id, book.FIRST, book.SIGNED_AT, book.SIGNED_AT],
            )
            cur.execute(
                "INSERT INTO fees_invoice (id, firm_id, account_id, practice_id, amount, currency, memo, business_day,"
                " state, reason, needs_approval, submitted_at, submitted_by_id)"
                " SELECT gen_random_uuid(), firm_id, id, %s, 5, base_currency, '', %s, 'pending', '', false, %s, 1"
                "   FROM accounts_account WHERE number = 'U9000001'",
                [manager.practice_id, CLOSING, book.SIGNED_AT],
            )
        assert nightly.night(CLOSING, at=CLOSING_EVENING)["problem"] == ""
        with as_role("owner"), connections["owner"].cursor() as cur:
            cur.execute("SELECT state, reason FROM fees_invoice WHERE practice_id = %s", [manager.practice_id])
            assert cur.fetchall() == [("processed", "")]
            cur.execute("UPDATE accounts_assignment SET state = 'ended', ended_at = clock_timestamp()")
        done = nightly.night(date(2025, 10, 1), at=EVENING)
        assert done["problem"] == ""

        assert replay(copy=f"{name}_again").is_same


def told_by_statement(value: str | None, *, file: int | None = None) -> None:
    """What the statement says of Chidi's investment in BETA; with `file` in one that has come just now."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        if file is not None:
            cur.execute(
                "INSERT INTO broker_statementfile (id, sha256, name, kind, state, size, imported_at, query_name,"
                " statements, counts, problem)"
                " VALUES (%s, 'x', 'late', 'flex', 'loaded', 1, clock_timestamp(), '', 1, '{}', '')",
                [file],
            )
        cur.execute("DELETE FROM broker_position WHERE symbol = 'BETA'")
        if value is not None:
            cur.execute(
                "INSERT INTO broker_position (account_id, day, key, level, side, asset, symbol, currency, quantity,"
                " value, file_id) SELECT id, %s, 'BETA', 'SUMMARY', 'Long', 'FUND', 'BETA', base_currency, 1, %s, %s"
                " FROM accounts_account WHERE number = 'U2000001'",
                [CLOSING, value, file or 0],
            )


def charged_on_funds() -> list[Decimal]:
    with as_role("owner"):
        rows = Charge.unscoped.filter(method__in=FUND_CODES).order_by("revision")
        return list(rows.values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("first", "amounts"),
    [
        # 310,000 x 1.2 % x 12 / 252, known only after the first night: that one holds the account.
        pytest.param(None, ["177.14"], id="late"),
        # 300,000 first: 171.43; the difference of 5.71 follows.
        pytest.param("50000", ["171.43", "5.71"], id="corrected"),
    ],
)
def test_what_a_statement_told_of_a_fund_is_known_again_only_from_then_on(eve, first, amounts):
    with eve.clone() as name:
        told_by_statement(first)
        nightly.night(CLOSING, at=CLOSING_EVENING)
        told_by_statement("60000", file=7)
        assert nightly.night(date(2025, 10, 1), at=EVENING)["state"] == "done"
        assert charged_on_funds() == [Decimal(one) for one in amounts]

        assert replay(copy=f"{name}_again").is_same


def test_a_value_of_a_fund_that_no_statement_tells_does_not_come_again(eve):
    """No statement has come since: the replay takes the value from the position, and finds that it was another."""
    with eve.clone() as name:
        nightly.night(CLOSING, at=CLOSING_EVENING)
        told_by_statement("60000")

        assert not replay(copy=f"{name}_again").is_same


def test_a_database_that_others_use_is_not_copied(lived):
    with connections["office"].cursor() as cur:
        cur.execute("SELECT 1")
        # The command closes its own connections; somebody else's stays.
        other = connections["office"].connection
        connections["office"].connection = None
        try:
            with pytest.raises(ReplayRefused, match="Others are connected"):
                replay(copy=f"{lived}_again")
        finally:
            other.close()


def test_every_table_that_nights_write_is_made_again_or_said_to_stay(lived):
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND c.relnamespace = 'public'::regnamespace AND has_table_privilege('portal_night', c.oid, 'INSERT')"
            " AND c.relname NOT LIKE 'broker\\_%'"
        )
        writes = {name for (name,) in cur.fetchall()}

    assert writes - set(MADE) - set(SENT) <= STAYS
