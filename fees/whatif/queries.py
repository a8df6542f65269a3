"""Reading what a what-if has found: its owner's rows, and what they come to."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.jobs.models import Job
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Firm
from accounts.ground.tree.queries import matching
from fees.whatif.models import WhatIfLine

KIND = "what_if"
SHOWS = {
    "more": Q(problem="", change__gt=0),
    "less": Q(problem="", change__lt=0),
    "same": Q(problem="", change=0),
    "refused": ~Q(problem=""),
}


def trial_of(who: Who, key: UUID) -> Job:
    """A what-if of one's own, asked for in this seat; anybody else's is not there."""
    found = Job.unscoped.filter(pk=key, user_id=who.user_id, seat_id=who.seat_id, kind=KIND).first()
    if found is None:
        raise Http404
    return found


def recent(who: Who, most: int = 5) -> "QuerySet[Job]":
    """The last ones that are still kept."""
    mine = Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND)
    return mine.exclude(state="done", result=None).order_by("-created_at")[:most]


def lines(who: Who, job: Job, *, show: str = "", text: str = "", band: str = "") -> "QuerySet[WhatIfLine]":
    """Account by account."""
    rows = scope(who, WhatIfLine).filter(trial_id=job.pk, user_id=who.user_id).select_related("account")
    if show in SHOWS:
        rows = rows.filter(SHOWS[show])
    if band:
        rows = rows.filter(band=band)
    return matching(rows, text, "account__")


def totals(trial: UUID) -> dict[str, Any]:
    """What the rows of a trial come to, as the job keeps it: amounts are text."""
    rows = WhatIfLine.unscoped.filter(trial_id=trial)
    good = rows.filter(problem="")
    sums = good.values("currency").annotate(
        accounts=Count("account_id"),
        before=Sum("before"),
        after=Sum("after"),
        more=Count("account_id", filter=Q(change__gt=0)),
        less=Count("account_id", filter=Q(change__lt=0)),
    )
    currencies = [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        for row in sums.order_by("currency")
    ]
    return {
        "currencies": currencies,
        "bands": {row["band"]: row["number"] for row in good.values("band").annotate(number=Count("account_id"))},
        "refused": {
            row["problem"]: row["number"]
            for row in rows.exclude(problem="").values("problem").annotate(number=Count("account_id"))
        },
        "accounts": sum(row["accounts"] for row in currencies),
        "more": sum(row["more"] for row in currencies),
        "less": sum(row["less"] for row in currencies),
    }


def in_firm_currency(who: Who, result: dict[str, Any]) -> tuple[str, Decimal, Decimal, Decimal] | None:
    """Before, after and their difference in the firm's currency, at the last sealed day's rates.

    None where a rate is missing, or where everything is in that currency anyway.
    """
    firm = Firm.unscoped.filter(pk=who.firm_id).values_list("base_currency", flat=True).first() or ""
    rows = result["currencies"]
    if not rows or [row["currency"] for row in rows] == [firm]:
        return None
    with cursor() as cur:
        cur.execute(
            "SELECT code, broker_rate(%s, code, %s) FROM unnest(%s::text[]) code",
            [sealed_day(), firm, [row["currency"] for row in rows]],
        )
        rates = dict(cur.fetchall())
    if any(rate is None for rate in rates.values()):
        return None
    before, after = (
        sum((Decimal(row[name]) * rates[row["currency"]] for row in rows), Decimal(0)) for name in ("before", "after")
    )
    return firm, before, after, after - before


def sendings(who: Who, trial: Job) -> "QuerySet[Job]":
    """The jobs that have proposed the terms of a trial, the latest first."""
    mine = Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind="what_if_send")
    return mine.filter(arguments__trial=str(trial.pk)).order_by("-created_at")


def answers(trial: Job) -> dict[str, int]:
    """What became of the proposals of a trial, counted."""
    rows = WhatIfLine.unscoped.filter(trial_id=trial.pk).exclude(answer="")
    return {row["answer"]: row["number"] for row in rows.values("answer").annotate(number=Count("account_id"))}
