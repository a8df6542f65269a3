"""The pages between the password and being signed in: answering, taking another device, having a code sent again."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import PUBLIC, gate
from auth2fa.carriers.actions import channel_of
from auth2fa.challenge.actions import Outcome, answer
from auth2fa.challenge.models import Purpose
from auth2fa.challenge.queries import Asked, open_one
from auth2fa.challenge.wording import outcome_words, unsent_words
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import usable
from auth2fa.door.adapter import SecondProof, waiting
from auth2fa.door.locked_out import lift_by_code
from auth2fa.door.remembered import remember


@gate(PUBLIC)
@never_cache
@sensitive_post_parameters("code")
def second_proof(request: HttpRequest) -> HttpResponse:
    """The question, and its answer."""
    stage = waiting(request)
    if stage is None:
        return redirect("account_login")
    if request.method != "POST":
        return _page(request, stage)
    user_id, now, given = stage.login.user.pk, timezone.now(), request.POST.get("code", "")[:20_000]
    one = _challenge(stage)
    outcome, _spent = answer(challenge=one, user_id=user_id, purpose=Purpose.SIGN_IN, given=given, at=now)
    if outcome == Outcome.RIGHT:
        request.session["second_proof"] = True
        response = stage.exit()
        if "remember" in request.POST:
            remember(request, response, user_id, now)
        return response
    if outcome == Outcome.OVER:
        messages.error(request, _("That was answered or tried too often. Sign in once more."))
        return stage.abort()
    return _page(request, stage, outcome_words(outcome))


@gate(PUBLIC)
@never_cache
@require_POST
def take_device(request: HttpRequest) -> HttpResponse:
    """Answer with another device, or put a fresh question to the same one."""
    stage = waiting(request)
    if stage is None:
        return redirect("account_login")
    wanted = request.POST.get("device", "")
    for device in usable(stage.login.user.pk):
        if str(device.pk) == wanted:
            if problem := stage.put(device, timezone.now()):
                messages.error(request, unsent_words(problem))
            break
    return redirect("second_proof")


@gate(PUBLIC)
@never_cache
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """The same code once more, by text or call; only somebody whose device is a number has this choice."""
    stage = waiting(request)
    if stage is None:
        return redirect("account_login")
    asked = _open(stage)
    if asked is None or asked.kind != Kind.TEXT:
        return _page(request, stage, _("Codes by text or call are for devices that are a telephone number."), 400)
    if problem := stage.order(asked.challenge, channel_of(request.POST.get("channel", "")), timezone.now()):
        messages.error(request, unsent_words(problem))
    return redirect("second_proof")


@gate(PUBLIC)
@never_cache
@sensitive_post_parameters("password", "code")
def locked_out(request: HttpRequest) -> HttpResponse:
    """Name, password and a recovery code end one's network restrictions after a day; strangers learn nothing."""
    context = {"is_sent": False, "problem": ""}
    if request.method == "POST":
        name, adapter = request.POST.get("login", "").strip()[:150], get_adapter(request)
        try:
            user = adapter.with_right_password(request, username=name, password=request.POST.get("password", ""))
        except ValidationError as braked:
            context["problem"] = " ".join(braked.messages)
        else:
            context["is_sent"] = True
            if user is not None and adapter.is_elsewhere(request, user):
                lift_by_code(user=user, code=request.POST.get("code", "")[:40], at=timezone.now())
    return render(request, "auth2fa/locked_out.html", context, status=422 if context["problem"] else 200)


def _challenge(stage: SecondProof) -> UUID:
    return UUID(stage.state["challenge"]) if "challenge" in stage.state else UUID(int=0)


def _open(stage: SecondProof) -> Asked | None:
    return open_one(
        user_id=stage.login.user.pk,
        challenge=_challenge(stage),
        purpose=Purpose.SIGN_IN,
        session="",
        at=timezone.now(),
    )


def _page(request: HttpRequest, stage: SecondProof, problem: str = "", status: int = 422) -> HttpResponse:
    asked = _open(stage)
    devices = usable(stage.login.user.pk)
    context = {
        "asked": asked,
        "others": [one for one in devices if asked is None or one.pk != asked.device.pk],
        "problem": problem,
        "days": settings.REMEMBERED_BROWSER_DAYS,
    }
    page = render(request, "auth2fa/second_proof.html", context, status=status if problem else 200)
    page.keeps = True  # type: ignore[attr-defined]  # the wrong answer was counted
    return page
