"""The notes of an account: list, search, writing, changing, trash."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import account_for
from accounts.ground.tree.models import Account
from crm.notes import actions, queries
from crm.notes.actions import NoteChanged, NoteProblem
from crm.notes.models import Note
from crm.vault.context import opened
from crm.vault.rules import member_seat
from crm.vault.sealed import Opened


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "body")
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """The notes of one account; a new one is written here."""
    vault, account = _open(request, number)
    if request.method != "POST":
        return _list(request, vault, account)
    said = request.POST
    try:
        actions.write(
            vault=vault, account=account, title=said.get("title", ""), body=said.get("body", ""), at=timezone.now()
        )
    except NoteProblem as problem:
        return _list(request, vault, account, str(problem))
    messages.success(request, _("The note is kept."))
    return redirect("notes:list", account.number)


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "body")
def note(request: HttpRequest, number: str, note: UUID) -> HttpResponse:
    """One note, to be changed."""
    vault, account = _open(request, number)
    found, problem, status, said = _one(vault, account, note), "", 200, request.POST
    typed = {"title": said.get("title", ""), "body": said.get("body", "")}
    if request.method == "POST":
        version = said.get("version", "")
        known = int(version) if version.isascii() and version.isdigit() else 0
        try:
            actions.change(vault=vault, note=found, version=known, at=timezone.now(), **typed)
        except NoteProblem as refusal:
            problem, status = str(refusal), 422
        except NoteChanged as refusal:
            problem, status, found = str(refusal), 409, _one(vault, account, note)
        else:
            messages.success(request, _("The note is kept."))
            return redirect("notes:list", account.number)
    read = queries.read(vault, found)
    context = {
        "account": account,
        "read": read,
        "problem": problem,
        "other": read if status == 409 else None,
        **(typed if problem else {"title": read.title, "body": read.body}),
    }
    return render(request, "crm/notes/note.html", context, status=status)


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, number: str, note: UUID) -> HttpResponse:
    """Into the trash."""
    vault, account = _open(request, number)
    actions.throw_away(note=_one(vault, account, note), at=timezone.now())
    messages.success(request, _("The note is in the trash; it can be taken back there."))
    return redirect("notes:list", account.number)


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, number: str, note: UUID) -> HttpResponse:
    """Out of the trash."""
    vault, account = _open(request, number)
    actions.take_back(note=_one(vault, account, note))
    messages.success(request, _("The note is back."))
    return redirect("notes:list", account.number)


def _open(request: HttpRequest, number: str) -> tuple[Opened, Account]:
    """A hidden account is missing, whatever the vault's state; then the vault has to be open."""
    account = account_for(member_seat(request.seat), number)  # type: ignore[attr-defined]
    vault = opened(request)
    actions.check_own(vault, account)
    return vault, account


def _one(vault: Opened, account: Account, pk: UUID) -> Note:
    found = queries.one(vault, account, pk)
    if found is None:
        raise Http404
    return found


def _list(request: HttpRequest, vault: Opened, account: Account, problem: str = "") -> HttpResponse:
    words, in_trash = request.GET.get("q", "").strip()[:200], request.GET.get("trash") == "1"
    rows = queries.of_account(vault, account, in_trash=in_trash)
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if words:
        found, after = queries.search(vault, rows, words), None
    else:
        found, after = queries.page(vault, rows, before if before and before.tzinfo else None)
    context = {
        "account": account,
        "found": found,
        "after": after,
        "words": words,
        "in_trash": in_trash,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "crm/notes/notes.html", context, status=422 if problem else 200)
