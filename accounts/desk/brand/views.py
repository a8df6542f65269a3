"""The page of a practice's brand, and the banner itself."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.desk.brand import actions, queries
from accounts.desk.brand.colours import style_sheet
from accounts.desk.brand.forms import BrandForm
from accounts.desk.brand.pictures import LARGEST
from accounts.desk.brand.rules import DOOR_COOKIE, BrandProblem
from accounts.ground.access.gates import PUBLIC, SIGNED_IN, gate

KEPT = timedelta(days=365)


@gate("brand", step_up=True)
def edit(request: HttpRequest) -> HttpResponse:
    """What clients see now, what they will see, and the form that changes it."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    saved = queries.latest(who)
    initial = {name: getattr(saved, name) for name in ("name", "brand_id", "uses_sms", "host")} if saved else {}
    if saved and saved.colour:
        initial["colour"] = f"#{saved.colour}"
    form = BrandForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and (request.POST.get("withdraw") or form.is_valid()):
        try:
            _save(request, form)
        except BrandProblem as problem:
            form.add_error(problem.field if form.is_bound and problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, _("Saved. Your clients see it from the time below on."))
            return HttpResponseRedirect(reverse("brand:edit"))
    practice = queries.own_practice(who)
    context = {
        "form": form,
        "saved": saved,
        "waits": saved is not None and saved.effective_at > at,
        "now": queries.brand_at(at),
        "is_registered": practice.is_registered,
        "door": request.build_absolute_uri(reverse("brand:welcome", args=[saved.brand_id])) if saved else "",
    }
    return render(request, "desk/brand/edit.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: BrandForm) -> None:
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    practice = queries.own_practice(who)
    if request.POST.get("withdraw"):
        actions.withdraw(who=who, practice=practice, at=at)
        return
    said = form.cleaned_data
    sent = said["banner"]
    actions.save_brand(
        who=who,
        practice=practice,
        brand_id=said["brand_id"],
        name=said["name"],
        uses_sms=said["uses_sms"],
        colour=said["colour"],
        host=said["host"],
        banner=sent.read(LARGEST + 1) if sent else None,
        at=at,
    )


@gate(SIGNED_IN)
@require_safe
def banner(request: HttpRequest, sha256: str) -> HttpResponse:
    """A banner by what is in it: it never changes, and it is a picture whatever somebody wrote into it."""
    found = queries.banner(sha256, timezone.now())
    if found is None:
        raise Http404
    return _picture(*found, "private, max-age=86400, immutable")


@gate(PUBLIC)
@require_safe
def welcome(request: HttpRequest, brand_id: str) -> HttpResponse:
    """A practice's own link to the sign-in page, which from now on shows its brand in this browser."""
    answer = HttpResponseRedirect(reverse("account_login"))
    if queries.brand_of_link(brand_id, timezone.now()):
        secure = bool(settings.SESSION_COOKIE_SECURE)
        answer.set_cookie(DOOR_COOKIE, brand_id, max_age=KEPT, httponly=True, samesite="Lax", secure=secure)
    return answer


@gate(PUBLIC)
@require_safe
def door_banner(request: HttpRequest, brand_id: str) -> HttpResponse:
    """The banner of the sign-in page."""
    found = queries.brand_of_link(brand_id, timezone.now())
    if found is None or not found.content:
        raise Http404
    return _picture(found.content, found.kind, "public, max-age=3600")


@gate(PUBLIC)
@require_safe
def paint(request: HttpRequest, colour: str) -> HttpResponse:
    """The pages' tokens in a colour. It follows from the address alone and tells nothing of anybody."""
    answer = HttpResponse(style_sheet(colour), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


def _picture(content: bytes, kind: str, kept: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Cache-Control"] = kept
    answer["Content-Disposition"] = "inline"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
