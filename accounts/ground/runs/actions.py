"""Keeping accounts out of a stage and letting them back in; a hold and what waits for it are one act."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop

DETAIL = 500
# Put by a person, and let go by a person only: no statement that comes and no retry of others ends it.
BY_OFFICE = "by_office"
# What accounts wait for, by account and cause: a hold that was retried waits for the next night and for nobody.
WAITING = """
    SELECT h.firm_id, h.practice_id, h.account_id, h.stage, h.reason, min(h.day) AS since,
           'held:' || h.account_id || ':' || h.stage || ':' || h.reason AS natural_key,
           jsonb_build_object('stage', h.stage, 'reason', h.reason, 'days', count(*), 'since', min(h.day),
                              'until', max(h.day), 'detail', (array_agg(h.detail ORDER BY h.day DESC))[1]) AS detail
      FROM accounts_hold h
     WHERE h.account_id = ANY(%(accounts)s) AND h.resolved_at IS NULL AND h.retry_asked_at IS NULL
     GROUP BY h.firm_id, h.practice_id, h.account_id, h.stage, h.reason"""
LET_IN_BY_OFFICE = gettext_noop("Let in by the back office")


def hold_account(*, account: Account, day: date, stage: str, reason: str, detail: str, title: str) -> Hold:
    """Keep one account out of a stage of a day, and put that on the pending list."""
    hold_accounts(details={account.pk: detail}, day=day, stage=stage, reason=reason, title=title)
    return Hold.unscoped.get(account_id=account.pk, day=day, stage=stage, reason=reason)


def hold_accounts(*, details: Mapping[int, str], day: date, stage: str, reason: str, title: str) -> int:
    """The same for many accounts at once, each with its own detail; how many were not held before.

    Holding again changes nothing; holding what had been released opens it again. `title` is an English message of the
    translation catalogue, shown among the pending items.
    """
    if not details:
        return 0
    texts = [text[:DETAIL] for text in details.values()]
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute(
            """
            INSERT INTO accounts_hold (firm_id, practice_id, account_id, day, stage, reason, detail, resolution)
            SELECT a.firm_id, a.practice_id, a.id, %(day)s, %(stage)s, %(reason)s, d.detail, ''
              FROM unnest(%(accounts)s::bigint[], %(texts)s::text[]) AS d (account_id, detail)
              JOIN accounts_account a ON a.id = d.account_id
            ON CONFLICT (account_id, day, stage, reason) DO UPDATE
               SET detail = excluded.detail, resolved_at = NULL, resolution = '', retry_asked_at = NULL
             WHERE accounts_hold.resolved_at IS NOT NULL OR accounts_hold.retry_asked_at IS NOT NULL
            RETURNING account_id
            """,
            {"day": day, "stage": stage, "reason": reason, "accounts": list(details), "texts": texts},
        )
        held = [row[0] for row in cur.fetchall()]
        if held:
            _ask(held, stage=stage, reason=reason, title=title)
    return len(held)


def _ask(held: list[int], *, stage: str, reason: str, title: str) -> None:
    """One pending item for each account and cause, since its first day and with the number of days it waits for."""
    with cursor() as cur:
        cur.execute(
            f"""
            INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail,
                                          natural_key, day)
            SELECT gen_random_uuid(), w.firm_id, w.practice_id, w.account_id, %(kind)s, %(status)s, %(title)s, w.detail,
                   w.natural_key, w.since
              FROM ({WAITING}) w WHERE w.stage = %(stage)s AND w.reason = %(reason)s
            ON CONFLICT (firm_id, kind, natural_key) DO UPDATE
               SET status = excluded.status, title = excluded.title, detail = excluded.detail, day = excluded.day,
                   finished_at = NULL
            """,
            {
                "kind": RequestKind.STATEMENT,
                "status": RequestStatus.AWAITING_BROKER,
                "title": title,
                "accounts": held,
                "stage": stage,
                "reason": reason,
            },
        )


def release(*, hold: Hold, at: datetime, resolution: str) -> bool:
    """Let one account back in; False when it had been already."""
    return release_many(holds=[hold.pk], at=at, resolution=resolution) == 1


def release_many(*, holds: Iterable[int], at: datetime, resolution: str) -> int:
    """Let accounts back in; how many holds that ended. `resolution` is an English message of the catalogue."""
    wanted = list(holds)
    if not wanted:
        return 0
    with transaction.atomic(using=current_alias.get()):
        changed = Hold.unscoped.filter(pk__in=wanted, resolved_at__isnull=True).update(
            resolved_at=at, resolution=resolution
        )
        _count_again(wanted, at=at)
    return changed


def answer(
    *, arrived: Iterable[tuple[int, date]], stage: str, at: datetime, resolution: str, by_hand: bool = False
) -> int:
    """What held these account-days has come: those whose stage is still ahead are released, the others retried.

    A day that its night has passed already is made up for by the next night, which looks for `retry_asked_at`.
    What the back office put by hand is left alone; with `by_hand` it is all that is answered.
    """
    days = list(arrived)
    if not days:
        return 0
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute(
            """
            WITH passed AS (
                SELECT r.day FROM accounts_runstage s JOIN accounts_run r ON r.id = s.run_id
                 WHERE s.name = %(stage)s AND s.state <> 'waiting'
            )
            UPDATE accounts_hold h
               SET resolved_at = CASE WHEN h.day IN (SELECT day FROM passed) THEN NULL ELSE %(at)s END,
                   resolution = CASE WHEN h.day IN (SELECT day FROM passed) THEN '' ELSE %(resolution)s END,
                   retry_asked_at = CASE WHEN h.day IN (SELECT day FROM passed) THEN %(at)s ELSE h.retry_asked_at END
              FROM unnest(%(accounts)s::bigint[], %(days)s::date[]) AS d (account_id, day)
             WHERE h.account_id = d.account_id AND h.day = d.day AND h.stage = %(stage)s
               AND h.resolved_at IS NULL AND h.retry_asked_at IS NULL AND (h.reason = %(office)s) = %(by_hand)s
            RETURNING h.id
            """,
            {
                "office": BY_OFFICE,
                "by_hand": by_hand,
                "stage": stage,
                "at": at,
                "resolution": resolution,
                "accounts": [account for account, _ in days],
                "days": [day for _, day in days],
            },
        )
        released = [row[0] for row in cur.fetchall()]
        if released:
            _count_again(released, at=at)
    return len(released)


def retry(holds: "QuerySet[Hold]", *, at: datetime) -> int:
    """Let held accounts in where their stage is still ahead, or into the next night; how many that were.

    A hold that is resolved, that somebody has asked to retry, or that was put by hand stays as it is.
    """
    waiting: dict[str, list[tuple[int, date]]] = defaultdict(list)
    for stage, account, day in holds.order_by("pk").values_list("stage", "account_id", "day"):
        waiting[stage].append((account, day))
    return sum(
        answer(arrived=found, stage=stage, at=at, resolution=LET_IN_BY_OFFICE) for stage, found in waiting.items()
    )


def _count_again(holds: list[int], *, at: datetime) -> None:
    """Bring the pending items of these holds' accounts up to date: fewer days, or none left and so finished."""
    accounts = list(Hold.unscoped.filter(pk__in=holds).order_by().values_list("account_id", flat=True).distinct())
    values = {"kind": RequestKind.STATEMENT, "status": RequestStatus.APPROVED, "at": at, "accounts": accounts}
    mine = "q.kind = %(kind)s AND q.account_id = ANY(%(accounts)s) AND q.finished_at IS NULL"
    with cursor() as cur:
        cur.execute(
            f"UPDATE accounts_request q SET detail = w.detail, day = w.since FROM ({WAITING}) w"
            f" WHERE {mine} AND q.natural_key = w.natural_key",
            values,
        )
        cur.execute(
            "UPDATE accounts_request q SET status = %(status)s, finished_at = %(at)s"
            f" WHERE {mine} AND q.natural_key LIKE 'held:%%'"
            f" AND q.natural_key NOT IN (SELECT w.natural_key FROM ({WAITING}) w)",
            values,
        )
