"""One's own devices: what proves who one is, adding one, naming and revoking it, recovery codes."""

import json
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.optouts.queries import waived
from accounts.ground.people.models import User
from accounts.ground.stepup.actions import session_mark
from auth2fa.cards.actions import ask_for
from auth2fa.carriers.actions import channel_of
from auth2fa.carriers.lookup import asking_for
from auth2fa.challenge.actions import Outcome
from auth2fa.challenge.queries import Asked, qr
from auth2fa.challenge.wording import outcome_words
from auth2fa.devices import actions, queries
from auth2fa.devices.actions import DeviceProblem
from auth2fa.devices.asking import asked_of, put_first
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.offers import limit_words, offered, shown
from auth2fa.devices.secrets import secret_of, site
from auth2fa.door.adapter import MUST_ENROL
from auth2fa.door.browsers import browser_words
from auth2fa.door.remembered import forget
from auth2fa.factors import totp
from auth2fa.sessions.actions import stay_here_alone
from auth2fa.sessions.queries import sessions
from auth2fa.texts.queries import texts_end

SURE = Gate("signed_in", step_up=True)


@gate(SIGNED_IN)
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """What one has, and what may be added."""
    return _list(request)


@gate(SURE)
@require_POST
@sensitive_post_parameters("pin", "same_pin")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin to enrol a device; it counts once it has answered."""
    user, now, said = _user(request), timezone.now(), request.POST
    kind = said.get("kind", "")
    try:
        if kind == Kind.TEXT:
            device = actions.begin_number(
                user=user,
                text=_clean(said.get("number", "")),
                countries=settings.CODES_COUNTRIES,
                line_of=asking_for(request),
                at=now,
            )
        elif kind == Kind.PHONE:
            return _begin_phone(request, user)
        elif kind == Kind.CARD:
            device = ask_for(user=user, pin=said.get("pin", ""), same_pin=said.get("same_pin", ""), at=now)
        elif kind in (Kind.APP, Kind.PASSKEY):
            device = actions.begin(user=user, kind=Kind(kind), name=_clean(said.get("name", "")), at=now)
        else:
            raise Http404
    except DeviceProblem as problem:
        return _list(request, _(problem.sentence.msgid) % problem.sentence.params)
    put_first(request, device, "sms", now)
    return redirect("devices:confirm", device.pk)


@gate(SIGNED_IN)
@sensitive_post_parameters("code")
def confirm(request: HttpRequest, device: UUID) -> HttpResponse:
    """What the new device needs, and its first answer."""
    now = timezone.now()
    found = queries.pending(_user(request).pk, device, now)
    if found is None:
        raise Http404
    asked = asked_of(request, found, now)
    if request.method != "POST":
        return _one(request, found, asked)
    if asked is None:
        return _one(request, found, None, outcome_words(Outcome.EXPIRED))
    outcome, _spent = actions.confirm(
        device=found,
        challenge=asked.challenge,
        given=request.POST.get("code", "")[:20_000],
        session=_mark(request),
        at=now,
    )
    if outcome != Outcome.RIGHT:
        return _one(request, found, asked_of(request, found, now), outcome_words(outcome))
    request.session[MUST_ENROL] = False
    stay_here_alone(request, now)
    messages.success(request, _("“%(device)s” now proves who you are.") % {"device": found.name})
    return redirect("devices:list")


@gate(SIGNED_IN)
@require_POST
def again(request: HttpRequest, device: UUID) -> HttpResponse:
    """A fresh question, or the same code once more by text or call."""
    now = timezone.now()
    found = queries.pending(_user(request).pk, device, now)
    if found is None:
        raise Http404
    put_first(request, found, channel_of(request.POST.get("channel", "")), now)
    return redirect("devices:confirm", found.pk)


@gate(SIGNED_IN)
@require_POST
def rename(request: HttpRequest, device: UUID) -> HttpResponse:
    """Another name."""
    found = _own(request, device)
    try:
        actions.rename(device=found, name=request.POST.get("name", ""))
    except DeviceProblem as problem:
        return _list(request, _(problem.sentence.msgid) % problem.sentence.params)
    messages.success(request, _("The device is now called “%(device)s”.") % {"device": found.name})
    return redirect("devices:list")


@gate(SURE)
@require_POST
def revoke(request: HttpRequest, device: UUID) -> HttpResponse:
    """Switch a device off for good."""
    found = _own(request, device)
    try:
        actions.revoke(device=found, at=timezone.now())
    except DeviceProblem as problem:
        return _list(request, _(problem.sentence.msgid) % problem.sentence.params)
    stay_here_alone(request, timezone.now())
    messages.success(request, _("“%(device)s” was revoked.") % {"device": found.name})
    return redirect("devices:list")


@gate(SURE)
@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; they stand in this answer alone."""
    try:
        drawn = actions.make_codes(user=_user(request), at=timezone.now())
    except DeviceProblem as problem:
        return _list(request, _(problem.sentence.msgid) % problem.sentence.params)
    answer = render(request, "auth2fa/codes.html", {"codes": drawn})
    answer["Cache-Control"] = "no-store"
    return answer


@gate(SIGNED_IN)
@require_POST
def forget_browser(request: HttpRequest, browser: UUID) -> HttpResponse:
    """Ask a remembered browser again from now on."""
    if not forget(user_id=_user(request).pk, pk=browser, at=timezone.now()):
        raise Http404
    messages.success(request, _("That browser will be asked again."))
    return redirect("devices:list")


def _list(request: HttpRequest, problem: str = "") -> HttpResponse:
    user_id, now = _user(request).pk, timezone.now()
    rows = queries.listed(user_id, now)
    choice, ends = waived(user_id, now), texts_end(user_id)
    confirmed = [one for one in rows if one.confirmed_at]
    active = [one for one in confirmed if not one.disabled_at]
    context = {
        "rows": [shown(one, now) for one in rows],
        "is_protected": queries.is_protected(confirmed) and not (choice and choice.opens_the_door),
        "may_make_codes": queries.is_protected(active),
        "offers": offered(rows, takes_texts=ends is None),
        "texts_end": ends if any(one.kind == Kind.TEXT and not one.disabled_at for one in rows) else None,
        "password_limits": limit_words("password"),
        "waived": choice,
        "browsers": [(one, browser_words(one.name)) for one in queries.browsers(user_id, now)],
        "sessions": sessions(user_id, request.session.session_key or "", now),
        "must_enrol": request.session.get(MUST_ENROL, False),
        "problem": problem,
    }
    return render(request, "auth2fa/devices.html", context, status=422 if problem else 200)


def _begin_phone(request: HttpRequest, user: User) -> HttpResponse:
    """The picture stands in this answer alone; a photograph of it is worth nothing once the phone has used it."""
    device, claim = actions.begin_phone(user=user, name=_clean(request.POST.get("name", "")), at=timezone.now())
    address = settings.PUBLIC_URL.rstrip("/") + reverse("phone:page")
    picture = qr(f"{address}#claim={claim}")
    page = render(request, "auth2fa/phone_begin.html", {"device": device, "address": address, "picture": picture})
    page["Cache-Control"] = "no-store"
    return page


def _one(request: HttpRequest, device: Device, asked: Asked | None, problem: str = "") -> HttpResponse:
    context: dict[str, object] = {"device": device, "asked": asked, "problem": problem}
    if device.kind == Kind.APP:
        secret = secret_of(device)
        context["key"] = secret.decode()
        context["picture"] = qr(totp.link(secret, name=_user(request).username, portal=_("Advisor Portal")))
    if device.kind == Kind.PASSKEY and asked is not None:
        known = [bytes(one.credential) for one in queries.usable(device.user_id) if one.kind == Kind.PASSKEY]
        making = site().make(
            user_id=str(device.user_id), name=_user(request).username, challenge=asked.challenge.question, known=known
        )
        context["making"] = json.dumps(making)
    page = render(request, "auth2fa/confirm_device.html", context, status=422 if problem else 200)
    page["Cache-Control"] = "no-store"
    page.keeps = True  # type: ignore[attr-defined]  # the wrong answer was counted
    return page


def _own(request: HttpRequest, pk: UUID) -> Device:
    found = queries.own(_user(request).pk, pk)
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User), "the gate lets only signed-in people come this far"
    return user


def _mark(request: HttpRequest) -> str:
    return session_mark(request.session.session_key or "")


def _clean(text: str) -> str:
    return text.replace("\0", "")
