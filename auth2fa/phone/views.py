"""The phone key: a page that can be installed and works offline, and the one request that gives it its key."""

import json

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

# Everything that the page needs while there is no network.
FILES = (
    *("css/layers.css", "css/tokens.css", "css/base.css", "css/parts.css", "css/pages.css", "css/proof.css"),
    *("css/phone.css", "npm/tabler.min.css", "npm/geist-latin.woff2", "js/phone.js", "js/ocra.js", "img/mark.svg"),
)

# What a home screen shows; one that cuts icons to a shape of its own gets one with room around the mark.
ICONS = (("mark-192", 192, "any"), ("mark-512", 512, "any"), ("mark-512-maskable", 512, "maskable"))


@gate(PUBLIC)
@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    """The page; it knows nobody, and what it keeps stays in the browser."""
    return render(request, "auth2fa/phone.html", {"suite": PHONE_SUITE})


@csrf_exempt  # the claim is the proof, and nothing that a browser sends by itself counts
@gate(PUBLIC)
@require_POST
@sensitive_variables()
def key(request: HttpRequest) -> HttpResponse:
    """A phone's key in exchange for the claim that was scanned, once and within five minutes."""
    if request.content_type != "application/json":
        return JsonResponse({"title": _("Not valid")}, status=400)
    try:
        said = json.loads(request.body)
        claim, pin_hash = str(said["claim"])[:200], bytes.fromhex(said["pin_hash"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"title": _("Not valid")}, status=400)
    device = claimed(claim)
    if device is None:
        title = _("This link no longer works; begin anew on the page of your devices.")
        return JsonResponse({"title": title}, status=404)
    try:
        secret = redeem(device=device, claim=claim, pin_hash=pin_hash, at=timezone.now())
    except DeviceProblem as problem:
        return JsonResponse({"title": _(problem.sentence.msgid) % problem.sentence.params}, status=422)
    body = {"key": secret.hex(), "suite": device.suite, "name": device.name}
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


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
