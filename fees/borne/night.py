"""The night's charges of the broker that advisors offered to pay: each goes to the advisor while its account has
USD 1,000 before it, and stays with the client otherwise.
"""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.ledger.keys import uuid_of
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from fees.borne.queries import LATEST, UNDECIDED, Purse, purses
from fees.borne.rules import Asked, changed, decide
from fees.engine.payer import Payer
from portal.lib.money import round_money


def bear_stage(run: Run, day: date) -> StageResult:
    """Decide what statements have brought and nobody has decided yet, and move what the advisors pay to the clients."""
    waiting = _waiting(day)
    found = purses(list(waiting), day)
    rows: list[dict[str, object]] = []
    for practice, charges in waiting.items():
        purse = found.get(practice, Purse("USD", None, None))
        for place, (one, decision) in enumerate(zip(charges, decide(charges, purse), strict=True)):
            rows.append({
                "id": str(charge_id(one)), "kind": one.kind, "trade_id": one.trade_id, "line_id": one.line_id,
                "block_id": one.block_id and str(one.block_id), "revision": one.revision, "worked": one.worked,
                "firm_id": one.firm_id, "account_id": one.account_id,
                "practice_id": practice, "charged_on": one.day.isoformat(), "place": place, "currency": one.currency,
                "amount": str(one.amount), "description": one.description, "payer": decision.payer.value,
                "balance": _text(decision.balance), "master_currency": purse.currency,
                "usd_rate": _text(purse.usd_rate), "rate": _text(one.rates.get(purse.currency)),
            })  # fmt: skip
    moved, totals, digest = _keep(run, day, rows)
    borne = sum(row["payer"] == Payer.MASTER for row in rows)
    return StageResult(
        rows=moved, figures={"totals": totals, "digest": digest, "advisor": borne, "client": len(rows) - borne}
    )


def charge_id(one: Asked) -> UUID:
    """It follows from what it names; of what is corrected, each revision has its own."""
    if one.block_id is not None:
        return uuid_of("borne", one.kind, str(one.block_id), one.account_id, one.revision)
    named = ("borne", one.kind, one.trade_id or one.line_id)
    return uuid_of(*named, one.revision) if one.revision else uuid_of(*named)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _waiting(day: date) -> dict[int, list[Asked]]:
    """By advisor, in the order in which they post: the broker's days, then accounts, then the lines themselves."""
    found: dict[int, list[Asked]] = defaultdict(list)
    with cursor() as cur:
        cur.execute(
            f"""
            SELECT w.kind, w.trade_id, w.line_id, w.block_id, w.firm_id, w.account_id, w.practice_id, w.day, w.currency,
                   w.amount, w.told, w.borne, w.revision, w.description, w.worked::text, m.base_currency,
                   broker_rate(%(day)s, w.currency, m.base_currency)
              FROM ({UNDECIDED}) w
              JOIN accounts_account m ON m.practice_id = w.practice_id AND m.kind IN ('top_master', 'second_master')
             ORDER BY w.practice_id, w.day, w.number, w.kind, coalesce(w.trade_id, w.line_id),
                      w.block_id
            """,
            {"day": day, "since": day - LATEST},
        )
        for (
            kind,
            trade,
            line,
            block,
            firm,
            account,
            practice,
            on,
            currency,
            amount,
            told,
            borne,
            revision,
            words,
            worked,
            own,
            rate,
        ) in cur.fetchall():
            asked = Asked(
                kind=kind, trade_id=trade, line_id=line, block_id=block, firm_id=firm, account_id=account, day=on,
                currency=currency, amount=changed(round_money(amount, currency), told, borne), revision=revision,
                borne=borne, description=words, worked=json.loads(worked) if worked else None, rates={own: rate},
            )  # fmt: skip
            found[practice].append(asked)
    return found


def _keep(run: Run, day: date, rows: list[dict[str, object]]) -> tuple[int, dict[str, str], str]:
    """One statement, so that what the advisor pays is written only with its movement."""
    values = {"rows": json.dumps(rows), "day": day, "run": run.pk}
    decided = """
        SELECT r.*, r.id AS source, r.id AS txn, %(day)s::date AS day, %(run)s::bigint AS run_id,
               NULL::bigint AS chunk_id
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
               id uuid, kind text, trade_id bigint, line_id bigint, block_id uuid, revision int, worked jsonb,
               firm_id bigint, account_id bigint, practice_id bigint, charged_on date, place int, currency text,
               amount numeric, description text, payer text,
               balance numeric, master_currency text, usd_rate numeric, rate numeric)"""
    paying = f"SELECT * FROM ({decided}) d WHERE payer = '{Payer.MASTER.value}'"
    paid = sql_post("paying", kind=TransferKind.BORNE.value, debit=BookKind.PAYEE, credit=BookKind.CLIENT)
    back = sql_post("returning_now", kind=TransferKind.BORNE_BACK.value, debit=BookKind.CLIENT, credit=BookKind.PAYEE)
    with cursor() as cur:
        cur.execute(sql_open_books(f"({paying})", BookKind.PAYEE), values)
        cur.execute(sql_open_books(f"({paying})", BookKind.CLIENT), values)
        cur.execute(
            f"""
            WITH decided AS MATERIALIZED ({decided}), kept AS (
                INSERT INTO fees_bornecharge (
                    id, firm_id, account_id, practice_id, kind, trade_id, line_id, block_id, revision, worked,
                    description, charged_on, day, place, amount, currency, payer, balance, master_currency, usd_rate,
                    rate, run_id)
                SELECT id, firm_id, account_id, practice_id, kind, trade_id, line_id, block_id, revision, worked,
                       description, charged_on, day, place, amount, currency, payer, balance, master_currency, usd_rate,
                       rate, run_id FROM decided
                ON CONFLICT DO NOTHING RETURNING id
            ), moving AS (
                SELECT * FROM decided WHERE payer = '{Payer.MASTER.value}' AND id IN (SELECT id FROM kept)
            ), paying AS (SELECT * FROM moving WHERE amount > 0
            ), returning_now AS (
                SELECT id, source, txn, firm_id, account_id, practice_id, currency, -amount AS amount, day, run_id,
                       chunk_id
                  FROM moving WHERE amount < 0
            ), paid AS ({paid}), back AS ({back}), moved AS (SELECT * FROM paid UNION ALL SELECT * FROM back)
            SELECT count(*), {sql_digest_of("moved")},
                   (SELECT coalesce(jsonb_object_agg(currency, total::text), '{{}}')
                      FROM (SELECT currency, sum(CASE kind WHEN 'borne' THEN amount ELSE -amount END) AS total
                              FROM moved GROUP BY currency) t) FROM moved
            """,
            values,
        )
        count, digest, totals = cur.fetchone()
    return count, json.loads(totals), digest
