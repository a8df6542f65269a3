"""Fills a database with firms, accounts, agreed schedules and daily values, set-based: the input of the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connections

from fees.engine.flattened import COLUMNS, flatten
from fees.engine.types import Range
from fees.schedules.rules import Figures

TEMPLATES = 400
SECOND_LEVELS = 100
BOUNDS = (100_000, 500_000, 1_000_000, 5_000_000)
AGREED_ON = date(2024, 1, 2)
CHANGED_ON = date(2025, 1, 2)

# Owner triggers that write the trail of edits by people would only slow the generation down.
QUIET = ("accounts_firm", "accounts_practice", "accounts_account", "fees_schedule", "fees_component")


def templates() -> list[Figures]:
    """55 % percent of value, 30 % blended of five ranges, 15 % flat: all accrued daily, posted monthly."""
    found = []
    for place in range(TEMPLATES):
        kind = place % 20
        if kind < 11:
            found.append(Figures(method=2, rate=Decimal("0.0025") + Decimal(place % 160) / 10_000))
        elif kind < 17:
            found.append(Figures(method=12, ranges=_ranges(Decimal(place % 10) / 10_000)))
        else:
            found.append(Figures(method=22, flat=Decimal(100) + Decimal(place) * Decimal("7.35")))
    return found


def _ranges(more: Decimal) -> tuple[Range, ...]:
    lows = [Decimal(0), *map(Decimal, BOUNDS)]
    highs = [*map(Decimal, BOUNDS), None]
    rates = [Decimal("0.0150") - Decimal("0.0025") * place + more for place in range(5)]
    return tuple(Range(*one) for one in zip(lows, highs, rates, strict=True))


def accounts(count: int) -> None:
    """A firm with second levels, `count` clients, one agreed version each and an earlier one for every fifth."""
    with connections["owner"].cursor() as cur:
        for table in QUIET:
            cur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cur.execute(
            "INSERT INTO accounts_firm (name, base_currency, is_professional, is_registered, is_introducing_broker)"
            " VALUES ('Bench', 'USD', true, true, false) RETURNING id"
        )
        firm = cur.fetchone()[0]
        cur.execute(
            "INSERT INTO accounts_practice (firm_id, level, name, is_registered)"
            " SELECT %s, CASE WHEN g = 0 THEN 1 ELSE 2 END, 'Practice ' || g, true FROM generate_series(0, %s) g",
            [firm, SECOND_LEVELS],
        )
        _masters(cur, firm)
        cur.execute(
            f"""
            INSERT INTO accounts_account (firm_id, practice_id, parent_id, parent_kind, kind, level, number, title,
                   alias, sort_key, base_currency, account_type, customer_type, margin_kind, entity, status, opened_on)
            SELECT m.firm_id, m.practice_id, m.id, m.kind, 'client', m.level + 1, 'U' || (1000000 + g),
                   'Client ' || g, '', 'client ' || g, 'USD', 'Individual', '', 'margin', '', 'O', %s
              FROM generate_series(1, %s) g
              JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_account) m
                ON m.place = g %% {SECOND_LEVELS + 1}
             ORDER BY g
            """,
            [AGREED_ON, count],
        )
        _schedules(cur)
        for table in QUIET:
            cur.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    analyze("accounts_account", "fees_schedule", "fees_component", "fees_runschedule")


def open_on(day: date) -> None:
    """The clients as if they had been opened on a day: a period that lacks no value of theirs can be closed."""
    with connections["owner"].cursor() as cur:
        cur.execute("ALTER TABLE accounts_account DISABLE TRIGGER USER")
        cur.execute("UPDATE accounts_account SET opened_on = %s WHERE kind = 'client'", [day])
        cur.execute("ALTER TABLE accounts_account ENABLE TRIGGER USER")
    analyze("accounts_account")


def _masters(cur, firm: int) -> None:
    columns = (
        "firm_id, practice_id, parent_id, parent_kind, kind, level, number, title, alias, sort_key, base_currency,"
        " account_type, customer_type, margin_kind, entity, status, opened_on"
    )
    for level, kind, parent in ((1, "top_master", None), (2, "second_master", "top_master")):
        cur.execute(
            f"INSERT INTO accounts_account ({columns}) SELECT p.firm_id, p.id,"
            " (SELECT id FROM accounts_account WHERE kind = %s), %s, %s, %s, 'F' || (100000 + p.id), p.name, '',"
            " lower(p.name), 'USD', '', '', 'margin', '', 'O', %s FROM accounts_practice p"
            " WHERE p.firm_id = %s AND p.level = %s",
            [parent, parent, kind, level, AGREED_ON, firm, level],
        )


def _schedules(cur) -> None:
    figures = templates()
    flat_columns = ", ".join(COLUMNS)
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    cur.execute(f"CREATE TEMP TABLE template (place int PRIMARY KEY, method smallint, tiers jsonb, {declared})")
    for place, one in enumerate(figures):
        flat = flatten(one.terms(starts=AGREED_ON))
        cur.execute(
            f"INSERT INTO template VALUES (%s, %s, %s::jsonb{', %s' * len(COLUMNS)})",
            [place, one.method, json.dumps(one.tiers()), *flat.values()],
        )
    cur.execute(
        f"""
        INSERT INTO fees_schedule (firm_id, account_id, practice_id, version, strategy, starts, ends, signed_name,
                                   signed_at, document_hash, agreed_at)
        SELECT firm_id, id, practice_id, v, 'automatic', CASE v WHEN 2 THEN DATE '{CHANGED_ON}' ELSE opened_on END,
               CASE WHEN v = 1 AND id % 5 = 0 THEN DATE '{CHANGED_ON}' END, title, opened_on, repeat('0', 64), opened_on
          FROM accounts_account, generate_series(1, 2) v
         WHERE kind = 'client' AND (v = 1 OR id % 5 = 0) ORDER BY id, v
        """
    )
    cur.execute(
        f"""
        INSERT INTO fees_component (schedule_id, method, rate, flat, tiers, mode)
        SELECT s.id, t.method, t.rate, t.flat, t.tiers, 'marginal'
          FROM fees_schedule s JOIN template t ON t.place = (s.account_id * 7919 + s.version) % {TEMPLATES}
         ORDER BY s.id
        """
    )
    cur.execute(
        f"""
        INSERT INTO fees_runschedule (component_id, schedule_id, account_id, practice_id, method, starts, ends,
                                      open_from, {flat_columns})
        SELECT c.id, s.id, s.account_id, s.practice_id, c.method, s.starts, s.ends, s.agreed_at::date,
               {", ".join(f"t.{name}" for name in COLUMNS)}
          FROM fees_component c JOIN fees_schedule s ON s.id = c.schedule_id
          JOIN template t ON t.place = (s.account_id * 7919 + s.version) % {TEMPLATES} ORDER BY s.account_id, c.id
        """
    )
    cur.execute("DROP TABLE template")


def values(days: Sequence[date]) -> None:
    """A closing value of every client for each of the days, with four decimals and all sizes."""
    with connections["owner"].cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions(%s, %s)", [min(days), max(days)])
        for day in days:
            cur.execute(
                """
                INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)
                SELECT %s, id, round((1000 + (id * 7919 %% 100000007) / 10.0 + (id %% 9973) / 9973.0)::numeric
                             * CASE WHEN id %% 50 = 0 THEN 30 ELSE 1 END, 4), 0, 'USD'
                  FROM accounts_account WHERE kind = 'client' ORDER BY id
                """,
                [day],
            )
    analyze("broker_navdaily")


def analyze(*tables: str) -> None:
    with connections["owner"].cursor() as cur:
        for table in tables:
            cur.execute(f"VACUUM (ANALYZE) {table}")
