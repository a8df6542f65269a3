"""Giving a template to accounts: first what would become of each, then each by itself, as far as it was looked at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.models import Account
from fees.patterns.actions import TemplateRefused
from fees.patterns.models import FeeTemplate
from fees.patterns.queries import APPLY, JOBS, REVIEW, accounts, own, wanted_of
from fees.proofs.words import tell
from fees.proposals.actions import lock, propose
from fees.proposals.judging import Judged, judge, payee_of
from fees.proposals.preview import effect
from fees.proposals.rules import Wanted, problems
from fees.schedules.rules import ScheduleRefused
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

# What becomes of an account: it waits for the client, applies at once, changes nothing, cannot be.
WAITS, APPLIES, SAME, REFUSED = "waits", "applies", "same", "refused"
MOST = 2000
AT_ONCE = 20


def ask(*, who: Who, template: FeeTemplate, numbers: Sequence[str], at: datetime) -> Job:
    """A job that works out what the template would mean for each account; nothing is sent."""
    return _ask(who, {"template": str(template.pk), "version": template.version}, numbers)


def ask_terms(*, who: Who, wanted: Wanted, numbers: Sequence[str], at: datetime) -> Job:
    """The same for terms that are no template's, or that moved away from one; ScheduleRefused says what is wrong."""
    found = problems(wanted, today=exchange_day(at))
    if found:
        raise ScheduleRefused(found)
    source = {"from": str(wanted.template), "from_version": wanted.template_version} if wanted.template else {}
    return _ask(who, {"terms": wanted.kept(), **source}, numbers)


def _ask(who: Who, terms: dict[str, object], numbers: Sequence[str]) -> Job:
    chosen = list(dict.fromkeys(numbers))
    if not chosen:
        raise TemplateRefused(Sentence(gettext_noop("Choose at least one account."), {}))
    if len(chosen) > MOST:
        msgid = gettext_noop("Choose at most %(most)s accounts at a time.")
        raise TemplateRefused(Sentence(msgid, {"most": MOST}))
    known = set(accounts(who).filter(number__in=chosen).values_list("number", flat=True))
    strange = next((number for number in chosen if number not in known), None)
    if strange is not None:
        msgid = gettext_noop("%(number)s is not an account whose fees you set; choose from the list.")
        raise TemplateRefused(Sentence(msgid, {"number": strange[:20]}))
    job = jobs.ask(who=who, kind=REVIEW, arguments={**terms, "accounts": chosen})
    Job.unscoped.filter(pk=job.pk).update(of=len(chosen))
    return job


def ask_to_apply(*, who: Who, review: Job, numbers: Sequence[str]) -> Job:
    """A job that proposes the terms to those of the reviewed accounts; TemplateRefused where the template changed."""
    if review.state != JobState.DONE:
        raise TemplateRefused(Sentence(gettext_noop("Wait until every account has been worked out."), {}))
    terms_of(who, review)
    reviewed = review.result["rows"]  # type: ignore[index]
    chosen = {
        number: reviewed[number]["outcome"]
        for number in numbers
        if number in reviewed and reviewed[number]["outcome"] in (WAITS, APPLIES)
    }
    if not chosen:
        raise TemplateRefused(Sentence(gettext_noop("Choose at least one account that something changes for."), {}))
    one_at_a_time(f"fee template {review.pk}")
    earlier = Job.unscoped.filter(user_id=who.user_id, kind=APPLY, arguments__review=str(review.pk)).first()
    if earlier is not None:
        return earlier
    arguments = {**review.arguments, "review": str(review.pk), "accounts": list(chosen), "expected": chosen}
    job = jobs.ask(who=who, kind=APPLY, arguments=arguments)
    Job.unscoped.filter(pk=job.pk).update(of=len(chosen))
    return job


def terms_of(who: Who, job: Job) -> Wanted:
    """The terms as they were when the accounts were worked out; TemplateRefused where their template changed since."""
    if "terms" in job.arguments:
        source = job.arguments.get("from")
        terms = Wanted.again(job.arguments["terms"])
        return (
            replace(terms, template=UUID(source), template_version=job.arguments["from_version"]) if source else terms
        )
    found = own(who).filter(pk=job.arguments["template"]).first()
    if found is None or found.version != job.arguments["version"]:
        msgid = gettext_noop("The template has been changed or deleted since; choose the accounts once more.")
        raise TemplateRefused(Sentence(msgid, {}))
    return wanted_of(found)


def step(*, who: Who, job: UUID, at: datetime) -> bool:
    """The next accounts; True while there are more.  One worker at a time; called twice, nobody is asked twice."""
    one_at_a_time(f"fee job {job}")
    found = Job.unscoped.filter(pk=job, user_id=who.user_id, kind__in=JOBS).first()
    if found is None:
        return False
    if found.state == JobState.WAITING:
        jobs.start(job=found, at=at, of=found.of)
        found.refresh_from_db()
    if found.state != JobState.RUNNING:
        return False
    try:
        wanted = terms_of(who, found)
    except TemplateRefused as refused:
        jobs.end(job=found, at=at, result=found.result, problem=tell(refused.sentence))
        return False
    rows: dict[str, Any] = (found.result or {}).get("rows", {})
    left = [number for number in found.arguments["accounts"] if number not in rows]
    known = {one.number: one for one in accounts(who).filter(number__in=left[:AT_ONCE])}
    for number in left[:AT_ONCE]:
        rows[number] = _row(who, found, known.get(number), wanted, at)
    Job.unscoped.filter(pk=job).update(result={"rows": rows})
    jobs.progress(job=found, done=len(rows))
    if len(left) > AT_ONCE:
        return True
    jobs.end(job=found, at=at, result={"rows": rows})
    return False


def _row(who: Who, job: Job, account: Account | None, wanted: Wanted, at: datetime) -> dict[str, Any]:
    if account is None:
        words = Sentence(gettext_noop("This account is no longer among those whose fees you set."), {})
        return {"outcome": REFUSED, "title": "", "words": [tell(words)]}
    if job.kind == REVIEW:
        return _consequence(who, account, wanted, at)
    return {"title": account.title} | _applied(who, account, wanted, job.arguments["expected"][account.number], at)


def _consequence(who: Who, account: Account, wanted: Wanted, at: datetime) -> dict[str, Any]:
    """What would become of one account, and what it comes to."""
    judged = judge(who=who, account=account, wanted=wanted, at=at)
    said = [one.sentence for one in judged.problems] or [*judged.reasons, *judged.cautions]
    found: dict[str, Any] = {
        "outcome": outcome_of(judged),
        "title": account.title,
        "currency": account.base_currency,
        "words": [tell(one) for one in said],
        "starts": judged.starts.isoformat(),
    }
    if found["outcome"] in (WAITS, APPLIES):
        money = effect(account, payee=payee_of(who), before=judged.standing.wanted.components, after=wanted.components,
                       sealed=judged.sealed, days=judged.days)  # fmt: skip
        if money is not None and money.is_known:
            found |= {"before": str(money.before.amount), "after": str(money.after.amount)}
    return found


def outcome_of(judged: Judged) -> str:
    """What becomes of terms that were judged."""
    if judged.problems:
        return SAME if {one.key for one in judged.problems} == {"no_change"} else REFUSED
    return WAITS if judged.needs_signature else APPLIES


def _applied(who: Who, account: Account, wanted: Wanted, expected: str, at: datetime) -> dict[str, Any]:
    """Propose the terms, if what becomes of them is what was looked at."""
    try:
        with transaction.atomic(using=current_alias.get()):
            assert who.practice_id is not None
            lock(account.firm_id, account.pk, who.practice_id)
            judged = judge(who=who, account=account, wanted=wanted, at=at)
            if not judged.problems and outcome_of(judged) != expected:
                words = Sentence(gettext_noop("Its terms have changed since you looked; choose it once more."), {})
                return {"outcome": REFUSED, "words": [tell(words)]}
            sent = propose(who=who, account=account, wanted=wanted, at=at)
    except ScheduleRefused as refused:
        return {"outcome": REFUSED, "words": [tell(one.sentence) for one in refused.problems]}
    return {"outcome": expected, "words": [], "proposal": str(sent.pk)}
