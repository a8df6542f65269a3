"""Valuations of investments in hedge funds as they were known at an instant, and the lists that people read."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zlib import crc32

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.locks import barrier
from accounts.ground.access.scope import scope
from accounts.ground.runs.models import Hold
from accounts.ground.tree.queries import matching
from fees.engine.investments import Valuation
from fees.funds.models import FundValue

# What a fee on investments waits for; the name under which its account is held.
NO_VALUATION = "no_valuation"

# One advisory lock between telling a value (alone) and a closing that reads what is known (shared).
_BARRIER = crc32(b"fees: values of funds against the night")

# Figure by figure, what a person told of a fund and day comes before what a statement did, and later before earlier; an
# empty figure of a person is not told, one of a statement is not known. Where no statement tells of the day, nothing
# moved that nobody told.
_OFFICE = "(array_agg(v.{0} ORDER BY v.recorded_at DESC) FILTER (WHERE v.run_id IS NULL AND v.{0} IS NOT NULL))[1]"
_STATEMENT = "(array_agg(v.{0} ORDER BY v.recorded_at DESC) FILTER (WHERE v.run_id IS NOT NULL))[1]"
_FLOW = f"coalesce({_OFFICE}, {_STATEMENT}, CASE WHEN every(v.run_id IS NULL) THEN 0 END)"
KNOWN = f"""
    SELECT v.account_id, v.fund, v.day, coalesce({_OFFICE.format("value")}, {_STATEMENT.format("value")}) AS value,
           {_FLOW.format("put_in")} AS put_in, {_FLOW.format("taken_out")} AS taken_out
      FROM fees_fundvalue v
     WHERE v.account_id = ANY(%(accounts)s) AND v.day < %(until)s
       AND (%(at)s::timestamptz IS NULL OR v.recorded_at <= %(at)s)
     GROUP BY v.account_id, v.fund, v.day
     ORDER BY v.account_id, v.fund, v.day"""


def valuations_barrier(*, alone: bool) -> None:
    """Hold the barrier until the transaction ends: what a closing reads is all that had been told before it."""
    barrier(_BARRIER, alone=alone)


def valuations(cur, accounts: Sequence[int], *, until: date, at: datetime | None = None) -> dict[int, list[Valuation]]:
    """By account, everything known of days before `until`; with `at`, as it was known then."""
    cur.execute(KNOWN, {"accounts": list(accounts), "until": until, "at": at})
    found: dict[int, list[Valuation]] = defaultdict(list)
    for account, *valuation in cur.fetchall():
        found[account].append(Valuation(*valuation))
    return found


def told(who: Who, *, text: str = "") -> "QuerySet[FundValue]":
    """What is known of the investments that the person may see, every correction as a row of its own."""
    rows = scope(who, FundValue).select_related("account", "recorded_by")
    return matching(rows, text, "account__")


def waiting(who: Who) -> "QuerySet[Any]":
    """Accounts whose fees on investments wait for a valuation."""
    rows = scope(who, Hold).filter(stage="close", reason=NO_VALUATION, resolved_at=None)
    return rows.select_related("account").order_by("day", "account_id")
