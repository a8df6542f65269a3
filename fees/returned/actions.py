"""A paper is handed in by the advisor and decided by the back office; accepted, it is the client's signature."""

from datetime import date, datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.desk.applying.actions import paper as read_paper
from accounts.ground.access.context import Who, current_alias
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import User
from accounts.ground.signatures.rules import name_problem
from accounts.ground.tree.models import Practice
from fees.proposals import mails
from fees.proposals.actions import ProposalRefused, ended, locked
from fees.proposals.models import Proposal, ProposalState, Signature, SignatureKind
from fees.proposals.rules import booked_on
from fees.proposals.signing import note, put_in_force
from fees.returned.models import PaperState, ReturnedPaper
from fees.schedules import rules as schedules
from fees.schedules.queries import night_barrier
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

LONGEST_REASON = 300


def hand_in(
    *, who: Who, proposal: Proposal, file: UploadedFile, name: str, signed_on: date, at: datetime
) -> ReturnedPaper:
    """Keep the scan of a proposal that the client has signed by hand; nothing applies before it is accepted.

    ProposalRefused says what is wrong with it; ApplicationProblem what is wrong with the file.
    """
    enclosed = read_paper(file)
    with transaction.atomic(using=current_alias.get()):
        held = locked(proposal)
        if held.state != ProposalState.PROPOSED:
            raise ended(held)
        _check(held, name, signed_on, at)
        if ReturnedPaper.unscoped.filter(proposal=held, state=PaperState.REVIEW).exists():
            raise ProposalRefused(Sentence(gettext_noop("A signed paper is with the back office already."), {}))
        row = ReturnedPaper.unscoped.create(
            id=uuid4(),
            proposal=held,
            firm_id=held.firm_id,
            account_id=held.account_id,
            practice_id=held.practice_id,
            signed_name=name.strip(),
            signed_on=signed_on,
            document_hash=held.document_hash,
            name=enclosed.name,
            kind=enclosed.kind,
            size=len(enclosed.content),
            sha256=enclosed.sha256,
            sent_by_id=who.user_id,
            sent_at=at,
        )
        note(who.user_id, held, gettext_noop("Signed paper of a fee proposal handed in"), at)
        mails.owe_mails(held, "handed_in", mails.OWNER, of=row.pk)
        default_storage.save(row.place, ContentFile(enclosed.content))
    return row


def accept(*, paper: ReturnedPaper, by: int, at: datetime) -> Proposal:
    """The back office has seen that the client signed: the terms apply as if signed now, and never earlier.

    ProposalRefused says why they cannot any more, and nothing has changed then.
    """
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        held = locked(paper.proposal)
        now = _to_be_decided(paper)
        if held.state != ProposalState.PROPOSED:
            raise ended(held)
        booked = booked_on(at, calendar())
        if held.expires_on and booked > held.expires_on:
            raise ProposalRefused(Sentence(gettext_noop("The proposal has expired; it takes a new one."), {}))
        _decide(now, PaperState.ACCEPTED, by=by, at=at)
        Signature.unscoped.create(
            proposal=held,
            firm_id=held.firm_id,
            account_id=held.account_id,
            practice_id=held.practice_id,
            kind=SignatureKind.PAPER,
            name=now.signed_name,
            document_hash=now.document_hash,
            at=at,
            user_id=by,
            username=User.objects.get(pk=by).get_username(),
        )
        put_in_force(
            held,
            payee=Practice.unscoped.get(pk=held.practice_id),
            signature=schedules.Signature(name=now.signed_name, at=at, document_hash=now.document_hash),
            booked=booked,
            by=by,
            at=at,
        )
    return held


def reject(*, paper: ReturnedPaper, reason: str, by: int, at: datetime) -> None:
    """It is not what the client was to sign; the proposal waits on. ProposalRefused says what is wrong."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise ProposalRefused(Sentence(gettext_noop("Say why it is rejected."), {}))
    with transaction.atomic(using=current_alias.get()):
        held = locked(paper.proposal)
        _decide(_to_be_decided(paper), PaperState.REJECTED, by=by, at=at, reason=said)
        note(by, held, gettext_noop("Signed paper of a fee proposal rejected"), at)
        mails.owe_mails(held, "not_accepted", mails.OWNER, mails.PRACTICE, of=paper.pk)


def _check(proposal: Proposal, name: str, signed_on: date, at: datetime) -> None:
    wrong = name_problem(name)
    if wrong is not None:
        raise ProposalRefused(wrong)
    sent_on = exchange_day(proposal.proposed_at or at)
    if not sent_on <= signed_on <= exchange_day(at):
        msgid = gettext_noop("The paper can have been signed from %(day)s, when the proposal was sent, until today.")
        raise ProposalRefused(Sentence(msgid, {"day": sent_on}))


def _to_be_decided(paper: ReturnedPaper) -> ReturnedPaper:
    now = ReturnedPaper.unscoped.select_for_update().get(pk=paper.pk)
    if now.state != PaperState.REVIEW:
        raise ProposalRefused(Sentence(gettext_noop("This paper has been decided already."), {}))
    return now


def _decide(paper: ReturnedPaper, state: str, *, by: int, at: datetime, reason: str = "") -> None:
    paper.state, paper.decided_by_id, paper.decided_at, paper.reason = state, by, at, reason
    paper.save(update_fields=["state", "decided_by", "decided_at", "reason"])
