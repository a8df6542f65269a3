"""What nights made, which a replay takes away, and what came from outside while they ran, which it brings back in time.

Inputs stay: people, accounts, agreements, statements, values, invoices as they were sent. What was told in between (an
answer of the broker, a value that came late or was corrected, a retry) counts from the moment at which it was told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.broker.feed.job import STAGE
from accounts.ground.access.context import cursor
from accounts.ground.runs.actions import BY_OFFICE, answer
from fees.funds.then import Kept, Then
from portal.lib.words import gettext_noop
from portal.replay.told import NOW, Told, tell
from portal.replay.trades import trades

# Written by nights alone. A new table that the night's login may write stands here, or below with a reason.
MADE = (
    *("accounts_run", "accounts_runstage", "accounts_runchunk", "accounts_hold", "accounts_seal"),
    *("accounts_book", "accounts_transfer", "broker_retirement", "broker_instruction", "broker_instructionfile"),
    *("fees_accrual", "fees_adviserdaily", "fees_charge", "fees_periodresult", "fees_tradefee", "fees_notice"),
    *("fees_difference", "fees_cut", "fees_bornecharge"),
    # Those that people told are brought back when they were told; those of statements are taken from them again.
    "fees_fundvalue",
)
# Sent by people; nights write only what became of them.
SENT = ("fees_invoice", "fees_reimbursement")
# Told by statements and people, and told again when they were told first.
RETOLD = ("broker_navdaily", "broker_navhistory", "broker_trade", "broker_tradehistory", "accounts_assignment")
# Written with a request or, in a new year, by a night; each moves again in the night that has moved it.
CHARGED = "desk_mailboxcharge"


@dataclass
class Inputs:
    """The nights to run again, each with the moments up to which it knew values and trades, what was told over time,
    and what each night had taken from statements of funds."""

    nights: list[tuple[date, datetime, datetime, datetime]]
    told: list[Told] = field(default_factory=list)
    funds: dict[date, Then] = field(default_factory=dict)

    def bring(self, until: datetime, *, trades: datetime) -> None:
        """Bring in, in order, what had been told by an instant; of trades by one of their own."""
        due, later = [], []
        for one in self.told:
            (due if one.at <= (trades if one.of_trades else until) else later).append(one)
        self.told = later
        tell(due)
        arrived = [one.arrived for one in due if one.arrived]
        answer(arrived=arrived, stage=STAGE, at=until, resolution=gettext_noop("The statement has arrived"))


def strip() -> Inputs:
    """Take away what nights made, under the owner's login; what they knew, and when."""
    with cursor() as cur:
        cur.execute(
            "SELECT r.day, r.started_at, s.started_at, c.started_at FROM accounts_run r"
            " JOIN accounts_runstage s ON s.run_id = r.id"
            " JOIN accounts_runstage c ON c.run_id = r.id AND c.name = 'close'"
            " WHERE s.name = 'accrue' AND r.state = 'done' AND r.day < coalesce("
            " (SELECT min(day) FROM accounts_run WHERE state <> 'done'), 'infinity') ORDER BY r.day"
        )
        found = Inputs(nights=cur.fetchall(), funds=_funds(cur))
        found.told = [
            *(*_values(cur), *_decided(cur), *_retries(cur)),
            *(*_booked(cur), *_answers(cur), *_worth(cur), *_assigned(cur), *_charged(cur)),
        ]
        touched = (*MADE, *SENT, *RETOLD, CHARGED)
        for table in touched:
            cur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        found.told += trades(cur)
        cur.execute(f"TRUNCATE {', '.join(MADE)}, broker_navhistory")
        cur.execute(
            "UPDATE accounts_assignment SET state = 'cancelled', ended_at = NULL WHERE state IN ('accepted', 'ended')"
        )
        for table in SENT:
            cur.execute(
                f"UPDATE {table} SET state = 'pending', reason = '', processed_on = NULL, run_id = NULL"
                " WHERE state IN ('processed', 'rejected')"
            )
        cur.execute(f"UPDATE {CHARGED} SET moved_on = 'infinity', run_id = NULL")
        _forget(cur, found.told)
        for table in touched:
            cur.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return found


def _values(cur: Any) -> Iterable[Told]:
    """Values that came after their night had begun to accrue, every version of those that were corrected, and those
    that the back office let stand."""
    cur.execute(
        """
        WITH knew AS (SELECT r.day, s.started_at AS at FROM accounts_run r
                        JOIN accounts_runstage s ON s.run_id = r.id AND s.name = 'accrue'),
        version AS (
            SELECT h.nav_date, h.account_id, h.nlv, h.flow, h.currency, h.file_id,
                   coalesce(lag(h.replaced_at) OVER (PARTITION BY h.account_id, h.nav_date
                                                     ORDER BY h.replaced_at, h.id), h.recorded_at) AS since
              FROM broker_navhistory h
            UNION ALL
            SELECT n.nav_date, n.account_id, n.nlv, n.flow, n.currency, n.file_id,
                   coalesce((SELECT max(h.replaced_at) FROM broker_navhistory h
                              WHERE h.nav_date = n.nav_date AND h.account_id = n.account_id), f.imported_at, d.at)
              FROM broker_navdaily n LEFT JOIN knew k ON k.day = n.nav_date
              LEFT JOIN broker_statementfile f ON f.id = n.file_id
              LEFT JOIN accounts_nightdecision d ON n.file_id IS NULL AND d.kind = 'carry'
                   AND d.account_id = n.account_id AND d.day = n.nav_date
             WHERE f.imported_at > k.at OR d.at > k.at OR EXISTS (SELECT 1 FROM broker_navhistory h
                                                  WHERE h.nav_date = n.nav_date AND h.account_id = n.account_id))
        SELECT coalesce(since, 'epoch'), nav_date, account_id, nlv, flow, currency, file_id FROM version
         ORDER BY since NULLS FIRST
        """
    )
    for since, day, account, nlv, flow, currency, file in cur.fetchall():
        yield Told(
            since,
            "WITH kept AS (INSERT INTO broker_navhistory (firm_id, account_id, nav_date, nlv, flow, currency, file_id,"
            " replaced_by_id, replaced_at)"
            " SELECT a.firm_id, n.account_id, n.nav_date, n.nlv, n.flow, n.currency, n.file_id, coalesce(%s, 0),"
            f" {NOW} FROM broker_navdaily n JOIN accounts_account a ON a.id = n.account_id"
            " WHERE n.nav_date = %s AND n.account_id = %s)"
            " INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency, file_id)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (nav_date, account_id)"
            " DO UPDATE SET nlv = excluded.nlv, flow = excluded.flow, currency = excluded.currency",
            (file, day, account, day, account, nlv, flow, currency, file),
            (account, day),
        )


def _decided(cur: Any) -> Iterable[Told]:
    """Accounts that the back office held back, and let in again before their night came to them."""
    cur.execute(
        "SELECT at, kind, account_id, day, reason FROM accounts_nightdecision WHERE kind IN ('hold', 'release')"
    )
    for at, kind, account, day, reason in cur.fetchall():
        if kind == "hold":
            yield Told(
                at,
                "INSERT INTO accounts_hold (firm_id, practice_id, account_id, day, stage, reason, detail, resolution)"
                " SELECT firm_id, practice_id, id, %s, 'accrue', %s, %s, '' FROM accounts_account WHERE id = %s"
                " ON CONFLICT (account_id, day, stage, reason) DO UPDATE SET resolved_at = NULL, resolution = ''",
                (day, BY_OFFICE, reason, account),
            )
        else:
            yield Told(
                at,
                "UPDATE accounts_hold h SET resolved_at = %s WHERE account_id = %s AND day = %s AND reason = %s"
                " AND NOT EXISTS (SELECT 1 FROM accounts_run r WHERE r.day = h.day)",
                (at, account, day, BY_OFFICE),
            )


def _forget(cur: Any, told: Iterable[Told]) -> None:
    """Values that will be told again are not known yet."""
    for one in told:
        if one.arrived:
            cur.execute("DELETE FROM broker_navdaily WHERE account_id = %s AND nav_date = %s", one.arrived)


def _assigned(cur: Any) -> Iterable[Told]:
    """Which money managers accounts were assigned to, from when to when; their fees and invoices ask for it."""
    again = (
        "ALTER TABLE accounts_assignment DISABLE TRIGGER USER;"
        " UPDATE accounts_assignment SET state = %s, ended_at = %s WHERE id = %s;"
        " ALTER TABLE accounts_assignment ENABLE TRIGGER USER"
    )
    cur.execute(
        "SELECT decided_at, ended_at, id FROM accounts_assignment WHERE state IN ('accepted', 'ended')"
        " ORDER BY asked_at"
    )
    for accepted, ended, key in cur.fetchall():
        yield Told(accepted, again, ("accepted", None, key))
        if ended is not None:
            yield Told(ended, again, ("ended", ended, key))


def _charged(cur: Any) -> Iterable[Told]:
    """Charges for mailboxes, known to the night that moved each of them; until then they do not wait to be moved."""
    again = (
        f"ALTER TABLE {CHARGED} DISABLE TRIGGER USER; UPDATE {CHARGED} SET moved_on = NULL WHERE id = %s;"
        f" ALTER TABLE {CHARGED} ENABLE TRIGGER USER"
    )
    cur.execute(
        f"SELECT s.started_at, c.id FROM {CHARGED} c JOIN accounts_run r ON r.day = c.moved_on"
        " JOIN accounts_runstage s ON s.run_id = r.id AND s.name = 'accrue' ORDER BY c.id"
    )
    for at, key in cur.fetchall():
        yield Told(at, again, (key,))


def _retries(cur: Any) -> Iterable[Told]:
    cur.execute(
        "SELECT retry_asked_at, account_id, day, stage, reason FROM accounts_hold WHERE retry_asked_at IS NOT NULL"
    )
    for at, *where in cur.fetchall():
        yield Told(
            at,
            "UPDATE accounts_hold SET retry_asked_at = %s WHERE account_id = %s AND day = %s AND stage = %s"
            " AND reason = %s AND resolved_at IS NULL AND retry_asked_at IS NULL",
            (at, *where),
        )


def _booked(cur: Any) -> Iterable[Told]:
    cur.execute("SELECT retired_at, transfer_id, line_id, firm_id, account_id, seen_on FROM broker_retirement")
    for at, transfer, *rest in cur.fetchall():
        yield Told(
            at,
            "INSERT INTO broker_retirement (retired_at, transfer_id, line_id, firm_id, account_id, seen_on)"
            " SELECT %s, t.id, %s, %s, %s, %s FROM accounts_transfer t WHERE t.id = %s",
            (at, *rest, transfer),
        )


def _worth(cur: Any) -> Iterable[Told]:
    names = "firm_id, account_id, fund, day, value, put_in, taken_out, source, recorded_by_id"
    cur.execute(f"SELECT recorded_at, {names} FROM fees_fundvalue WHERE run_id IS NULL ORDER BY recorded_at, id")
    for at, *row in cur.fetchall():
        marks = ", ".join(["%s"] * len(row))
        yield Told(at, f"INSERT INTO fees_fundvalue ({names}) VALUES ({marks})", tuple(row))


def _funds(cur: Any) -> dict[date, Then]:
    """What each night kept of what statements told of funds; a night may have looked as soon as it began to close."""
    cur.execute(
        "SELECT r.day, s.started_at FROM accounts_run r"
        " JOIN accounts_runstage s ON s.run_id = r.id AND s.name = 'close' AND s.started_at IS NOT NULL"
    )
    since = dict(cur.fetchall())
    kept: dict[date, list[Kept]] = {day: [] for day in since}
    cur.execute(
        "SELECT r.day, v.account_id, v.fund, v.day, v.value, v.put_in, v.taken_out"
        " FROM fees_fundvalue v JOIN accounts_run r ON r.id = v.run_id ORDER BY v.recorded_at, v.id"
    )
    for day, *row in cur.fetchall():
        kept.setdefault(day, []).append(Kept(*row))
    return {day: Then(at, kept[day]) for day, at in since.items()}


def _answers(cur: Any) -> Iterable[Told]:
    cur.execute(
        "SELECT answered_at, answer, answer_words, again_asked_at, reverse_asked_at, reverse_asked_by, reverse_reason,"
        " id FROM broker_instruction"
        " WHERE answered_at IS NOT NULL"
    )
    for at, answered, words, again, back, by, reason, key in cur.fetchall():
        yield Told(
            at,
            "UPDATE broker_instruction SET answered_at = %s, answer = %s, answer_words = %s WHERE id = %s",
            (at, answered, words, key),
        )
        if again is not None:
            yield Told(again, "UPDATE broker_instruction SET again_asked_at = %s WHERE id = %s", (again, key))
        if back is not None:
            yield Told(
                back,
                "UPDATE broker_instruction SET reverse_asked_at = %s, reverse_asked_by = %s, reverse_reason = %s"
                " WHERE id = %s",
                (back, by, reason, key),
            )
