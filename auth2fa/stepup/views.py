"""Asks who is there before a sensitive task: the password again, until a second factor is enrolled."""

import hashlib
import json

from allauth.core import ratelimit
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.ground.stepup.actions import StepUpRefused, consume, give
from auth2fa.stepup.rules import FORM_TYPES, NOT_PART_OF_THE_TASK, PASSWORD_FIELD, task_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# A program sends the password beside a body that must stay as it is.
PASSWORD_HEADER = "Confirm-Password"  # noqa: S105 (the name of a header)


def ask_or_pass(request: HttpRequest) -> HttpResponseBase | None:
    """None when this very request may go on; otherwise the page that asks.

    A grant is used up in the request's transaction: if the task fails, it is rolled back together with the task.
    """
    if request.method in SAFE_METHODS:
        return None
    user_id = request.user.pk
    assert user_id is not None, "the gate lets only signed-in people come this far"
    if getattr(request.seat, "token_id", None):  # type: ignore[attr-defined]
        return _problem(_("A token cannot do this; sign in and confirm it yourself."))
    task = _task(request)
    password = request.headers.get(PASSWORD_HEADER, request.POST.get(PASSWORD_FIELD))
    problem = "" if password is None else _prove(request, user_id, task, password)
    try:
        consume(user_id=user_id, session_key=request.session.session_key or "", task=task, at=timezone.now())
    except StepUpRefused:
        told = _told(request)
        return _problem(problem, told) if request.path.startswith("/api/") else _page(request, problem, told)
    return None


def _task(request: HttpRequest) -> str:
    """What this request asks for, to the last byte."""
    method, path, kind = request.method or "", request.get_full_path(), request.content_type or ""
    if kind not in FORM_TYPES:
        return task_of(method=method, path=path, content_type=kind, body=hashlib.sha256(request.body).hexdigest())
    files = [
        (field, upload.name or "", _digest(upload)) for field, uploads in request.FILES.lists() for upload in uploads
    ]
    return task_of(method=method, path=path, content_type=kind, fields=request.POST.lists(), files=files)


def _digest(upload: UploadedFile) -> str:
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def _prove(request: HttpRequest, user_id: int, task: str, password: str) -> str:
    """Check the password and give the grant; returns what was wrong, in words."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _("Too many tries. Wait a few minutes.")
    if not request.user.check_password(password):
        return _("That is not your password.")
    give(
        user_id=user_id,
        session_key=request.session.session_key or "",
        task=task,
        factor="password",
        at=timezone.now(),
    )
    return ""


def _told(request: HttpRequest) -> str:
    """What is confirmed, in words: whoever may know of every room says it."""
    return import_string(settings.STEP_UP_SENTENCES)(request)


def _problem(problem: str, told: str = "") -> HttpResponse:
    """The question for a program: the same request again, with the password in a header."""
    title = problem or _("Confirm it is you: send your password in the header %(name)s.") % {"name": PASSWORD_HEADER}
    body = {"type": "about:blank", "title": title, "status": 403, **({"detail": told} if told else {})}
    return HttpResponse(json.dumps(body), status=403, content_type="application/problem+json")


def _page(request: HttpRequest, problem: str, told: str) -> HttpResponseBase:
    """What is confirmed, and the person's form carried along; nothing is typed again, only files are chosen anew."""
    carried = [
        (name, value) for name, values in request.POST.lists() if name not in NOT_PART_OF_THE_TASK for value in values
    ]
    page = TemplateResponse(
        request,
        "auth2fa/confirm.html",
        {
            "told": told,
            "carried": carried,
            "files": list(request.FILES),
            "problem": problem,
            "password_field": PASSWORD_FIELD,
        },
        status=403,
        headers={"Cache-Control": "no-store"},
    )
    page.asks_back = True  # type: ignore[attr-defined]  # a question, not a refusal
    return page.render()
