"""The comparing stage of the night: every difference between signed terms, schedule and bill becomes a pending item.

A difference stays open until a night finds it no more, whatever was done about it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import ChunkResult
from fees.accrual.statements import PLANNING, day_literal
from fees.differences import statements
from fees.differences.charges import charges
from fees.differences.found import Found
from fees.differences.uncharged import uncharged
from fees.engine.agreement import increases
from fees.schedules.models import Component, Schedule
from fees.schedules.queries import figures_of
from fees.schedules.rules import agreement_of
from portal.lib.words import gettext_noop

TITLE = gettext_noop("A fee differs from what was agreed")
# How far back a version may have begun for its signature to be looked at; it cannot change afterwards.
NEW_VERSIONS = timedelta(days=14)


def compare_chunk(run: Run, day: date, lo: int, hi: int, chunk_id: int) -> ChunkResult:
    """Compare accounts lo <= id < hi; answers how many differences are open."""
    with cursor() as cur:
        cur.execute(PLANNING)
        found = {one.key: one for one in _all(cur, run, day, lo, hi)}
        _keep(cur, list(found.values()), day)
        _end(cur, list(found), day, lo, hi)
        _list(cur, run, lo, hi)
    return ChunkResult(rows=len(found))


def _all(cur, run: Run, day: date, lo: int, hi: int) -> Iterator[Found]:
    days = _days(cur, run, day, lo, hi)
    for query in (
        statements.signed_terms(day, lo, hi),
        statements.signed_switches(day, lo, hi),
        statements.signed_caps(day, lo, hi),
        statements.flattened(day, lo, hi),
        statements.superseded(day, lo, hi),
        statements.signed_late(day, lo, hi),
        statements.lines(days, lo, hi),
        statements.lines_in_ranges(days, lo, hi),
    ):
        cur.execute(
            f"SELECT q.firm, q.account, q.practice, q.currency, q.reason, q.method, q.subject, q.detail::text"
            f" FROM ({query}) AS q (firm, account, practice, currency, reason, method, subject, detail)"
        )
        for firm, account, practice, currency, reason, method, subject, detail in cur.fetchall():
            yield Found(firm_id=firm, account_id=account, practice_id=practice, currency=currency, reason=reason,
                        method=method, subject=subject, detail=json.loads(detail))  # fmt: skip
    yield from _unsigned(cur, day, lo, hi)
    yield from charges(cur, run, day, lo, hi)
    yield from uncharged(cur, run, day, lo, hi)


def _days(cur, run: Run, day: date, lo: int, hi: int) -> str:
    """The day, held days that this run made up for, and days of differences that are still open."""
    cur.execute(
        f"""
        SELECT {day_literal(day)}
        UNION SELECT h.day FROM accounts_hold h
               WHERE h.stage = 'accrue' AND h.day < {day_literal(day)} AND h.resolved_at IS NOT NULL
                 AND h.account_id >= {lo} AND h.account_id < {hi}
                 AND EXISTS (SELECT 1 FROM fees_accrual l WHERE l.accrual_date = h.day
                              AND l.account_id = h.account_id AND l.run_id = {run.pk})
        UNION SELECT (d.detail ->> 'on')::date FROM fees_difference d
               WHERE d.account_id >= {lo} AND d.account_id < {hi} AND d.ended_on IS NULL
                 AND d.detail ->> 'kind' = 'line'
        """
    )
    return ", ".join(day_literal(one) for (one,) in cur.fetchall())


def _unsigned(cur, day: date, lo: int, hi: int) -> Iterator[Found]:
    """The engine judges whether a version takes more than the one whose signature it carries."""
    cur.execute(statements.reused_signatures(day, day - NEW_VERSIONS, lo, hi))
    for now, before in cur.fetchall():
        one, former = (Schedule.unscoped.select_related("account").get(pk=pk) for pk in (now, before))
        reasons = increases(_agreement(former), _agreement(one))
        if reasons:
            yield Found(
                firm_id=one.firm_id,
                account_id=one.account_id,
                practice_id=one.practice_id,
                currency=one.account.base_currency,
                reason="unsigned_increase",
                subject=f"schedule {one.pk}",
                detail={"kind": "reused", "version": one.version, "why": [reason.msgid for reason in reasons]},
            )


def _agreement(schedule: Schedule):
    components = Component.unscoped.filter(schedule=schedule).select_related("schedule").order_by("id")
    return agreement_of(
        strategy=schedule.strategy,
        components=[figures_of(one) for one in components],
        starts=schedule.starts,
        commissions_to_master=schedule.commissions_to_master,
        other_fees_to_master=schedule.other_fees_to_master,
    )


def _keep(cur, found: Sequence[Found], day: date) -> None:
    """New ones begin with this night, one that had ended begins again, and known ones say what they say now."""
    if not found:
        return
    rows = [{**asdict(one), "id": str(one.key)} for one in found]
    cur.execute(
        f"""
        INSERT INTO fees_difference (id, firm_id, account_id, practice_id, reason, method, subject, day, currency,
                                     expected, found, detail)
        SELECT f.id, f.firm_id, f.account_id, f.practice_id, f.reason, f.method, f.subject, {day_literal(day)},
               f.currency, f.expected, f.found, f.detail
          FROM jsonb_to_recordset(%s) AS f (
               id uuid, firm_id bigint, account_id bigint, practice_id bigint, reason text, method int, subject text,
               currency text, expected numeric, found numeric, detail jsonb)
        ON CONFLICT (id) DO UPDATE
           SET expected = excluded.expected, found = excluded.found, detail = excluded.detail, ended_on = NULL,
               day = CASE WHEN fees_difference.ended_on IS NULL THEN fees_difference.day ELSE excluded.day END
        """,
        [json.dumps(rows)],
    )


def _end(cur, keys: Sequence[UUID], day: date, lo: int, hi: int) -> None:
    cur.execute(
        "UPDATE fees_difference SET ended_on = %s WHERE ended_on IS NULL AND account_id >= %s AND account_id < %s"
        " AND NOT id = ANY(%s::uuid[])",
        [day, lo, hi, [str(one) for one in keys]],
    )


def _list(cur, run: Run, lo: int, hi: int) -> None:
    """One pending item a difference.  Of another payee's fees the account's own advisor is told nothing."""
    values = {"kind": RequestKind.BILLING, "title": TITLE, "lo": lo, "hi": hi, "at": run.at}
    within = "d.account_id >= %(lo)s AND d.account_id < %(hi)s"
    cur.execute(
        f"""
        INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key,
                                      day)
        SELECT gen_random_uuid(), d.firm_id, d.practice_id, CASE WHEN a.practice_id = d.practice_id THEN a.id END,
               %(kind)s, '{RequestStatus.AWAITING_ADVISOR.value}', %(title)s,
               jsonb_build_object('difference', d.id, 'reason', d.reason), 'difference ' || d.id, d.day
          FROM fees_difference d JOIN accounts_account a ON a.id = d.account_id
         WHERE d.ended_on IS NULL AND {within}
        ON CONFLICT (firm_id, kind, natural_key) DO UPDATE
           SET status = excluded.status, day = excluded.day, finished_at = NULL
         WHERE accounts_request.finished_at IS NOT NULL
        """,
        values,
    )
    cur.execute(
        f"""
        UPDATE accounts_request q SET status = '{RequestStatus.APPROVED.value}', finished_at = %(at)s
          FROM fees_difference d
         WHERE q.kind = %(kind)s AND q.firm_id = d.firm_id AND q.natural_key = 'difference ' || d.id
           AND q.finished_at IS NULL AND d.ended_on IS NOT NULL AND {within}
        """,
        values,
    )
