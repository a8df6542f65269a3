"""Pages of what a client is asked to agree to: the advisor's authority, reading, agreeing, declining."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, answer
from accounts.ground.consents import actions, rules
from accounts.ground.consents.models import Consent, ConsentKind, ConsentState
from accounts.ground.consents.queries import authority, consent_for, of_account, own_consent
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.people.models import User
from accounts.ground.pinlinks.queries import links_of, recipient_of
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account
from accounts.ground.tree.rules import TreeProblem

SHOWN = 20


@gate("view")
@require_safe
def of_an_account(request: HttpRequest, number: str) -> HttpResponse:
    """How much the advisor may do for the client of an account, and what the client was asked."""
    return _page(request, account_for(request.seat, number))  # type: ignore[attr-defined]


@gate("manage")
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the client for a streamlined authority."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number, "manage")
    try:
        actions.ask(who=who, account=account, kind=ConsentKind.STREAMLINED, at=timezone.now())
    except ConsentProblem as problem:
        return _page(request, account, str(problem))
    messages.success(request, _("The client has been asked; nothing changes before the client agrees."))
    return redirect("consents:authority", account.number)


@gate("view")
@require_POST
def end(request: HttpRequest, number: str) -> HttpResponse:
    """End a streamlined authority: the client or the advisor, at once."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number, "manage" if who.is_advisor else "sign")
    try:
        actions.end_authority(who=who, account=account, at=timezone.now())
    except ConsentProblem as problem:
        return _page(request, account, str(problem))
    messages.success(request, _("The streamlined authority has ended."))
    return redirect("consents:authority", account.number)


@gate("view")
@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text, where it stands, and the place to decide for whom it waits."""
    return _shown(request, consent_for(request.seat, pk))  # type: ignore[attr-defined]


@gate("sign", step_up=True)
@require_POST
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client agrees; the change takes effect."""
    who = request.seat  # type: ignore[attr-defined]
    found = consent_for(who, pk, "sign")
    if request.POST.get("read") != "on":
        return _shown(request, found, _("Read the full text and tick that you have."))
    hand = hand_of(request, request.POST.get("name", ""))
    try:
        actions.agree(who=who, consent=found, hand=hand, seen=request.POST.get("seen", ""), at=timezone.now())
    except (ConsentProblem, TreeProblem) as problem:
        return _shown(request, consent_for(who, pk, "sign"), str(problem))
    messages.success(request, _("You have agreed; your advisor has been told."))
    return redirect("consents:consent", pk)


@gate("sign")
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client does not agree; nothing changes."""
    who = request.seat  # type: ignore[attr-defined]
    found = consent_for(who, pk, "sign")
    try:
        actions.decline(who=who, consent=found, at=timezone.now())
    except ConsentProblem as problem:
        return _shown(request, found, str(problem))
    messages.success(request, _("Declined; nothing changes, and your advisor has been told."))
    return redirect("consents:consent", pk)


@gate("manage")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The advisor takes the question back."""
    who = request.seat  # type: ignore[attr-defined]
    found = own_consent(who, pk)
    try:
        actions.cancel(who=who, consent=found, at=timezone.now())
    except ConsentProblem as problem:
        return _shown(request, found, str(problem))
    messages.success(request, _("The question was taken back."))
    return redirect("consents:authority", found.account.number)


def _page(request: HttpRequest, account: Account, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    held = authority(who, account)
    rows = list(of_account(who, account)[:SHOWN])
    waits = any(one.state == ConsentState.WAITING and one.kind == ConsentKind.STREAMLINED for one in rows)
    manages = who.is_advisor and answer(who, "manage", account).allowed  # type: ignore[arg-type]
    signs = not who.is_advisor and answer(who, "sign", account).allowed  # type: ignore[arg-type]
    context = {
        "account": account,
        "held": held,
        "level": rules.Level.STREAMLINED if held else rules.Level.CORE,
        "core": rules.CORE_WORDS,
        "approved_each_time": rules.APPROVED_EACH_TIME,
        "streamlined": rules.STREAMLINED_WORDS,
        "rows": rows,
        "may_ask": manages and not held and not waits and account.kind in rules.OWNED,
        "may_end": bool(held) and (manages or signs),
        "problem": problem,
    }
    return render(request, "consents/authority.html", context, status=409 if problem else 200)


def _shown(request: HttpRequest, found: Consent, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    waits = found.state == ConsentState.WAITING and found.expires_at > timezone.now()
    takes_back = waits and who.is_advisor and found.practice_id == who.practice_id and who.can("manage")
    context = {
        "consent": found,
        "account": found.account,
        "recipient": recipient_of(found.pk, at=timezone.now()) if takes_back else None,
        "links": links_of(who, found),
        "decides": waits and not who.is_advisor and answer(who, "sign", found.account).allowed,  # type: ignore[arg-type]
        "takes_back": takes_back,
        "signer": User.objects.filter(pk=found.decided_by).first() if found.signed_name else None,
        "problem": problem,
        "longest_name": LONGEST_NAME,
    }
    return render(request, "consents/consent.html", context, status=422 if problem else 200)
