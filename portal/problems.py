"""The one shape of the API's errors: problem details (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.ground.access.api import Conflict
from accounts.ground.idempotency.actions import KeyReused


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as problem details: type, title, status, and what was wrong field by field."""
    if isinstance(exc, KeyReused):
        exc = Conflict(_("This key was used for another request."))
    answer = exception_handler(exc, context)
    if answer is None:
        return None
    title = _title(exc)
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": answer.status_code}
    if words := str(getattr(exc, "words", "")):
        body["detail"] = words
    if isinstance(exc, exceptions.ValidationError):
        body["errors"] = answer.data
    headers = {name: answer[name] for name in ("Retry-After", "WWW-Authenticate", "Allow") if answer.has_header(name)}
    return Response(body, status=answer.status_code, headers=headers, content_type="application/problem+json")


def _title(exc: Exception) -> str:
    if isinstance(exc, Http404):
        return _("Not found")
    if isinstance(exc, PermissionDenied):
        return _("Not allowed")
    if isinstance(exc, exceptions.ValidationError):
        return _("Not valid")
    return str(exc)
