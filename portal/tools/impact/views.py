"""Impact preferences: the advisor's list and one client's sheet, and the client's own page."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, answer
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.stored_words import said
from accounts.ground.tree.models import Account, Kind
from accounts.ground.tree.queries import typed
from portal.tools.impact import actions, queries
from portal.tools.impact.actions import AnswerProblem, ImpactProblem
from portal.tools.impact.forms import OnBehalfForm, WishesForm
from portal.tools.impact.models import AnswerSource, ImpactAnswer
from portal.tools.impact.words import DISCLAIMER, STATES, UNVERIFIED
from portal.tools.rmd.views import advisor

MOST_ASKED = 50


@gate("report")
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The clients of one's own practice: who was asked, who has answered."""
    who, text = advisor(request), typed(request.GET.get("q"))
    page = page_of(queries.clients(who, text), order=["sort_key", "pk"], query=request.GET)
    rows = [(one, *STATES[one.state]) for one in queries.standings(who, page.rows, timezone.now())]
    context = {"page": page, "rows": rows, "text": text, "may_ask": who.can("manage"), "unverified": UNVERIFIED}
    return render(request, "tools/impact/clients.html", context)


@gate("manage")
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Ask the clients that were chosen; one that is not of the own practice stops all of it."""
    who = advisor(request)
    numbers = list(dict.fromkeys(request.POST.getlist("account")))[:MOST_ASKED]
    accounts = [own(who, number, "manage") for number in numbers]
    asked, at = 0, timezone.now()
    for one in accounts:
        try:
            actions.invite(who=who, account=one, at=at)
        except ImpactProblem as problem:
            messages.error(request, f"{one.number}: {problem}")
        else:
            asked += 1
    if asked:
        words = ngettext("%(count)d client was asked.", "%(count)d clients were asked.", asked)
        messages.success(request, words % {"count": asked})
    elif not accounts:
        messages.error(request, _("Choose the clients to ask."))
    if len(accounts) == 1 and request.POST.get("back") == "sheet":
        return redirect("tools:esg_account", accounts[0].number)
    return redirect("tools:esg")


@gate("report")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """One client's sheet: what it wants, how the holdings score, what is in conflict and could be replaced."""
    who = advisor(request)
    return _sheet(request, who, own(who, number))


@gate("manage")
@require_POST
def resend(request: HttpRequest, number: str) -> HttpResponse:
    """Send the invitation again."""
    who = advisor(request)
    found = own(who, number, "manage")
    try:
        actions.resend(who=who, account=found, at=timezone.now())
    except ImpactProblem as problem:
        return _sheet(request, who, found, problem=str(problem))
    messages.success(request, _("Sent again."))
    return redirect("tools:esg_account", found.number)


@gate("manage")
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the invitation back."""
    who = advisor(request)
    found = own(who, number, "manage")
    try:
        actions.withdraw(who=who, account=found, at=timezone.now())
    except ImpactProblem as problem:
        return _sheet(request, who, found, problem=str(problem))
    messages.success(request, _("The invitation was taken back."))
    return redirect("tools:esg_account", found.number)


@gate("manage")
@require_POST
def on_behalf(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what the client has said elsewhere."""
    who, today = advisor(request), exchange_today()
    found = own(who, number, "manage")
    now = queries.standing(who, found, timezone.now())
    form = OnBehalfForm(request.POST, topics=queries.topics(), wishes=queries.wishes_of(now.answer), today=today)
    if form.is_valid():
        given = form.cleaned_data
        try:
            _answered(who, found, form, timezone.now(), said_on=given["said_on"], how=given["how"])
        except ImpactProblem as problem:
            return _sheet(request, who, found, problem=str(problem), form=form)
    if not form.is_valid():
        return _sheet(request, who, found, form=form)
    messages.success(request, _("Saved."))
    return redirect("tools:esg_account", found.number)


@gate("sign")
@require_http_methods(["GET", "HEAD", "POST"])
def own_impact(request: HttpRequest, number: str) -> HttpResponse:
    """The client's page: what to support and what to avoid."""
    who = request.seat  # type: ignore[attr-defined]
    found = account_for(who, number, "sign")
    now = queries.standing(who, found, timezone.now())
    form = WishesForm(
        request.POST if request.method == "POST" else None,
        topics=queries.topics(),
        wishes=queries.wishes_of(now.answer),
    )
    problem = ""
    if form.is_bound:
        if form.is_valid():
            try:
                _answered(who, found, form, timezone.now(), said_on=exchange_today(), how="")
            except ImpactProblem as wrong:
                problem = str(wrong)
        if form.is_valid() and not problem:
            messages.success(request, _("Thank you. Your advisor has been told."))
            return redirect("tools:own_impact", found.number)
    context = {
        "account": found,
        "standing": now,
        "form": form if now.may_answer else None,
        "problem": problem,
        "unverified": UNVERIFIED,
        "disclaimer": DISCLAIMER,
    }
    status = 409 if problem else 422 if form.is_bound else 200
    return render(request, "tools/impact/own.html", context, status=status)


def own(who: Who, number: str, right: str = "report") -> Account:
    """An account of one's own practice; every other one is not there, whether or not it may be seen."""
    found = queries.own_account(who, number, right)
    if found is None:
        raise Http404
    return found


def _answered(who: Who, found: Account, form: WishesForm, at: datetime, **source: object) -> ImpactAnswer | None:
    """Keep what the form says; None where it cannot be, and then the form says what is wrong."""
    try:
        return actions.answer(
            who=who,
            account=found,
            wishes=form.wishes,
            today=exchange_today(),
            at=at,
            **source,  # type: ignore[arg-type]
        )
    except AnswerProblem as problem:
        for name, msgid in problem.problems.items():
            form.add_error(name if name in form.fields else None, _(msgid))
    return None


def _sheet(
    request: HttpRequest, who: Who, found: Account, problem: str = "", form: OnBehalfForm | None = None
) -> HttpResponse:
    today, at = exchange_today(), timezone.now()
    is_offered = found.kind == Kind.CLIENT
    context: dict[str, object] = {"account": found, "is_offered": is_offered, "problem": problem}
    if is_offered:
        now = queries.standing(who, found, at)
        wishes, every = queries.wishes_of(now.answer), queries.every_topic()
        names = {one.code: said(one.name) for one in every}
        context |= {
            "standing": now,
            "state": STATES[now.state],
            "values": sorted(
                ((names.get(code, code), weight) for code, weight in wishes.values.items()),
                key=lambda one: (-one[1], one[0]),
            ),
            "avoided": [names.get(code, code) for code in sorted(wishes.avoided)],
            "is_by_advisor": now.answer is not None and now.answer.source == AnswerSource.ADVISOR,
            "sheet": queries.sheet(found, wishes, today) if now.answer else None,
            "names": names,
            "form": form or OnBehalfForm(topics=queries.offered(every), wishes=wishes, today=today),
            "opened": form is not None,
            "may_ask": answer(who, "manage", found).allowed,  # type: ignore[arg-type]
            "disclaimer": DISCLAIMER,
            "unverified": UNVERIFIED,
        }
    return render(request, "tools/impact/account.html", context, status=409 if problem else 422 if form else 200)
