"""Handing a what-if over: the terms that were tried become a proposal to each of the chosen accounts."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import scope
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.models import Account
from fees.proofs.words import tell
from fees.proposals.actions import propose
from fees.proposals.judging import ground_of
from fees.proposals.models import ProposalState
from fees.proposals.rules import Wanted
from fees.schedules.rules import ScheduleRefused
from fees.whatif.actions import wanted_of
from fees.whatif.models import WhatIfLine
from fees.whatif.queries import trial_of

KIND = "what_if_send"
AT_ONCE = 20
SENT, AGREED, REFUSED = "sent", "agreed", "refused"
LONGEST = 300


def ask_to_send(*, who: Who, trial: Job, rows: "QuerySet[WhatIfLine]") -> Job | None:
    """A job that proposes the terms to these accounts; None where none of them is left to be asked.

    An account that was sent them already is passed over; one that refused them is asked again.
    """
    fresh = rows.filter(problem="").exclude(answer__in=[SENT, AGREED])
    waiting = fresh.filter(sending_id=None) | fresh.exclude(answer="")
    chosen = list(waiting.values_list("account_id", flat=True))
    if not chosen:
        return None
    job = jobs.ask(who=who, kind=KIND, arguments={"trial": str(trial.pk), "practice": who.practice_id})
    Job.unscoped.filter(pk=job.pk).update(of=len(chosen))
    WhatIfLine.unscoped.filter(trial_id=trial.pk, account_id__in=chosen).update(sending_id=job.pk, answer="", detail="")
    return job


def step(*, who: Who, job: UUID, at: datetime) -> bool:
    """Propose to the next accounts; True while there are more. One worker at a time."""
    with cursor() as cur:
        cur.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"what-if sending {job}"])
        if not cur.fetchone()[0]:
            return False
    found = Job.unscoped.filter(pk=job, user_id=who.user_id, kind=KIND).first()
    if found is None:
        return False
    if found.state == JobState.WAITING:
        jobs.start(job=found, at=at, of=found.of)
        found.refresh_from_db()
    if found.state != JobState.RUNNING:
        return False
    wanted = wanted_of(trial_of(who, UUID(found.arguments["trial"])))
    rows = WhatIfLine.unscoped.filter(trial_id=found.arguments["trial"], sending_id=job, answer="")
    batch = list(rows.order_by("account_id").values_list("account_id", flat=True)[:AT_ONCE])
    for account in batch:
        answer, detail = _propose(who, account, wanted, at)
        rows.filter(account_id=account).update(answer=answer, detail=detail[:LONGEST])
    jobs.progress(job=found, done=found.done + len(batch))
    if len(batch) == AT_ONCE:
        return True
    jobs.end(job=found, at=at, result={})
    return False


def stop(*, job: Job, at: datetime) -> None:
    """Whoever has not been asked yet is not asked."""
    if jobs.cancel(job=job, at=at):
        WhatIfLine.unscoped.filter(sending_id=job.pk, answer="").update(sending_id=None)


def _propose(who: Who, account: int, wanted: Wanted, at: datetime) -> tuple[str, str]:
    """What became of it, and why not."""
    found = scope(who, Account, "set_fees").filter(pk=account).first()
    if found is None:
        return REFUSED, ""
    try:
        with transaction.atomic(using=current_alias.get()):
            sent = propose(who=who, account=found, wanted=_with_its_own(who, found, wanted, at), at=at)
    except ScheduleRefused as refused:
        return REFUSED, " ".join(tell(one.sentence) for one in refused.problems)
    return (SENT if sent.state == ProposalState.PROPOSED else AGREED), ""


def _with_its_own(who: Who, account: Account, wanted: Wanted, at: datetime) -> Wanted:
    """What is tried are fees: the account's invoice limit, and who bears the broker's charges, stay as they are."""
    stands = ground_of(who=who, account=account, at=at).standing.wanted
    return replace(
        wanted,
        cap_kind=stands.cap_kind,
        cap_rate=stands.cap_rate,
        commissions_to_master=stands.commissions_to_master,
        other_fees_to_master=stands.other_fees_to_master,
    )
