"""Takes prepared rows into the database: COPY into temporary tables, then one merging statement a table.

The natural keys make a second load change nothing. What an older file says never replaces what a newer one said.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.broker.feed import merge_sql, tables
from accounts.broker.feed.queries import telling
from accounts.broker.feed.tables import Table
from accounts.ground.access.context import cursor

COPY_ROWS = 20_000
# The planner guesses a few rows right by itself; of many it must be told.
ANALYZE_ROWS = 5_000


@dataclass(slots=True)
class Count:
    """Rows of one table: how many came, how many of them were new, changed what was stored, or were older than it."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    stale: int = 0

    @property
    def unchanged(self) -> int:
        return self.rows - self.new - self.changed - self.stale

    def add(self, other: "Count") -> None:
        self.rows += other.rows
        self.new += other.new
        self.changed += other.changed
        self.stale += other.stale


@dataclass(slots=True)
class Loader:
    """One file being loaded. `generated_at` is when the broker made it, which decides what replaces what; `at` is when
    its import began, which is later told to people."""

    file_id: int
    generated_at: datetime
    at: datetime
    _staged: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """At the start of a transaction: one import at a time, and empty staging tables."""
        self._staged = {}
        with cursor() as cur:
            cur.execute("SELECT pg_advisory_xact_lock(hashtext('broker_feed'))")
            cur.execute(merge_sql.STAGE)
            if cur.db.savepoint_ids:  # within a longer transaction the end of the last one has emptied nothing
                cur.execute(merge_sql.EMPTY)

    def stage(self, table: Table, rows: Iterable[Sequence[object]]) -> None:
        """COPY rows into the table's stage."""
        waiting: list[str] = []
        for row in rows:
            waiting.append("\t".join(map(_copied, row)))
            if len(waiting) >= COPY_ROWS:
                self._copy(table, waiting)
                waiting = []
        if waiting:
            self._copy(table, waiting)

    def _copy(self, table: Table, lines: list[str]) -> None:
        with cursor() as cur:
            # COPY goes round Django's cursor, which knows nothing of it; its errors are made Django's all the same.
            copy = f"COPY {table.stage} ({', '.join(table.columns)}) FROM STDIN"
            with cur.db.wrap_database_errors:
                cur.cursor.copy_expert(copy, io.StringIO("\n".join(lines) + "\n"))
        self._staged[table.name] = self._staged.get(table.name, 0) + len(lines)

    def contradictions(self) -> list[tuple[int, date]]:
        """Accounts whose staged values of a day differ, with the day."""
        with cursor() as cur:
            cur.execute(merge_sql.CONTRADICTIONS)
            return cur.fetchall()

    def leave_out(self, accounts: Sequence[int]) -> None:
        """Forget the staged values of accounts."""
        with cursor() as cur:
            cur.execute("DELETE FROM feed_navdaily WHERE account_id = ANY(%s) ", [list(accounts)])
            self._staged["navdaily"] -= cur.rowcount

    def merge(self) -> tuple[dict[str, Count], list[tuple[int, date]]]:
        """Everything staged into its table. Returns the counts and the held account-days that now have a value."""
        counts: dict[str, Count] = {}
        with cursor() as cur:
            telling(alone=True)
            cur.execute(merge_sql.INSTANT)
            (told,) = cur.fetchone()
            values = {"file": self.file_id, "generated": self.generated_at, "at": self.at, "told": told}
            if sum(self._staged.values()) > ANALYZE_ROWS:
                cur.execute("ANALYZE " + ", ".join(f"feed_{name}" for name in self._staged))
            for table in tables.PLAIN:
                if table.name in self._staged:
                    counts[table.name] = self._merge(cur, table, values)
            if "fxrate" in self._staged:
                counts["fxrate"] = self._rates(cur, values)
            is_news = False
            if "accountfacts" in self._staged:
                cur.execute(merge_sql.FACTS, values)
                is_news = cur.rowcount > 0
                cur.execute(merge_sql.ACCOUNTS, values)
            arrived = self._values(cur, values, counts)
            is_news |= any(one.new or one.changed for one in counts.values())
            cur.execute(merge_sql.TOLD, {**values, "is_news": is_news})
            return counts, arrived

    def _merge(self, cur, table: Table, values: Mapping[str, object]) -> Count:
        if table is tables.TRADE:
            cur.execute(merge_sql.KEEP_TRADES, values)
        cur.execute(merge_sql.plain(table), values)
        new, changed = cur.fetchone()
        return Count(self._staged[table.name], new, changed)

    def _rates(self, cur, values: Mapping[str, object]) -> Count:
        cur.execute(merge_sql.RATES, values)
        return Count(self._staged["fxrate"], cur.rowcount)

    def _values(self, cur, values: Mapping[str, object], counts: dict[str, Count]) -> list[tuple[int, date]]:
        """Daily values, and the flows of days whose lines have just come."""
        if not {"navdaily", "cashline", "positiontransfer"} & self._staged.keys():
            return []
        cur.execute("SELECT min(nav_date), max(nav_date) FROM feed_navdaily")
        first, last = cur.fetchone()
        cur.execute(merge_sql.TOUCHED)
        cur.execute("SELECT least(%s, min(day)), greatest(%s, max(day)) FROM feed_touched", [first, last])
        bounds = dict(zip(("first", "last"), cur.fetchone(), strict=True))
        if bounds["first"] is None:
            return []
        if self._staged.get("navdaily", 0) > ANALYZE_ROWS:
            cur.execute("ANALYZE feed_touched")
        cur.execute(merge_sql.READY, {**values, **bounds})
        if self._staged.get("navdaily", 0) > ANALYZE_ROWS:
            cur.execute("ANALYZE feed_ready")
        cur.execute(merge_sql.KEEP_OLD, values)
        cur.execute(merge_sql.REPLACE, {**values, **bounds})
        changed = cur.rowcount
        cur.execute(merge_sql.INSERT, values)
        new = cur.rowcount
        cur.execute(merge_sql.STALE)
        stale = cur.fetchone()[0]
        counts["navdaily"] = Count(max(self._staged.get("navdaily", 0), new + changed + stale), new, changed, stale)
        cur.execute(merge_sql.ARRIVED)
        return cur.fetchall()


def _copied(value: object) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if type(value) is str:
        return value.replace("\\", "\\\\") if "\\" in value else value
    return str(value)
