"""The pages behind a client's link: a few questions at a time, the review, the signature. Nobody is signed in here."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.desk.applying import behind as link
from accounts.desk.applying import telling
from accounts.desk.applying.behind import Behind, LinkGone
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.address import client_address
from accounts.ground.access.gates import PUBLIC, gate
from accounts.ground.access.middleware import spend
from accounts.ground.clock import exchange_today
from accounts.ground.signatures.reading import hand_of

# The address holds the link's secret: it stays out of caches, and other sites never learn it. Our own may: a page that
# names no referrer sends its forms without an origin, and these are refused.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
# Pages of all links together that one address opens in an hour, and links that do not work.
MOST_PAGES, MOST_WRONG = 600, 60

Page = Callable[..., HttpResponse]


def of_link(view: Page) -> Page:
    """Open the link, speak the client's language, and answer every link that does not work in the same way."""

    @wraps(view)
    def opened(request: HttpRequest, secret: str, **more: Any) -> HttpResponse:
        address, now = client_address(request) or "unknown", timezone.now()
        if spend(f"apply/{address}", most=MOST_PAGES, at=now):
            return _answer(request, "applying/too_often.html", {}, 429)
        try:
            found = link.open_link(secret=secret, at=now)
            # Whoever has chosen a language in this browser keeps it; else it is that of the invitation.
            has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
            with translation.override(translation.get_language() if has_chosen else found.language):
                return view(request, found, **more)
        except LinkGone:
            if spend(f"apply/wrong/{address}", most=MOST_WRONG, at=now):
                return _answer(request, "applying/too_often.html", {}, 429)
            answer = _answer(request, "applying/gone.html", {}, 404)
            answer.keeps = True  # type: ignore[attr-defined]  # nothing was written but that it was tried
            return answer

    return opened


@gate(PUBLIC)
@of_link
def begin(request: HttpRequest, behind: Behind) -> HttpResponse:
    """What this is, how far it is, and where to go on."""
    if behind.is_submitted:
        return redirect("applying:apply_status", secret=behind.secret)
    first = next((one.slug for one in behind.steps if one.slug not in behind.answers), "")
    context = {"behind": behind, "steps": _steps(behind), "next": first}
    return _answer(request, "applying/begin.html", context)


@gate(PUBLIC)
@sensitive_post_parameters()
@of_link
def step(request: HttpRequest, behind: Behind, step: str) -> HttpResponse:
    """One page of questions; saved, the next one comes."""
    if behind.is_submitted:
        return redirect("applying:apply_status", secret=behind.secret)
    slugs = [one.slug for one in behind.steps]
    # No page is skipped: a later one may ask about what an earlier one has said.
    waits = next((slug for slug in slugs if slug not in behind.answers), "")
    if step not in slugs or (waits and slugs.index(step) > slugs.index(waits)):
        return redirect("applying:apply", secret=behind.secret)
    place = slugs.index(step)
    shape = behind.steps[place]
    form = shape(
        request.POST if request.method == "POST" else None,
        initial=behind.begun(shape),
        kind=behind.kind,
        day=exchange_today(),
        answers=behind.answers,
    )
    if request.method == "POST" and form.is_valid():
        link.save(behind=behind, form=form, at=timezone.now())
        following = slugs[place + 1 :]
        if not following or all(slug in behind.answers for slug in following):
            return redirect("applying:apply_sign", secret=behind.secret)
        return redirect("applying:apply_step", secret=behind.secret, step=following[0])
    context = {
        "behind": behind,
        "form": form,
        "steps": _steps(behind, step),
        "place": place + 1,
        "before": slugs[place - 1] if place else "",
    }
    return _answer(request, "applying/step.html", context, 422 if form.errors else 200)


@gate(PUBLIC)
@of_link
def sign(request: HttpRequest, behind: Behind) -> HttpResponse:
    """Everything once more, and the signature."""
    if behind.is_submitted:
        return redirect("applying:apply_status", secret=behind.secret)
    day, problem = exchange_today(), ""
    wrong = link.problem_step(behind, day)
    if wrong:
        if wrong in behind.answers:
            messages.warning(request, _("What you have answered here does not hold any more; please look at it again."))
        return redirect("applying:apply_step", secret=behind.secret, step=wrong)
    if request.method == "POST":
        try:
            if not request.POST.get("read"):
                raise ApplicationProblem(_("Tick that you have read and agree."))
            hand = hand_of(request, request.POST.get("name", ""))
            seen = request.POST.get("seen", "")
            link.sign(behind=behind, hand=hand, seen=seen, at=timezone.now(), day=day)
        except ApplicationProblem as refused:
            problem = str(refused)
        else:
            by = link.hash_of(behind.secret)
            telling.submitted(application_id=behind.pk, link_hash=by, number=behind.number)
            messages.success(request, _("Thank you. Your application has been submitted."))
            return redirect("applying:apply_status", secret=behind.secret)
    context = {
        "behind": behind,
        "parts": zip((one.slug for one in behind.steps), link.told(behind, day), strict=True),
        "agreement": link.agreement(behind),
        "seen": link.seen_of(behind, day),
        "steps": _steps(behind),
        "is_signing": True,
        "problem": problem,
    }
    return _answer(request, "applying/sign.html", context, 422 if problem else 200)


@gate(PUBLIC)
@of_link
def status(request: HttpRequest, behind: Behind) -> HttpResponse:
    """How far the application is; nothing of what was answered is shown again."""
    if not behind.is_submitted:
        return redirect("applying:apply", secret=behind.secret)
    now, problem = timezone.now(), ""
    if request.method == "POST":
        try:
            task, file = _key(request.POST.get("task", "")), request.FILES.get("file")
            if task is None or file is None:
                raise ApplicationProblem(_("Choose a file first."))
            link.hand_in(behind=behind, task=task, file=file, at=now)
        except ApplicationProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Thank you. The document is with the back office."))
            return redirect("applying:apply_status", secret=behind.secret)
    rows = link.duties(behind=behind, at=now)
    context = {
        "behind": behind,
        "rows": rows,
        "takers": [one for one in rows if one.takes_file and one.standing != "done"],
        "problem": problem,
    }
    return _answer(request, "applying/status.html", context, 422 if problem else 200)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _steps(behind: Behind, here: str = "") -> list[dict[str, Any]]:
    """The way through the pages: which are done, and which one this is."""
    return [
        {"slug": one.slug, "words": one.words, "is_done": one.slug in behind.answers, "is_here": one.slug == here}
        for one in behind.steps
    ]


def _answer(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
