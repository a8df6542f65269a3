"""The client's hand: signing a proposal as it was shown, or declining it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import User
from accounts.ground.requests.models import RequestStatus
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Practice
from fees.proposals import mails
from fees.proposals.actions import ProposalRefused, ended, finish, locked, put_into_force
from fees.proposals.models import Proposal, ProposalState, Signature, SignatureKind
from fees.proposals.queries import wanted_of
from fees.proposals.rules import LONGEST_REASON, booked_on, drawing_problem, starts_on
from fees.schedules import rules as schedules
from fees.schedules.actions import first_start
from fees.schedules.queries import billed_through, night_barrier
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop


def sign(*, who: Who, proposal: Proposal, hand: Hand, seen: str, at: datetime) -> Proposal:
    """Put the terms into force as they were shown; `seen` is the hash of the text on the signer's screen.

    ProposalRefused says why it cannot be signed any more, and nothing has changed then.
    """
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        held = locked(proposal)
        booked = booked_on(at, calendar())
        _check(held, hand, seen, booked > (held.expires_on or booked))
        signature = _written(who, held, hand, at)
        # One pays a money manager, and a second level's client the top level, without ever seeing its row.
        payee = Practice.unscoped.filter(pk=held.practice_id).first()
        payee = payee or Practice(
            pk=held.practice_id,
            firm_id=held.firm_id,
            level=_of_payee("fees_payee_level", held),
            # Now, not when it sent the terms.
            is_commodity_registered=_of_payee("fees_payee_is_registered", held),
        )
        put_in_force(held, payee=payee, signature=signature, booked=booked, by=who.user_id, at=at)
    return held


def put_in_force(
    proposal: Proposal, *, payee: Practice, signature: schedules.Signature, booked: date, by: int, at: datetime
) -> None:
    """Agree what was signed from the first day on which it may apply, and tell both sides; the caller holds the
    proposal, which has its signature."""
    starts = starts_on(proposal.asked_start, booked, billed_through())
    components = wanted_of(proposal).components
    starts = first_start(account=proposal.account, practice=proposal.practice_id, components=components, starts=starts)
    try:
        proposal.schedule, proposal.cap = put_into_force(
            proposal=proposal, practice=payee, starts=starts, signature=signature, by=by, at=at
        )
    except schedules.ScheduleRefused as refused:
        raise ProposalRefused(refused.problems[0].sentence) from refused
    proposal.starts = starts
    _decide(by, proposal, ProposalState.APPROVED, at)
    finish(proposal, RequestStatus.APPROVED, at)
    note(by, proposal, gettext_noop("Fee proposal signed"), at)
    mails.owe_mails(proposal, "approved", mails.OWNER, mails.PRACTICE)


def decline(*, who: Who, proposal: Proposal, reason: str, at: datetime) -> Proposal:
    """Refuse the proposal; what applied before goes on."""
    with transaction.atomic(using=current_alias.get()):
        held = locked(proposal)
        if held.state != ProposalState.PROPOSED:
            raise ended(held)
        held.reason = reason.strip()[:LONGEST_REASON]
        _decide(who.user_id, held, ProposalState.DECLINED, at)
        finish(held, RequestStatus.REJECTED, at)
        note(who.user_id, held, gettext_noop("Fee proposal declined"), at)
        mails.owe_mails(held, "declined", mails.PRACTICE)
    return held


def _of_payee(function: str, proposal: Proposal) -> Any:
    """What the database answers about the payee of a proposal that one may sign."""
    with cursor() as cur:
        cur.execute(f"SELECT {function}(%s)", [proposal.pk])
        return cur.fetchone()[0]


def _check(proposal: Proposal, hand: Hand, seen: str, is_late: bool) -> None:
    if proposal.state != ProposalState.PROPOSED:
        raise ended(proposal)
    if is_late:
        raise ProposalRefused(Sentence(gettext_noop("This proposal has expired; ask your advisor for a new one."), {}))
    if seen != proposal.document_hash:
        msgid = gettext_noop("You have read another version of this proposal; open it again and read it first.")
        raise ProposalRefused(Sentence(msgid, {}))
    wrong = name_problem(hand.name) or (drawing_problem(hand.drawing) if hand.drawing is not None else None)
    if wrong is not None:
        raise ProposalRefused(wrong)


def _written(who: Who, proposal: Proposal, hand: Hand, at: datetime) -> schedules.Signature:
    """Keep the signature with its circumstances."""
    name = hand.name.strip()
    Signature.unscoped.create(
        proposal=proposal,
        firm_id=proposal.firm_id,
        account_id=proposal.account_id,
        practice_id=proposal.practice_id,
        kind=SignatureKind.TYPED if hand.drawing is None else SignatureKind.DRAWN,
        name=name,
        drawing=hand.drawing,
        document_hash=proposal.document_hash,
        at=at,
        user_id=who.user_id,
        username=User.objects.get(pk=who.user_id).get_username(),
        address=hand.address[:45],
        agent=hand.agent[:400],
        session=hand.session,
    )
    return schedules.Signature(name=name, at=at, document_hash=proposal.document_hash)


def _decide(by: int, proposal: Proposal, state: str, at: datetime) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, at, by
    names = ["state", "decided_at", "decided_by", "reason", "starts", "schedule", "cap"]
    proposal.save(update_fields=names)


def note(by: int, proposal: Proposal, title: str, at: datetime) -> None:
    """What became of a proposal, in the activity of its account."""
    record(
        account=proposal.account,
        kind="fee_proposal",
        title=title,
        status=proposal.state,
        data={"proposal": str(proposal.pk), "version": proposal.version},
        day=exchange_day(at),
        by=by,
    )
