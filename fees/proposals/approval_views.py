"""The client's pages: a proposal with the money first, signing it, declining it; and the signed paper for both."""

import base64
import binascii
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from accounts.ground.runs.queries import sealed_day
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from fees.proofs.words import method_title, tell
from fees.proposals import queries
from fees.proposals.actions import ProposalRefused
from fees.proposals.document import terms_words
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.paper import paper
from fees.proposals.preview import effect
from fees.proposals.rules import LARGEST_DRAWING, LONGEST_REASON
from fees.proposals.signing import decline, sign
from fees.proposals.views import told

DATA_URL = "data:image/png;base64,"


@gate("sign")
@require_GET
def approval(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the advisor proposes, what it would have cost, the text, and the place to sign."""
    return _page(request, queries.asked(_who(request), pk))


@gate("sign", step_up=True)
@require_POST
def sign_proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put the terms into force in the signer's name."""
    who = _who(request)
    found = queries.asked(who, pk)
    if request.POST.get("read") != "on":
        return _page(request, found, problem=_("Read the full text and tick that you have."))
    hand = hand_of(request, request.POST.get("name", ""), _drawing(request))
    try:
        sign(who=who, proposal=found, hand=hand, seen=request.POST.get("seen", ""), at=timezone.now())
    except ProposalRefused as refused:
        return _page(request, queries.asked(who, pk), problem=tell(refused.sentence))
    messages.success(request, _("Signed. Both sides have the same paper."))
    return HttpResponseRedirect(reverse("fees:approval", args=[found.pk]))


@gate("sign")
@require_POST
def decline_proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say no; what applies goes on."""
    who = _who(request)
    found = queries.asked(who, pk)
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    try:
        decline(who=who, proposal=found, reason=reason, at=timezone.now())
    except ProposalRefused as refused:
        return _page(request, queries.asked(who, pk), problem=tell(refused.sentence))
    messages.success(request, _("Declined. What applied before goes on; your advisor has been told."))
    return HttpResponseRedirect(reverse("fees:approval", args=[found.pk]))


@gate("view", proved=True)
@require_GET
def proposal_pdf(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The paper for both sides: the text, and who signed it."""
    who = _who(request)
    found = queries.asked(who, pk, "view")
    if who.is_advisor and not queries.of_practice(who).filter(pk=pk).exists():
        raise Http404
    answer = HttpResponse(paper(found, getattr(found, "signature", None)), content_type="application/pdf")
    name = f"fees-{found.account.number}-{found.version}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _page(request: HttpRequest, proposal: Proposal, problem: str = "") -> HttpResponse:
    who = _who(request)
    context = told(proposal) | {"problem": problem, "longest_reason": LONGEST_REASON, "longest_name": LONGEST_NAME}
    if proposal.state == ProposalState.PROPOSED:
        context |= _compared(who, proposal)
    return render(request, "fees/proposals/approval.html", context, status=422 if problem else 200)


def _compared(who: Who, proposal: Proposal) -> dict[str, object]:
    """Today's terms beside the proposed ones, and both on the values of the last closed period."""
    after = queries.wanted_of(proposal)
    day = proposal.asked_start or exchange_today()
    before = queries.standing(who, proposal.account, proposal.practice_id, day).wanted
    found = effect(
        proposal.account,
        payee=proposal.practice_id,
        before=before.components,
        after=after.components,
        sealed=sealed_day(),
        days=calendar(),
    )
    context: dict[str, object] = {"before": terms_words(before, proposal.account.base_currency), "effect": found}
    context["left_out"] = [method_title(code) for code in found.left_out] if found else []
    if found is not None and found.is_known:
        context["arithmetic"] = [tell(one) for one in found.after.arithmetic]
        context["receipt"] = [tell(one) for one in found.after.receipt]
    return context


def _drawing(request: HttpRequest) -> bytes | None:
    """The picture of a drawn signature; what is no picture is refused by the rules."""
    if request.POST.get("how") != "draw":
        return None
    text = request.POST.get("drawing", "")
    if not text.startswith(DATA_URL) or len(text) > 2 * LARGEST_DRAWING:
        return b""
    try:
        return base64.b64decode(text.removeprefix(DATA_URL), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
