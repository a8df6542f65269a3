"""Handing in a proposal that came back signed on paper, and the scan for both sides."""

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.messages.views import handed_out
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from fees.proofs.words import tell
from fees.proposals import queries as proposals
from fees.proposals.actions import ProposalRefused
from fees.returned import queries
from fees.returned.actions import hand_in
from fees.returned.forms import PaperForm
from fees.sending.actions import as_its_payee


@gate("set_fees", step_up=True)
@require_POST
def return_paper(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand in the scan; the back office checks it before anything applies."""
    who = _who(request)
    found = proposals.own_proposal(who, pk)
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, " ".join(str(one) for one in problems))
        return HttpResponseRedirect(reverse("fees:proposal", args=[found.pk]))
    given = form.cleaned_data
    try:
        with as_its_payee(who, found, ProposalRefused) as payee:
            hand_in(who=payee, proposal=found, at=timezone.now(), **given)
    except ProposalRefused as refused:
        messages.error(request, tell(refused.sentence))
    except ApplicationProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The paper is with the back office; your client has been told."))
    return HttpResponseRedirect(reverse("fees:proposal", args=[found.pk]))


@gate("view", proved=True)
@require_GET
def returned_scan(request: HttpRequest, pk: uuid.UUID, paper: uuid.UUID) -> FileResponse:
    """The scan as it was handed in, to be saved."""
    return handed_out(queries.paper_for(_who(request), pk, paper))


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
