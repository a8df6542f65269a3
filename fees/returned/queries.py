"""Reading papers: those of a proposal that the person was shown, one of them."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from fees.proposals import queries as proposals
from fees.proposals.models import Proposal
from fees.returned.models import ReturnedPaper


def papers_of(who: Who, proposal: Proposal) -> "QuerySet[ReturnedPaper]":
    """What was handed in for it, the latest first."""
    return scope(who, ReturnedPaper).filter(proposal=proposal).order_by("-sent_at", "pk")


def paper_for(who: Who, pk: UUID, paper: UUID) -> ReturnedPaper:
    """One of them, for its practice or its client; hidden and missing answer alike."""
    proposal = proposals.own_proposal(who, pk, "view") if who.is_advisor else proposals.asked(who, pk, "view")
    found = papers_of(who, proposal).filter(pk=paper).first()
    if found is None:
        raise Http404
    return found
