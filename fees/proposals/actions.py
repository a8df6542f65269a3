"""The advisor's hand: drafting, sending, replacing and cancelling proposals.  A decrease applies as it is sent."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from accounts.ground.requests.actions import ask, finish_by_key
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.runs.queries import sealed_day
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Practice
from fees.invoicing.actions import agree_cap, end_cap
from fees.invoicing.models import InvoiceCap
from fees.proposals import document, mails
from fees.proposals.judging import Judged, judge, payee_of
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.preview import effect
from fees.proposals.queries import wanted_of
from fees.proposals.rules import EXPIRY, Wanted
from fees.schedules.actions import agree
from fees.schedules.models import Schedule
from fees.schedules.queries import hold_agreements, night_barrier
from fees.schedules.rules import ScheduleRefused, Signature
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

TITLE = gettext_noop("Fee proposal")


class ProposalRefused(ValueError):
    """The proposal stands where this cannot be done any more; `sentence` says why and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.msgid % sentence.params)
        self.sentence = sentence


def draft(*, who: Who, account: Account, wanted: Wanted, at: datetime) -> Proposal:
    """Keep the terms for later; an account has one draft a practice. ScheduleRefused says what is wrong."""
    judged = judge(who=who, account=account, wanted=wanted, at=at)
    if judged.problems:
        raise ScheduleRefused(judged.problems)
    with transaction.atomic(using=current_alias.get()):
        lock(account.firm_id, account.pk, payee_of(who))
        return _drafted(who, account, wanted, at)


def propose(*, who: Who, account: Account, wanted: Wanted, at: datetime) -> Proposal:
    """Send the terms to the client, or put them into force where they cost the client no more.

    What waited for the client before is replaced. ScheduleRefused says what is wrong.
    """
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        lock(account.firm_id, account.pk, payee_of(who))
        judged = judge(who=who, account=account, wanted=wanted, at=at)
        if judged.problems:
            raise ScheduleRefused(judged.problems)
        _replace(who, account, at)
        proposal = _drafted(who, account, wanted, at)
        _seal(who, proposal, judged, at)
        if judged.needs_signature:
            proposal.state = ProposalState.PROPOSED
            _write(proposal)
            _tell(who, proposal, at)
        else:
            _apply_now(who, proposal, judged, at)
    return proposal


def cancel(*, who: Who, proposal: Proposal, reason: str = "", at: datetime) -> Proposal:
    """Take back a draft or what waits for the client."""
    with transaction.atomic(using=current_alias.get()):
        held = locked(proposal)
        if held.state not in (ProposalState.DRAFT, ProposalState.PROPOSED):
            raise ended(held)
        was_sent = held.state == ProposalState.PROPOSED
        _end(held, ProposalState.CANCELLED, by=who.user_id, at=at, reason=reason)
        if was_sent:
            mails.owe_mails(held, "cancelled", mails.OWNER)
    return held


def lock(firm_id: int, account_id: int, practice_id: int) -> None:
    """One at a time for an account and a payee, until the transaction ends."""
    hold_agreements(firm_id, alone=False)
    one_at_a_time(f"proposal {account_id} {practice_id}")


def locked(proposal: Proposal) -> Proposal:
    """The proposal as it stands now, held until the transaction ends."""
    lock(proposal.firm_id, proposal.account_id, proposal.practice_id)
    # The row as well: an application that is given up ends its proposals without asking for the lock.  What has ended
    # is not the client's to hold any more, only to read.
    Proposal.unscoped.select_for_update(no_key=True).filter(pk=proposal.pk).first()
    return Proposal.unscoped.select_related("account").get(pk=proposal.pk)


def ended(proposal: Proposal) -> ProposalRefused:
    """The refusal of whatever comes too late."""
    words = {
        ProposalState.APPROVED: gettext_noop("This proposal has been approved already."),
        ProposalState.DECLINED: gettext_noop("This proposal was declined; it takes a new one."),
        ProposalState.SUPERSEDED: gettext_noop("This proposal was replaced by a newer one; open that one instead."),
        ProposalState.CANCELLED: gettext_noop("This proposal was withdrawn; there is nothing to sign."),
        ProposalState.EXPIRED: gettext_noop("This proposal has expired; ask your advisor for a new one."),
        ProposalState.DRAFT: gettext_noop("This proposal has not been sent."),
    }
    return ProposalRefused(Sentence(words[ProposalState(proposal.state)], {}))


def put_into_force(
    *, proposal: Proposal, practice: Practice, starts: date, signature: Signature | None, by: int, at: datetime
) -> tuple[Schedule, InvoiceCap | None]:
    """Agree the schedule and the cap that a proposal names; ScheduleRefused where the rules refuse it by now."""
    wanted = wanted_of(proposal)
    schedule = agree(
        account=proposal.account,
        practice=practice,
        strategy=wanted.strategy,
        components=wanted.components,
        starts=starts,
        signature=signature,
        commissions_to_master=wanted.commissions_to_master,
        other_fees_to_master=wanted.other_fees_to_master,
        by=by,
        at=at,
    )
    return schedule, _cap(proposal, wanted, practice, starts, signature, by, at)


def finish(proposal: Proposal, status: str, at: datetime) -> None:
    """End the item on the lists of both sides."""
    finish_by_key(
        firms=[proposal.firm_id],
        kind=RequestKind.CLIENT_APPROVAL,
        natural_key=key_of(proposal),
        status=status,
        at=at,
    )


def key_of(proposal: Proposal) -> str:
    """Under which the item of a proposal stands on the lists."""
    return f"fee proposal {proposal.pk}"


def _drafted(who: Who, account: Account, wanted: Wanted, at: datetime) -> Proposal:
    """The one draft of the practice about the account, with these terms."""
    mine = Proposal.unscoped.filter(account=account, practice_id=payee_of(who))
    found = mine.filter(state=ProposalState.DRAFT).first()
    if found is None:
        found = Proposal(
            firm_id=account.firm_id,
            account=account,
            practice_id=payee_of(who),
            version=(mine.aggregate(last=Max("version"))["last"] or 0) + 1,
        )
    fields: dict[str, Any] = {
        "strategy": wanted.strategy,
        "components": wanted.stored(),
        "commissions_to_master": wanted.commissions_to_master,
        "other_fees_to_master": wanted.other_fees_to_master,
        "cap_kind": wanted.cap_kind,
        "cap_rate": wanted.cap_rate,
        "asked_start": wanted.asked_start,
        "template_id": wanted.template,
        "template_version": wanted.template_version,
        "created_at": at,
        "created_by_id": who.user_id,
    }
    for name, value in fields.items():
        setattr(found, name, value)
    _write(found)
    return found


def _write(proposal: Proposal) -> None:
    """Only what may change is written: rights are given column by column."""
    kept = ("id", "firm", "account", "practice", "version")
    names = [one.name for one in Proposal._meta.concrete_fields if one.name not in kept]
    if proposal._state.adding:
        proposal.save(force_insert=True, using=current_alias.get())
    else:
        proposal.save(update_fields=names)


def _seal(who: Who, proposal: Proposal, judged: Judged, at: datetime) -> None:
    """Write the text that the client is shown, and everything that belongs to sending."""
    account, wanted = proposal.account, wanted_of(proposal)
    before = judged.standing.wanted
    proposal.needs_signature = judged.needs_signature
    proposal.proposed_at, proposal.proposed_by_id = at, who.user_id
    proposal.expires_on = exchange_day(at) + EXPIRY
    proposal.language = _language(who, account)
    letter = document.Letter(
        version=proposal.version,
        account=account,
        payee=Practice.unscoped.get(pk=proposal.practice_id).name,
        day=exchange_day(at),
        expires_on=proposal.expires_on,
        starts=judged.starts,
        reasons=judged.reasons,
        effect=effect(
            account,
            payee=proposal.practice_id,
            before=before.components,
            after=wanted.components,
            sealed=sealed_day(),
            days=judged.days,
        ),
    )
    proposal.document = document.write(letter, before=before, after=wanted, language=proposal.language)
    proposal.document_hash = document.hash_of(proposal.document)


def _language(who: Who, account: Account) -> str:
    """The language in which the first holder is written to."""
    rights = scope(who, ClientRight).filter(account=account).order_by("pk")
    return rights.values_list("party__language", flat=True).first() or "en"


def _replace(who: Who, account: Account, at: datetime) -> None:
    waiting = Proposal.unscoped.filter(account=account, practice_id=payee_of(who), state=ProposalState.PROPOSED).first()
    if waiting is not None:
        _end(waiting, ProposalState.SUPERSEDED, by=who.user_id, at=at)


def _end(proposal: Proposal, state: str, *, by: int, at: datetime, reason: str = "") -> None:
    was_sent = proposal.state == ProposalState.PROPOSED
    proposal.state, proposal.decided_at, proposal.decided_by = state, at, by
    proposal.reason = reason
    proposal.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    if was_sent:
        finish(proposal, RequestStatus.CANCELLED, at)


def _tell(who: Who, proposal: Proposal, at: datetime) -> None:
    """Both lists get their item, the client a mail."""
    day = exchange_day(at)
    ask(
        account=proposal.account,
        kind=RequestKind.CLIENT_APPROVAL,
        title=TITLE,
        natural_key=key_of(proposal),
        day=day,
        status=RequestStatus.AWAITING_CLIENT,
        detail={"proposal": str(proposal.pk), "version": proposal.version},
    )
    record(
        account=proposal.account,
        kind="fee_proposal",
        title=gettext_noop("Fee proposal sent to the client"),
        status=proposal.state,
        data={"proposal": str(proposal.pk), "version": proposal.version},
        day=day,
        by=who.user_id,
    )
    mails.owe_mails(proposal, "proposed", mails.OWNER)


def _apply_now(who: Who, proposal: Proposal, judged: Judged, at: datetime) -> None:
    """No more than before: the client's authorization that stands covers it."""
    former = judged.standing.current
    signature = None
    if former is not None and former.signed_at is not None:
        signature = Signature(name=former.signed_name, at=former.signed_at, document_hash=former.document_hash)
    practice = Practice.unscoped.get(pk=proposal.practice_id)
    proposal.schedule, proposal.cap = put_into_force(
        proposal=proposal, practice=practice, starts=judged.starts, signature=signature, by=who.user_id, at=at
    )
    proposal.state, proposal.starts = ProposalState.APPROVED, judged.starts
    proposal.decided_at, proposal.decided_by = at, who.user_id
    _write(proposal)


def _cap(
    proposal: Proposal,
    wanted: Wanted,
    practice: Practice,
    starts: date,
    signature: Signature | None,
    by: int,
    at: datetime,
) -> InvoiceCap | None:
    """The cap as proposed, where it is another one than applies."""
    rows = InvoiceCap.unscoped.filter(account=proposal.account, practice_id=proposal.practice_id)
    former = rows.order_by("-version").first()
    if former is not None and former.ends is not None and former.ends <= starts:
        former = None
    if not wanted.cap_kind:
        # A limit in money alone is not on the form, so leaving the form empty does not take it away.
        if former is not None and former.rate is not None:
            end_cap(account=proposal.account, practice=practice, first_day=starts)
        return None
    if former is not None and (former.kind, former.rate) == (wanted.cap_kind, wanted.cap_rate):
        return former
    if signature is None and former is not None:
        signature = Signature(name=former.signed_name, at=former.signed_at, document_hash=former.document_hash)
    assert signature is not None, "a new limit is an increase, and an increase is signed"
    return agree_cap(
        account=proposal.account,
        practice=practice,
        kind=wanted.cap_kind,
        rate=wanted.cap_rate,
        starts=starts,
        signature=signature,
        by=by,
        at=at,
    )
