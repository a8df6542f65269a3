"""The advisor's pages: terms with their live preview, sending them, what was proposed and what became of it."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.assignments.actions import as_payee
from accounts.ground.assignments.queries import accepted, alive_of
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account, Kind
from fees.groups.showing import members_of
from fees.invoicing.models import CAP_KINDS
from fees.notices.models import Mode
from fees.notices.queries import mode_of
from fees.overview.queries import usual
from fees.patterns import queries as patterns
from fees.patterns.drift import Origin, differing
from fees.patterns.models import FeeTemplate
from fees.proofs.words import method_title, tell
from fees.proposals import actions, queries
from fees.proposals.beside import room, year_back
from fees.proposals.document import terms_words
from fees.proposals.forms import TermsForm
from fees.proposals.judging import Ground, ground_of, judge, payee_of
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.preview import effect
from fees.proposals.rules import Wanted
from fees.returned.forms import PaperForm
from fees.returned.models import PaperState
from fees.returned.queries import papers_of
from fees.schedules.rules import ScheduleRefused
from fees.sending.actions import as_its_payee

SHOWS = {
    "open": (ProposalState.DRAFT, ProposalState.PROPOSED),
    "ended": (ProposalState.DECLINED, ProposalState.SUPERSEDED, ProposalState.CANCELLED, ProposalState.EXPIRED),
    "approved": (ProposalState.APPROVED,),
    "all": None,
}


def entering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view for the payee that the address names: an account's money manager, whose fees its advisor enters."""

    @wraps(view)
    def entered(request: HttpRequest, number: str) -> HttpResponse:
        who, wanted = _who(request), request.GET.get("payee", "").strip().upper()
        if not wanted:
            return view(request, number)
        account = account_for(who, number, "set_fees")
        manager = accepted([account.pk]).get(account.pk) if who.role == "top" else None
        if manager is None or manager.number != wanted:
            raise Http404
        with as_payee(who, [account.pk], manager) as payee:
            request.seat = payee  # type: ignore[attr-defined]
            try:
                return view(request, number)
            finally:
                request.seat = who  # type: ignore[attr-defined]

    return entered


@gate("set_fees")
@entering
def configure(request: HttpRequest, number: str) -> HttpResponse:
    """The terms of one account; sent back with `do=draft` they are kept, otherwise worked out and shown.

    With `usual=1` also what other clients pay, which reads every account: the page asks for it once it stands.
    """
    who = _who(request)
    account = account_for(who, number, "set_fees")
    if request.method != "POST":
        if request.GET.get("usual") == "1" and request.headers.get("HX-Request"):
            context = _usual(who, account, sealed_day()) | {"here": request.path}
            return render(request, "fees/proposals/usual.html", context)
        ground = ground_of(who=who, account=account, at=timezone.now())
        known, templates = queries.open_of(who, account, ground.standing), list(patterns.own(who))
        form = TermsForm(begin=_begin(ground, known, patterns.among(templates, request.GET.get("template", ""))))
        return _page(request, account, form, known=known, ground=ground, templates=templates)
    form = TermsForm(request.POST)
    wanted = _with_origin(who, form)
    if wanted is not None and request.POST.get("do") == "draft":
        try:
            actions.draft(who=who, account=account, wanted=wanted, at=timezone.now())
        except ScheduleRefused as refused:
            form.refuse(refused.problems, wanted)
        else:
            messages.success(request, _("The draft is saved; the client does not see it."))
            return HttpResponseRedirect(request.get_full_path())
    return _page(request, account, form, status=422 if form.is_refused else 200)


@gate("set_fees", step_up=True)
@require_POST
@entering
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send the terms to the client; what costs no more applies at once."""
    who = _who(request)
    account = account_for(who, number, "set_fees")
    form = TermsForm(request.POST)
    wanted = _with_origin(who, form)
    if wanted is not None:
        try:
            sent = actions.propose(who=who, account=account, wanted=wanted, at=timezone.now())
        except ScheduleRefused as refused:
            form.refuse(refused.problems, wanted)
        else:
            waits = sent.state == ProposalState.PROPOSED
            words = _("Sent: it waits for the client's signature.") if waits else _("Done: the new terms are agreed.")
            messages.success(request, words)
            return HttpResponseRedirect(reverse("fees:proposal", args=[sent.pk]))
    return _page(request, account, form, status=422)


@gate("set_fees")
@require_POST
@entering
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """What the terms just typed would come to, as a fragment beside them."""
    who = _who(request)
    account = account_for(who, number, "set_fees")
    form = TermsForm(request.POST)
    return render(request, "fees/proposals/preview.html", previewed(who, account, form))


@gate("set_fees")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What the practice has proposed: what is open, what ended, or all."""
    who = _who(request)
    show = request.GET.get("show", "open")
    states = SHOWS.get(show, SHOWS["open"])
    rows = queries.of_practice(who)
    if states is not None:
        rows = rows.filter(state__in=states)
    page = page_of(rows, order=["-created_at", "pk"], query=request.GET)
    context = {"page": page, "show": show if show in SHOWS else "open"}
    return render(request, "fees/proposals/list.html", context)


@gate("set_fees")
@require_GET
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal: where it stands, its terms, its text and its signature."""
    who = _who(request)
    found = queries.own_proposal(who, pk)
    papers = list(papers_of(who, found))
    takes = found.state == ProposalState.PROPOSED and not any(one.state == PaperState.REVIEW for one in papers)
    context = told(found) | {"papers": papers, "returning": PaperForm() if takes else None}
    return render(request, "fees/proposals/proposal.html", context)


@gate("set_fees")
@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it back while the client has not decided."""
    who = _who(request)
    found = queries.own_proposal(who, pk)
    try:
        with as_its_payee(who, found, actions.ProposalRefused) as payee:
            actions.cancel(who=payee, proposal=found, at=timezone.now())
    except actions.ProposalRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The proposal was withdrawn."))
    return HttpResponseRedirect(reverse("fees:proposal", args=[found.pk]))


def previewed(
    who: Who,
    account: Account,
    form: TermsForm,
    ground: Ground | None = None,
    templates: Sequence[FeeTemplate] | None = None,
) -> dict[str, Any]:
    """What the preview shows: the money before and after, what stands against it, whether the client must sign.
    `templates` are the practice's, where they have been read."""
    wanted = form.wanted()
    context: dict[str, Any] = {"account": account, "form": form, "wanted": wanted}
    if wanted is None:
        return context
    named = form.data.get("template", "")
    origin = patterns.picked(who, named) if templates is None else patterns.among(templates, named)
    context["drift"] = _drift(origin, wanted)
    judged = judge(who=who, account=account, wanted=wanted, at=timezone.now(), ground=ground)
    form.refuse(judged.problems, wanted)
    context |= {
        "judged": judged,
        "reasons": [tell(one) for one in judged.reasons],
        "cautions": [tell(one) for one in judged.cautions],
        "problems": form.summary,
    }
    if any(one.key not in ("no_change", "not_open", "before_funding") for one in judged.problems):
        return context
    found = effect(
        account,
        payee=payee_of(who),
        before=judged.standing.wanted.components,
        after=wanted.components,
        sealed=judged.sealed,
        days=judged.days,
        read_from=judged.sealed and year_back(judged.sealed),
    )
    context |= {"effect": found}
    context["left_out"] = [method_title(code) for code in found.left_out] if found else []
    unknown = (found.after.unknown or found.before.unknown) if found else None
    context["unknown"] = tell(unknown) if unknown else ""
    if found is not None and found.is_known:
        context["arithmetic"] = [tell(one) for one in found.after.arithmetic]
        context["receipt"] = [tell(one) for one in found.after.receipt]
        context["steps"] = found.after.sensitivity
        if judged.sealed is not None and found.after.amount:
            context["room"] = room(account, found.after.amount, judged.sealed, found.read)
    return context


def told(proposal: Proposal) -> dict[str, Any]:
    """What both sides are shown of a proposal."""
    return {
        "proposal": proposal,
        "account": proposal.account,
        "terms": terms_words(queries.wanted_of(proposal), proposal.account.base_currency),
        "signature": getattr(proposal, "signature", None),
    }


def _drift(found: FeeTemplate | None, wanted: Wanted) -> Origin | None:
    """What differs from the template that the form began with; None where it is gone."""
    return Origin(found, differing(patterns.wanted_of(found), wanted)) if found else None


def _with_origin(who: Who, form: TermsForm) -> Wanted | None:
    """What was typed, with the template it came from."""
    wanted = form.wanted()
    return patterns.from_template(who, wanted, form.data.get("template", "")) if wanted else None


def _begin(ground: Ground, known: dict[str, Proposal], picked: FeeTemplate | None) -> Wanted:
    """A template that was picked, or the draft, or what waits, or what applies."""
    if picked is not None:
        return patterns.wanted_of(picked)
    open_one = known.get(ProposalState.DRAFT) or known.get(ProposalState.PROPOSED)
    if open_one is not None:
        return queries.wanted_of(open_one)
    return queries.with_source(ground.standing, known.get(ProposalState.APPROVED))


def _page(
    request: HttpRequest,
    account: Account,
    form: TermsForm,
    status: int = 200,
    known: dict[str, Proposal] | None = None,
    ground: Ground | None = None,
    templates: Sequence[FeeTemplate] | None = None,
) -> HttpResponse:
    who = _who(request)
    refused = form.summary
    ground = ground or ground_of(who=who, account=account, at=timezone.now())
    templates = list(patterns.own(who)) if templates is None else templates
    context = previewed(who, account, form, ground, templates)
    sealed = ground.books.sealed
    assigned = alive_of(who, account) if who.role == "top" and account.kind == Kind.CLIENT else None
    to = f"?payee={assigned.manager.number}" if assigned and who.payee_id is not None else ""
    context |= _usual(who, account, sealed) if request.GET.get("usual") == "1" else {"is_asked": False}
    context |= {
        "templates": templates,
        "refused": refused,
        "open": queries.open_of(who, account, ground.standing) if known is None else known,
        "kinds": CAP_KINDS,
        "group": members_of(who, account) if account.kind == Kind.STL_MASTER else [],
        "here": reverse("fees:configure_account", args=[account.number]) + to,
        "to": to,
        "payee": assigned.manager if to and assigned else None,
        "manager": assigned.manager if assigned and assigned.state == "accepted" else None,
    }
    return render(request, "fees/proposals/configure.html", context, status=status)


def _usual(who: Who, account: Account, sealed: date | None) -> dict[str, Any]:
    """What is usual in the practice: of its book, where a night is sealed and others pay, and how clients are told."""
    return {
        "is_asked": True,
        "usual": usual(who, sealed, but=account) if sealed else None,
        "modes": Mode.choices,
        "mode": mode_of(who),
    }


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
