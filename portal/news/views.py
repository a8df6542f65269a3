"""Settings: what one is told, at the bell and by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.gates import gate
from portal.news.actions import WishProblem, choose
from portal.news.models import ByMail, NewsKind
from portal.news.queries import wishes
from portal.news.rules import ALWAYS_COUNTED, OF_THE_BELL, Wish, ways


@gate("view")
def choices(request: HttpRequest) -> HttpResponse:
    """Each kind with the ways it may come; sent, they hold from now on."""
    who, problem = request.seat, ""  # type: ignore[attr-defined]
    if request.method == "POST":
        wished = {kind: _said(request, kind) for kind in NewsKind.values}
        try:
            choose(who=who, wished=wished, at=timezone.now())
        except WishProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("This is how you are told from now on."))
            return redirect("news:choices")
    now = wishes(who)
    rows = [
        {
            "kind": kind,
            "words": NewsKind(kind).label,
            "wish": now[kind],
            "ways": [(one.value, one.label) for one in ways(kind)],
            "is_news": kind in OF_THE_BELL,
            "is_always_counted": kind in ALWAYS_COUNTED,
        }
        for kind in NewsKind.values
    ]
    context = {"rows": rows, "problem": problem, "address": request.user.email}  # type: ignore[union-attr]
    return render(request, "news/choices.html", context, status=422 if problem else 200)


def _said(request: HttpRequest, kind: str) -> Wish:
    """What the form says of a kind; what must be counted is, though its box cannot be ticked."""
    is_counted = kind in ALWAYS_COUNTED or request.POST.get(f"{kind}-bell") == "1"
    return Wish(is_counted and kind in OF_THE_BELL, request.POST.get(f"{kind}-mail", ByMail.NO))
