"""Asks who is there before a sensitive task: name and password, then a device where there is one.

A grant is bound to the whole task and used up in its transaction: if the task fails, it is rolled back together with
it. What an answer has used up stays used up.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.ground.access.gates import Gate
from accounts.ground.stepup.actions import StepUpRefused, consume, give, session_mark
from auth2fa.challenge.actions import Outcome, Spent, answer, spend
from auth2fa.challenge.models import Purpose
from auth2fa.challenge.queries import Asked, open_one
from auth2fa.challenge.wording import closed_words, outcome_words
from auth2fa.devices.models import Device
from auth2fa.devices.offers import carried
from auth2fa.devices.queries import at_door, enrolled, held_until, is_protected
from auth2fa.devices.secrets import box
from auth2fa.stepup import rules
from auth2fa.stepup.asking import put_to
from auth2fa.stepup.rules import FORM_TYPES, NOT_PART_OF_THE_TASK, PASSWORD_FIELD, task_of, without

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# A program sends its proofs beside a body that must stay as it is.
PASSWORD_HEADER = "Confirm-Password"  # noqa: S105 (the name of a header)
HEADERS = {
    PASSWORD_FIELD: PASSWORD_HEADER,
    rules.CHALLENGE_FIELD: "Confirm-Challenge",
    rules.CODE_FIELD: "Confirm-Code",
    rules.DEVICE_FIELD: "Confirm-Device",
    rules.AGAIN_FIELD: "Confirm-Again",
}


@dataclass(frozen=True)
class Wish:
    """Who wants what, and with which devices that may be confirmed."""

    request: HttpRequest
    user_id: int
    session: str
    task: str
    devices: tuple[Device, ...]
    at: datetime

    def said(self, field: str) -> str | None:
        """What was sent of the proof."""
        header = HEADERS.get(field)
        return (self.request.headers.get(header) if header else None) or self.request.POST.get(field)

    @cached_property
    def told(self) -> str:
        """What is confirmed, in words: whoever may know of every room says it."""
        return import_string(settings.STEP_UP_SENTENCES)(self.request)

    @property
    def able(self) -> list[Device]:
        """The devices that are not held."""
        return [one for one in self.devices if not one.disabled_at and one.trusted_at and one.trusted_at <= self.at]


def ask_or_pass(request: HttpRequest, gate: Gate) -> HttpResponseBase | None:
    """None when this very request may go on; otherwise the page that asks."""
    if request.method in SAFE_METHODS:
        return None
    user_id = request.user.pk
    assert user_id is not None, "the gate lets only signed-in people come this far"
    if getattr(request.seat, "token_id", None):  # type: ignore[attr-defined]
        refusal = _problem(_("A token cannot do this; sign in and confirm it yourself."))
        refusal.keeps = False  # type: ignore[attr-defined]
        return refusal
    mark = session_mark(request.session.session_key or "")
    wish = Wish(request, user_id, mark, _task(request, gate.secrets), tuple(enrolled(user_id)), timezone.now())
    if not is_protected(list(wish.devices)):
        until = None if _adds_a_device(request) else held_until(user_id, wish.at)
        return _held(wish, until) if until else _by_password(wish)
    waiting = [one.trusted_at for one in wish.devices if one.trusted_at and is_protected([one]) and not one.disabled_at]
    if not is_protected(wish.able) and waiting:
        return _held(wish, min(waiting))
    return _by_device(wish) if wish.able else _ask(wish, closed_words(wish.devices), is_held=True)


def _adds_a_device(request: HttpRequest) -> bool:
    """Whoever waits may enrol meanwhile; the new device waits as long."""
    match = request.resolver_match
    return match is not None and match.func.__module__.startswith("auth2fa.devices.")


def _by_password(wish: Wish) -> HttpResponseBase | None:
    """Nobody without a device is asked for one here; the policy asks them to enrol one."""
    problem = ""
    if wish.said(PASSWORD_FIELD) is not None:
        problem = _wrong_password(wish)
        if not problem:
            _give(wish, "password")
    return _consume(wish, problem)


def _by_device(wish: Wish) -> HttpResponseBase | None:
    """Name and password, then the question to a device, then its answer."""
    asked = _asked(wish)
    given = wish.said(rules.CODE_FIELD)
    wanted = next((one for one in wish.able if str(one.pk) == wish.said(rules.DEVICE_FIELD)), None)
    if asked is not None and (wanted is not None or wish.said(rules.AGAIN_FIELD)):
        return _put(wish, wanted or asked.device, asked)
    if wish.said(rules.CHALLENGE_FIELD) and given:
        outcome, spent = _answered(wish, given)
        if outcome == Outcome.RIGHT and spent is not None:
            _stays_spent(wish, spent)
            _give(wish, next((carried(one, wish.at) for one in wish.devices if one.pk == spent.device), ""))
            return _consume(wish, "")
        again = _asked(wish) if outcome in (Outcome.WRONG, Outcome.LOCKED) else None
        return _ask(wish, outcome_words(outcome), again)
    if wish.said(PASSWORD_FIELD) is not None:
        problem = _wrong_password(wish)
        return _ask(wish, problem) if problem else _put(wish, wanted or _first(wish), None)
    return _consume(wish, "")


def _first(wish: Wish) -> Device:
    """The device used last; a program cannot touch a passkey, so it is asked for something that can be typed."""
    typed = [one for one in wish.able if one.kind != "passkey"]
    return typed[0] if typed and wish.request.path.startswith("/api/") else wish.able[0]


def _put(wish: Wish, device: Device, asked: Asked | None) -> HttpResponseBase:
    """Put the question, or have the code of the open one sent once more."""
    one, problem = put_to(
        device,
        asked=asked if asked is not None and asked.device.pk == device.pk else None,
        again=wish.said(rules.AGAIN_FIELD) or "",
        task=wish.task,
        told=wish.told,
        session=wish.session,
        request=wish.request,
        at=wish.at,
    )
    return _ask(wish, problem, one)


def _asked(wish: Wish) -> Asked | None:
    """The question that this browser was asked for this very task."""
    try:
        pk = UUID(wish.said(rules.CHALLENGE_FIELD) or "")
    except ValueError:
        return None
    found = open_one(user_id=wish.user_id, challenge=pk, purpose=Purpose.TASK, session=wish.session, at=wish.at)
    return found if found is not None and found.challenge.task == wish.task else None


def _answered(wish: Wish, given: str) -> tuple[Outcome, Spent | None]:
    try:
        pk = UUID(wish.said(rules.CHALLENGE_FIELD) or "")
    except ValueError:
        return Outcome.OVER, None
    return answer(
        challenge=pk,
        user_id=wish.user_id,
        purpose=Purpose.TASK,
        given=given[:20_000],
        task=wish.task,
        session=wish.session,
        at=wish.at,
    )


def _stays_spent(wish: Wish, spent: Spent) -> None:
    """A task that fails takes back what it wrote, but an answer is never good a second time."""

    def again() -> None:
        at_door(wish.user_id)
        spend(spent)

    wish.request.after_rollback(again)  # type: ignore[attr-defined]


def _give(wish: Wish, factor: str) -> None:
    give(
        user_id=wish.user_id,
        session_key=wish.request.session.session_key or "",
        task=wish.task,
        factor=factor,
        at=wish.at,
    )


def _consume(wish: Wish, problem: str) -> HttpResponseBase | None:
    key = wish.request.session.session_key or ""
    try:
        factor = consume(user_id=wish.user_id, session_key=key, task=wish.task, at=wish.at)
    except StepUpRefused:
        return _ask(wish, problem)
    wish.request.confirmed_by = factor  # type: ignore[attr-defined]  # how much money may move depends on it
    return None


def _held(wish: Wish, until: datetime) -> HttpResponseBase:
    """A new device beside none: whoever has taken a number over waits, and its owner is told meanwhile."""
    if wish.devices:
        words = _("Your new device confirms sensitive tasks from %(time)s on, so that you could object.")
    else:
        words = _("Your last device was ended; sensitive tasks open at %(time)s, so that you could object.")
    return _ask(wish, words % {"time": date_format(timezone.localtime(until), "DATETIME_FORMAT")}, is_held=True)


def _wrong_password(wish: Wish) -> str:
    """What is wrong with name or password; tried once a request, also where it begins again (`elsewhere`)."""
    request = wish.request
    if not hasattr(request, "wrong_password"):
        request.wrong_password = _tried(wish)  # type: ignore[attr-defined]
    return request.wrong_password  # type: ignore[attr-defined]


def _tried(wish: Wish) -> str:
    """What is wrong, in words; "" when both are right."""
    request = wish.request
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _("Too many tries. Wait a few minutes.")
    name = wish.said(rules.NAME_FIELD)
    is_me = name is None or name.strip().casefold() == request.user.get_username().casefold()
    if not request.user.check_password(wish.said(PASSWORD_FIELD) or "") or not is_me:
        return _("That is not your password.") if is_me else _("That is not your username and password.")
    return ""


def _ask(wish: Wish, problem: str, asked: Asked | None = None, *, is_held: bool = False) -> HttpResponseBase:
    if wish.request.path.startswith("/api/"):
        return _problem(problem, asked, wish.told)
    return _page(wish, problem, asked, is_held=is_held)


def _problem(problem: str, asked: Asked | None = None, told: str = "") -> HttpResponse:
    """The question for a program: the same request again, with its proofs in headers."""
    title = problem or _("Confirm it is you: send your password in the header %(name)s.") % {"name": PASSWORD_HEADER}
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": 403}
    if told:
        body["detail"] = told
    if asked is not None:
        if not problem:
            body["title"] = _("Confirm it is you: send the challenge's id and its answer in headers.")
        body["challenge"] = {
            "id": str(asked.challenge.pk),
            "kind": asked.kind,
            "device": asked.device.name,
            "question": asked.challenge.question,
            "link": asked.link if asked.kind == "phone" else "",
            "expires_at": asked.challenge.expires_at.isoformat(),
        }
    answer = HttpResponse(json.dumps(body), status=403, content_type="application/problem+json")
    answer.keeps = True  # type: ignore[attr-defined]  # the question, or the wrong answer to it
    return answer


def _page(wish: Wish, problem: str, asked: Asked | None, *, is_held: bool) -> HttpResponseBase:
    """What is confirmed, and the person's form carried along; nothing is typed again, only files are chosen anew."""
    request = wish.request
    carried = [
        (name, value) for name, values in request.POST.lists() if name not in NOT_PART_OF_THE_TASK for value in values
    ]
    context = {
        "told": wish.told,
        "carried": carried,
        "files": list(request.FILES),
        "problem": problem,
        "asked": asked,
        "is_held": is_held,
        "others": [one for one in wish.able if asked is not None and one.pk != asked.device.pk],
        "has_device": bool(wish.able),
        "fields": {name.lower(): getattr(rules, name) for name in _FIELDS},
        "code_field": rules.CODE_FIELD,
    }
    headers = {"Cache-Control": "no-store"}
    page = TemplateResponse(request, "auth2fa/confirm.html", context, status=403, headers=headers)
    page.asks_back = True  # type: ignore[attr-defined]  # a question, not a refusal
    page.keeps = True  # type: ignore[attr-defined]  # the question, or the wrong answer to it
    return page.render()


_FIELDS = ("NAME_FIELD", "PASSWORD_FIELD", "CHALLENGE_FIELD", "DEVICE_FIELD", "AGAIN_FIELD")


def _task(request: HttpRequest, secrets: frozenset[str] = frozenset()) -> str:
    """What this request asks for, to the last byte, under a key that the database does not hold.

    Forms carry what few guesses find, such as the PIN of a card: a bare fingerprint in a row would tell it.
    """
    return box().mark("task", _said(request, secrets)).hex()


def _said(request: HttpRequest, secrets: frozenset[str]) -> str:
    method, path, kind = request.method or "", request.get_full_path(), request.content_type or ""
    if kind not in FORM_TYPES:
        body = without(request.body, secrets) if secrets else request.body
        return task_of(method=method, path=path, content_type=kind, body=hashlib.sha256(body).hexdigest())
    files = [
        (field, upload.name or "", _digest(upload)) for field, uploads in request.FILES.lists() for upload in uploads
    ]
    fields = [(name, values) for name, values in request.POST.lists() if name not in secrets]
    return task_of(method=method, path=path, content_type=kind, fields=fields, files=files)


def _digest(upload: UploadedFile) -> str:
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()
