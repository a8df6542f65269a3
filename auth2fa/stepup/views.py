"""Asks who is there before a sensitive task: the password again, until a second factor is enrolled."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.stepup.actions import StepUpRefused, consume, give
from auth2fa.stepup.rules import NOT_PART_OF_THE_TASK, PASSWORD_FIELD, task_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def ask_or_pass(request: HttpRequest) -> HttpResponseBase | None:
    """None when this very request may go on; otherwise the page that asks.

    A grant is used up in the request's transaction: if the task fails, it is rolled back together with the task.
    """
    if request.method in SAFE_METHODS:
        return None
    user_id = request.user.pk
    assert user_id is not None, "the gate lets only signed-in people come this far"
    task = task_of(path=request.path, fields=request.POST.lists())
    problem = ""
    if PASSWORD_FIELD in request.POST:
        problem = _prove(request, user_id, task)
    try:
        consume(user_id=user_id, session_key=request.session.session_key or "", task=task, at=timezone.now())
    except StepUpRefused:
        return _page(request, problem)
    return None


def _prove(request: HttpRequest, user_id: int, task: str) -> str:
    """Check the password and give the grant; returns what was wrong, in words."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _("Too many tries. Wait a few minutes.")
    if not request.user.check_password(request.POST.get(PASSWORD_FIELD, "")):
        return _("That is not your password.")
    give(
        user_id=user_id,
        session_key=request.session.session_key or "",
        task=task,
        factor="password",
        at=timezone.now(),
    )
    return ""


def _page(request: HttpRequest, problem: str) -> HttpResponseBase:
    """The question, carrying the person's form along so that nothing has to be typed again."""
    carried = [
        (name, value) for name, values in request.POST.lists() if name not in NOT_PART_OF_THE_TASK for value in values
    ]
    page = TemplateResponse(
        request,
        "auth2fa/confirm.html",
        {"carried": carried, "problem": problem, "password_field": PASSWORD_FIELD},
        status=403,
    )
    page.asks_back = True  # type: ignore[attr-defined]  # a question, not a refusal
    return page.render()
