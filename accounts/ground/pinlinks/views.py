"""Sending a PIN link, and the public page behind it, where nobody is signed in: mobile number, questions, PIN."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.address import client_address
from accounts.ground.access.gates import PUBLIC, gate
from accounts.ground.access.middleware import UNKNOWN
from accounts.ground.consents.models import Consent, ConsentState
from accounts.ground.consents.queries import own_consent
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.pinlinks import actions, rules
from accounts.ground.pinlinks.models import Question
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.rules import TreeProblem

# The address holds the link's secret: it stays out of caches, and other sites never learn it.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
_SALT = "accounts.pinlinks.step"


@gate("manage")
@require_POST
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the client a PIN link to a question that waits."""
    who = request.seat  # type: ignore[attr-defined]
    found = own_consent(who, pk)
    try:
        made = actions.send(who=who, consent=found, at=timezone.now())
    except ConsentProblem as problem:
        return render(request, "pinlinks/refused.html", {"consent": found, "words": str(problem)}, status=409)
    words = _("The PIN link was sent to the client; it works once, until %(day)s.")
    messages.success(request, words % {"day": f"{made.expires_at:%Y-%m-%d}"})
    return redirect("consents:consent", pk)


@gate(PUBLIC)
@sensitive_post_parameters("one", "two", "pin", "again", "code", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, secret: str) -> HttpResponse:
    """Each step on the one address; what was proved before travels in a signed field, and the rows say it too."""
    try:
        opened = actions.open_link(secret=secret, address=client_address(request) or UNKNOWN, at=timezone.now())
        consent, user = actions.question_of(opened)
        with translation.override(user.language):
            step = STEPS.get(request.POST.get("step", "")) if request.method == "POST" else None
            visit = Visit(request, secret, opened, consent)
            return step(visit) if step else visit.page("code")
    except actions.LinkGone:
        # A wrong answer that ended the link is counted like any other.
        return _answer(request, "pinlinks/gone.html", {}, 404, keeps=True)


class Visit:
    """One request of the client at a link that works."""

    def __init__(self, request: HttpRequest, secret: str, opened: actions.Opened, consent: Consent) -> None:
        self.request, self.secret, self.opened, self.consent = request, secret, opened, consent

    def given(self, name: str) -> str:
        """What was typed into a field."""
        return self.request.POST.get(name, "")[:200].replace("\0", "")

    def token(self, step: str) -> str:
        """Says to the next request of this browser that a step of this link was proved."""
        return signing.dumps([str(self.opened.link_id), step], salt=_SALT)

    def has_proved(self, step: str) -> bool:
        """Whether this browser brings that word, and in time."""
        try:
            said = signing.loads(self.given("token"), salt=_SALT, max_age=rules.PROOF_LIFETIME)
        except signing.BadSignature:
            return False
        return said == [str(self.opened.link_id), step]

    def page(self, step: str, problem: str = "", *, token: str = "", keeps: bool = False) -> HttpResponse:
        """The page of a step, with what went wrong on the way to it."""
        context = {
            "step": step,
            "problem": problem,
            "token": token,
            "opened": self.opened,
            "consent": self.consent if step == "decide" else None,
            "questions": [Question(one).label for one in (self.opened.question_one, self.opened.question_two)],
            "digits": rules.PIN_DIGITS,
            "longest_name": LONGEST_NAME,
        }
        return _answer(self.request, "pinlinks/answer.html", context, 422 if problem else 200, keeps=keeps)


def _code(visit: Visit) -> HttpResponse:
    told = actions.send_code(opened=visit.opened, secret=visit.secret, at=timezone.now())
    if told == "limit":
        return visit.page("code", _("No more codes can be sent for this link. Ask your advisor for a new one."))
    if told == "stopped":
        words = _("No texts can be sent at the moment. Sign in and answer in the portal, or try again tomorrow.")
        # The back office's alarm stays, though the step is refused.
        return visit.page("code", words, keeps=True)
    wait = _("A code was sent a moment ago; wait half a minute before you ask for another.")
    return visit.page("mobile", wait if told == "wait" else "")


def _mobile(visit: Visit) -> HttpResponse:
    try:
        actions.prove_mobile(opened=visit.opened, secret=visit.secret, code=visit.given("code"), at=timezone.now())
    except actions.WrongProof:
        words = _(
            "This is not the code, or its five minutes are over. A code takes three tries; after five wrong answers"
            " the link ends."
        )
        return visit.page("mobile", words, keeps=True)
    return visit.page("questions", token=visit.token("mobile"))


def _questions(visit: Visit) -> HttpResponse:
    if not visit.has_proved("mobile"):
        return _again(visit)
    said = {"one": visit.given("one"), "two": visit.given("two")}
    try:
        actions.prove_answers(opened=visit.opened, secret=visit.secret, at=timezone.now(), **said)
    except actions.TooLate:
        return _again(visit)
    except actions.WrongProof:
        words = _("The answers are not what we have on file. After five wrong answers the link ends.")
        return visit.page("questions", words, token=visit.given("token"), keeps=True)
    return visit.page("decide", token=visit.token("answers"))


def _decide(visit: Visit) -> HttpResponse:
    if not visit.has_proved("answers"):
        return _again(visit)
    token, at = visit.given("token"), timezone.now()
    try:
        if "decline" in visit.request.POST:
            done = actions.decline(opened=visit.opened, secret=visit.secret, at=at)
        else:
            problem = _before_signing(visit)
            if problem:
                return visit.page("decide", problem, token=token)
            hand = hand_of(visit.request, visit.given("name"))
            seen, pin = visit.given("seen"), visit.given("pin")
            done = actions.agree(opened=visit.opened, secret=visit.secret, pin=pin, hand=hand, seen=seen, at=at)
    except actions.TooLate:
        return _again(visit)
    except actions.WrongProof:
        words = _("This is not your PIN. After five wrong answers the link ends.")
        return visit.page("decide", words, token=token, keeps=True)
    except (ConsentProblem, TreeProblem) as problem:
        return visit.page("decide", str(problem), token=token)
    context = {"has_agreed": done.state == ConsentState.AGREED}
    return _answer(visit.request, "pinlinks/done.html", context, 200)


def _before_signing(visit: Visit) -> str:
    """What can be seen to be missing before anything is tried."""
    if visit.given("read") != "on":
        return _("Read the full text and tick that you have.")
    if visit.opened.has_pin:
        return ""
    wrong = rules.pin_problem(visit.given("pin"), visit.given("again"))
    return _(wrong.msgid) % wrong.params if wrong else ""


def _again(visit: Visit) -> HttpResponse:
    return visit.page("code", _("That took too long. Begin again with a new code."))


STEPS: Mapping[str, Callable[[Visit], HttpResponse]] = {
    "code": _code,
    "mobile": _mobile,
    "questions": _questions,
    "decide": _decide,
}


def _answer(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int, *, keeps: bool = False
) -> HttpResponse:
    made = render(request, template, dict(context), status=status)
    for name, value in HEADERS.items():
        made[name] = value
    if keeps:
        made.keeps = True  # type: ignore[attr-defined]
    return made
