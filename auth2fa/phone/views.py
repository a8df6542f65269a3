"""The phone key: a page that can be installed and works offline, and the one request that gives it its key."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.gates import PUBLIC, gate
from auth2fa.devices.actions import DeviceProblem, redeem
from auth2fa.devices.queries import claimed
from auth2fa.devices.rules import PHONE_SUITE
from auth2fa.factors.passkeys import WrongAnswer
from auth2fa.factors.showing import SUITE as SCANNED_SUITE
from auth2fa.phone import splitting
from portal.lib.jsontext import parsed

# Everything that the page needs while there is no network.
FILES = (
    *("css/layers.css", "css/tokens.css", "css/base.css", "css/parts.css", "css/pages.css", "css/proof.css"),
    *(
        "css/phone.css",
        "npm/tabler.min.css",
        "npm/geist-latin.woff2",
        "js/phone.js",
        "js/ocra.js",
        "js/webauthn.js",
        "npm/qr/decode.js",
        "npm/qr/index.js",
        "img/mark.svg",
    ),
)

# What a home screen shows; one that cuts icons to a shape of its own gets one with room around the mark.
ICONS = (("mark-192", 192, "any"), ("mark-512", 512, "any"), ("mark-512-maskable", 512, "maskable"))


@gate(PUBLIC)
@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    """The page; it knows nobody, and what it keeps stays in the browser."""
    return render(request, "auth2fa/phone.html", {"suite": PHONE_SUITE, "scanned_suite": SCANNED_SUITE})


@csrf_exempt  # the claim is the proof, and nothing that a browser sends by itself counts
@gate(PUBLIC)
@require_POST
@sensitive_variables()
def key(request: HttpRequest) -> HttpResponse:
    """A phone's key in exchange for the claim that was scanned, once and within five minutes."""
    if request.content_type != "application/json":
        return JsonResponse({"title": _("Not valid")}, status=400)
    try:
        said = parsed(request.body)
        claim, pin_hash = str(said["claim"])[:200], bytes.fromhex(said["pin_hash"])
        answer = str(said.get("passkey", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"title": _("Not valid")}, status=400)
    device = claimed(claim)
    if device is None:
        return _over()
    try:
        passkey = splitting.made(device, claim, answer) if answer else None
        secret, share = redeem(device=device, claim=claim, pin_hash=pin_hash, passkey=passkey, at=timezone.now())
    except WrongAnswer:
        return JsonResponse({"title": _("Not valid")}, status=422)
    except DeviceProblem as problem:
        return JsonResponse({"title": _(problem.sentence.msgid) % problem.sentence.params}, status=422)
    body = {"key": secret.hex(), "suite": device.suite, "name": device.name}
    if share:
        body |= {"share": share.hex(), "device": str(device.pk)}
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


@csrf_exempt  # the claim is the proof
@gate(PUBLIC)
@require_POST
@sensitive_variables()
def passkey(request: HttpRequest) -> HttpResponse:
    """What a phone that opens by fingerprint or face is asked to make; the claim stays as good as it was."""
    device, claim = None, ""
    if request.content_type == "application/json":
        try:
            claim = str(parsed(request.body)["claim"])[:200]
            device = claimed(claim)
        except (ValueError, KeyError, TypeError):
            return JsonResponse({"title": _("Not valid")}, status=400)
    if device is None:
        return _over()
    return JsonResponse(splitting.making(device, claim), headers={"Cache-Control": "no-store"})


@csrf_exempt  # the assertion is the proof
@gate(PUBLIC)
@require_POST
@sensitive_variables()
def opening(request: HttpRequest) -> HttpResponse:
    """First what the phone's passkey shall sign; with the signature our half of what opens the phone's key."""
    try:
        said = parsed(request.body) if request.content_type == "application/json" else {}
        device_id, answer = str(UUID(str(said["device"]))), said.get("assertion")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"title": _("Not valid")}, status=400)
    now = timezone.now()
    try:
        device = splitting.phone_of(device_id)
        if answer is None:
            return JsonResponse(splitting.ask(device, now), headers={"Cache-Control": "no-store"})
        share = splitting.release(device, str(answer), now)
    except splitting.NotReleased:
        return JsonResponse({"title": _("This phone's key no longer opens; add the phone anew.")}, status=403)
    return JsonResponse({"share": share.hex()}, headers={"Cache-Control": "no-store"})


def _over() -> HttpResponse:
    title = _("This link no longer works; begin anew on the page of your devices.")
    return JsonResponse({"title": title}, status=404)


@gate(PUBLIC)
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to install the page."""
    icons = [{"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {"src": static(f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    body = {
        "name": _("Phone key"),
        "short_name": _("Phone key"),
        "start_url": reverse("phone:page"),
        "scope": reverse("phone:page"),
        "display": "standalone",
        "background_color": "#14213f",
        "theme_color": "#14213f",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@gate(PUBLIC)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that serves the page without a network; it names the files as they are published now."""
    files = [reverse("phone:page"), reverse("phone:manifest"), *(static(name) for name in FILES)]
    page = render(request, "auth2fa/worker.js", {"files": json.dumps(files)}, content_type="text/javascript")
    page["Cache-Control"] = "no-cache"
    return page
