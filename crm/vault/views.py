"""The storage password's pages: setting up, unlocking, locking, changing, recovering, and colleagues."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.onward import onward
from accounts.ground.access.scope import scope
from accounts.ground.people.models import User
from crm.vault import actions, joining, queries, rules, unlocking
from crm.vault.context import give_cookie, if_opened, take_cookie
from crm.vault.models import Member, MemberState
from crm.vault.rules import SECRET, SURE, SURE_AND_PROVED, TooBusy, VaultProblem, member_seat
from crm.vault.unlocking import QUIET_MINUTES, USUAL_MINUTES

SECRETS = sensitive_post_parameters(*SECRET)
View = Callable[..., HttpResponse]


def in_words(again: str) -> Callable[[View], View]:
    """What the vault refuses is said on the page that asked; a counted guess stays counted."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except VaultProblem as problem:
                answer = PAGES[again](request, str(problem), **kwargs)
                answer.keeps = problem.counted  # type: ignore[attr-defined]
                if isinstance(problem, TooBusy):
                    answer.status_code, answer["Retry-After"] = 503, str(problem.wait)
                return answer

        return answered

    return decorate


@gate(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One's storage password: where one stands, and what can be done."""
    return _home(request)


@gate(SIGNED_IN)
@require_POST
@SECRETS
@in_words("home")
def set_up(request: HttpRequest) -> HttpResponse:
    """A storage password; code and sheets stand in this answer alone."""
    who, said = _who(request), request.POST
    papers = actions.set_up(
        who=who,
        user=_user(request),
        password=said.get("storage_password", ""),
        again=said.get("again", ""),
        at=timezone.now(),
    )
    return _papers(request, papers)


@gate(SIGNED_IN)
@require_POST
@SECRETS
@in_words("home")
def confirm_code(request: HttpRequest) -> HttpResponse:
    """The retyped recovery code."""
    member = actions.confirm_code(who=_who(request), code=request.POST.get("code", ""), at=timezone.now())
    if member.state == MemberState.MEMBER:
        messages.success(request, _("Your storage password counts from now on. Unlock your client book with it."))
        return redirect("vault:unlock")
    messages.success(request, _("Your keys are made. Now compare the six words with your colleague."))
    return redirect("vault:home")


@gate(SURE)
@require_POST
@SECRETS
@in_words("home")
def new_code(request: HttpRequest) -> HttpResponse:
    """Another recovery code."""
    password = request.POST.get("storage_password", "")
    return _papers(request, actions.new_code(who=_who(request), password=password, at=timezone.now()))


@gate(SIGNED_IN)
@SECRETS
@in_words("unlock")
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the client book in this browser, and go on where one was."""
    if request.method != "POST":
        return _unlock(request)
    password = request.POST.get("storage_password", "")
    key, minutes = request.session.session_key or "", request.POST.get("minutes", "")
    value = unlocking.unlock(
        who=_who(request),
        password=password,
        session_key=key,
        at=timezone.now(),
        minutes=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else USUAL_MINUTES,
    )
    answer = redirect(onward(request) or reverse("vault:home"))
    give_cookie(answer, value)
    return answer


@gate(SIGNED_IN)
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock it in every browser of this person."""
    unlocking.lock(who=_who(request))
    messages.success(request, _("Your client book is locked."))
    answer = redirect("vault:home")
    take_cookie(answer)
    return answer


@gate(SURE)
@require_POST
@SECRETS
@in_words("home")
def change_password(request: HttpRequest) -> HttpResponse:
    """Another storage password."""
    said = request.POST
    actions.change_password(
        who=_who(request),
        user=_user(request),
        old=said.get("old", ""),
        password=said.get("storage_password", ""),
        again=said.get("again", ""),
        at=timezone.now(),
    )
    messages.success(request, _("Your storage password is changed. Unlock with the new one."))
    answer = redirect("vault:unlock")
    take_cookie(answer)
    return answer


@gate(SURE)
@SECRETS
@in_words("recover")
def recover(request: HttpRequest) -> HttpResponse:
    """A new storage password by the recovery code."""
    if request.method != "POST":
        return _recover(request)
    said = request.POST
    papers = actions.recover(
        who=_who(request),
        user=_user(request),
        code=said.get("code", ""),
        password=said.get("storage_password", ""),
        again=said.get("again", ""),
        at=timezone.now(),
    )
    return _papers(request, papers)


@gate(SURE_AND_PROVED)
@SECRETS
@in_words("sheets")
def sheets(request: HttpRequest) -> HttpResponse:
    """New keys by two of the practice's three sheets."""
    if request.method != "POST":
        return _sheets(request)
    said = request.POST
    papers = actions.recover_by_sheets(
        who=_whole(request),
        user=_user(request),
        sheets=(said.get("sheet_1", ""), said.get("sheet_2", "")),
        password=said.get("storage_password", ""),
        again=said.get("again", ""),
        at=timezone.now(),
    )
    return _papers(request, papers)


@gate(SIGNED_IN)
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """Who has a part in the client book."""
    return _members(request)


@gate(SURE_AND_PROVED)
@SECRETS
@in_words("admit")
def admit(request: HttpRequest, member: UUID) -> HttpResponse:
    """Compare six words with a colleague, and let them in."""
    if request.method != "POST":
        return _admit(request, member=member)
    said = request.POST
    let_in = joining.admit(
        who=_whole(request),
        member_id=member,
        words=said.get("words", ""),
        password=said.get("storage_password", ""),
        at=timezone.now(),
    )
    name = let_in.user.get_full_name() or let_in.user.username
    messages.success(request, _("%(name)s can now unlock the client book.") % {"name": name})
    return redirect("vault:members")


@gate(SURE_AND_PROVED)
@require_POST
@SECRETS
@in_words("admit")
def take_out(request: HttpRequest, member: UUID) -> HttpResponse:
    """Take a colleague out; everybody else unlocks again."""
    password = request.POST.get("storage_password", "")
    gone = joining.take_out(who=_whole(request), member_id=member, password=password, at=timezone.now())
    name = gone.user.get_full_name() or gone.user.username
    messages.success(request, _("%(name)s is out. What is written from now on has a new key.") % {"name": name})
    answer = redirect("vault:members")
    take_cookie(answer)
    return answer


@gate(SIGNED_IN)
@require_POST
@SECRETS
@in_words("home")
def words(request: HttpRequest) -> HttpResponse:
    """One's own six words, from one's own opened keys."""
    password = request.POST.get("storage_password", "")
    who, now = _who(request), timezone.now()
    member, own, _key = actions.open_own(who, password, now, MemberState.WAITING)
    return _home(request, six_words=queries.own_words(own, member.stored()))


@gate(SIGNED_IN)
@require_GET
def protects(request: HttpRequest) -> HttpResponse:
    """What the storage password protects from, and from what it does not."""
    return render(request, "crm/vault/protects.html", {"memory": actions.usual_cost().memory // 1024})


def _home(request: HttpRequest, problem: str = "", six_words: str = "") -> HttpResponse:
    who = _who(request)
    found = queries.standing(who)
    opened = if_opened(request, in_part=True) if found.stage == MemberState.MEMBER else None
    context = {
        "found": found,
        "stage": found.stage,
        "opened": opened,
        "may_found": who.manages,
        "six_words": six_words,
        "problem": problem,
        "waiting": _waiting(who),
    }
    return _page(request, "home", context, problem)


def _unlock(request: HttpRequest, problem: str = "") -> HttpResponse:
    member = queries.own_member(_who(request))
    if member is None or member.state != MemberState.MEMBER:
        return _home(request, problem) if problem else redirect("vault:home")
    now = timezone.now()
    context = {
        "problem": problem,
        "next": onward(request),
        "left": rules.tries_left(member.wrong_at, member.wrong, now),
        "has_failed": bool(member.wrong_at),
        "minutes": QUIET_MINUTES,
        "usual": USUAL_MINUTES,
    }
    return _page(request, "unlock", context, problem)


def _recover(request: HttpRequest, problem: str = "") -> HttpResponse:
    found = queries.standing(_who(request))
    if found.vault is None:
        return redirect("vault:home")
    return _page(request, "recover", {"problem": problem, "found": found}, problem)


def _sheets(request: HttpRequest, problem: str = "") -> HttpResponse:
    who = _whole(request)
    if queries.standing(who).vault is None:
        return redirect("vault:home")
    return _page(request, "sheets", {"problem": problem, "may": who.manages}, problem)


def _members(request: HttpRequest, problem: str = "") -> HttpResponse:
    who = _whole(request)
    mine = queries.own_member(who)
    rows = list(queries.colleagues(who)[:200])
    may = bool(mine and mine.holds_root and mine.state == MemberState.MEMBER and who.manages)
    return _page(request, "members", {"rows": rows, "mine": mine, "may": may, "problem": problem}, problem)


def _admit(request: HttpRequest, problem: str = "", *, member: UUID) -> HttpResponse:
    who = _whole(request)
    found = scope(who, Member).filter(pk=member).exclude(user_id=who.user_id).select_related("user", "vault").first()
    mine = queries.own_member(who)
    if found is None or found.state == MemberState.LEFT or mine is None:
        raise Http404
    said = queries.words_of(bytes(found.vault.root_public), found.stored())
    may = mine.holds_root and mine.state == MemberState.MEMBER and who.manages
    context = {"member": found, "words": said, "may": may, "problem": problem}
    return _page(request, "member", context, problem)


def _papers(request: HttpRequest, papers: actions.Papers) -> HttpResponse:
    """Shown once, kept nowhere."""
    return _page(request, "papers", {"papers": papers}, "")


def _page(request: HttpRequest, name: str, context: dict[str, Any], problem: str) -> HttpResponse:
    answer = render(request, f"crm/vault/{name}.html", context, status=422 if problem else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _waiting(who: Who) -> int:
    return scope(who, Member).filter(state=MemberState.WAITING).count() if who.manages else 0


def _who(request: HttpRequest) -> Who:
    return member_seat(request.seat, in_part=True)  # type: ignore[attr-defined]


def _whole(request: HttpRequest) -> Who:
    """The same for what is about others' keys: who works with all accounts."""
    return member_seat(request.seat)  # type: ignore[attr-defined]


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User), "the gate lets only signed-in people come this far"
    return user


PAGES: dict[str, Callable[..., HttpResponse]] = {
    "home": _home,
    "unlock": _unlock,
    "recover": _recover,
    "sheets": _sheets,
    "admit": _admit,
}
