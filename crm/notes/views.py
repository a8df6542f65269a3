"""The notes about an account or a contact: list, search, writing, changing, pinning, trash."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.onward import onward
from crm.contacts import chosen
from crm.contacts.rules import ContactProblem
from crm.notes import actions, queries
from crm.notes.actions import NoteChanged, NoteProblem
from crm.notes.models import Note
from crm.notes.subjects import Subject, subject_of
from crm.vault.context import opened
from crm.vault.sealed import Opened


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "body")
def notes(request: HttpRequest, number: str = "", contact: UUID | None = None) -> HttpResponse:
    """The notes about one account or contact; a new one is written here."""
    vault, subject = subject_of(request, number, contact)
    if request.method != "POST":
        return _list(request, vault, subject)
    said = request.POST
    try:
        actions.write(
            vault=vault,
            account=subject.account,
            contact=subject.contact,
            title=said.get("title", ""),
            body=said.get("body", ""),
            at=timezone.now(),
        )
    except NoteProblem as problem:
        return _list(request, vault, subject, str(problem))
    messages.success(request, _("The note is kept."))
    return redirect(_back_to(subject, said.get("then", "")))


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "body")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new note about a contact or an account that the form names, for whoever does not come from its page."""
    vault = opened(request)
    values = {name: request.POST.get(name, "") for name in ("contact", "account", "title", "body")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            subject = _named(vault, contact=values["contact"], account=values["account"])
            actions.write(
                vault=vault,
                account=subject.account,
                contact=subject.contact,
                title=values["title"],
                body=values["body"],
                at=timezone.now(),
            )
        except ContactProblem as problem:
            problems = problem.problems
        except NoteProblem as problem:
            problems = {"note": str(problem)}
        else:
            messages.success(request, _("The note is kept."))
            return redirect(onward(request) or subject.url)
    context = {"values": values, "problems": problems, "next": onward(request) or reverse("dashboard:home")}
    return render(request, "crm/notes/new.html", context, status=422 if problems else 200)


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "body")
def note(request: HttpRequest, note: UUID, number: str = "", contact: UUID | None = None) -> HttpResponse:
    """One note, to be changed."""
    vault, subject = subject_of(request, number, contact)
    found, problem, status, said = _one(vault, subject, note), "", 200, request.POST
    typed = {"title": said.get("title", ""), "body": said.get("body", "")}
    if request.method == "POST":
        version = said.get("version", "")
        known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        try:
            actions.change(vault=vault, note=found, version=known, at=timezone.now(), **typed)
        except NoteProblem as refusal:
            problem, status = str(refusal), 422
        except NoteChanged as refusal:
            problem, status, found = str(refusal), 409, _one(vault, subject, note)
        else:
            messages.success(request, _("The note is kept."))
            return redirect(subject.url)
    read = queries.read(vault, found)
    context = {
        "subject": subject,
        "read": read,
        "problem": problem,
        "other": read if status == 409 else None,
        **(typed if problem else {"title": read.title, "body": read.body}),
    }
    return render(request, "crm/notes/note.html", context, status=status)


@gate(SIGNED_IN)
@require_POST
def pin(request: HttpRequest, note: UUID, number: str = "", contact: UUID | None = None) -> HttpResponse:
    """Before all others, or among them again."""
    vault, subject = subject_of(request, number, contact)
    is_pinned = request.POST.get("pinned") == "1"
    actions.pin(note=_one(vault, subject, note), is_pinned=is_pinned, at=timezone.now())
    messages.success(request, _("The note is pinned.") if is_pinned else _("The note is not pinned any more."))
    return redirect(_back_to(subject, request.POST.get("then", "")))


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, note: UUID, number: str = "", contact: UUID | None = None) -> HttpResponse:
    """Into the trash."""
    vault, subject = subject_of(request, number, contact)
    actions.throw_away(note=_one(vault, subject, note), at=timezone.now())
    messages.success(request, _("The note is in the trash; it can be taken back there."))
    return redirect(subject.url)


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, note: UUID, number: str = "", contact: UUID | None = None) -> HttpResponse:
    """Out of the trash."""
    vault, subject = subject_of(request, number, contact)
    actions.take_back(note=_one(vault, subject, note))
    messages.success(request, _("The note is back."))
    return redirect(subject.url)


def _named(vault: Opened, *, contact: str, account: str) -> Subject:
    """The one of both that a form names. Raises ContactProblem."""
    subject = Subject(account=chosen.account_of(vault, account), contact=chosen.contact_of(vault, contact))
    if (subject.account is None) == (subject.contact is None):
        raise ContactProblem({"contact": _("Name the contact or the account that the note is about.")})
    return subject


def _one(vault: Opened, subject: Subject, pk: UUID) -> Note:
    found = queries.one(vault, subject, pk)
    if found is None:
        raise Http404
    return found


def _back_to(subject: Subject, then: str) -> str:
    """The agenda of whoever pressed there; the list of notes for everybody else."""
    try:
        return reverse("contacts:agenda", args=[UUID(then)])
    except ValueError:
        return subject.url


def _list(request: HttpRequest, vault: Opened, subject: Subject, problem: str = "") -> HttpResponse:
    words, in_trash = request.GET.get("q", "").strip()[:200], request.GET.get("trash") == "1"
    rows = queries.about(vault, subject, in_trash=in_trash)
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if words:
        found, after = queries.search(vault, rows, words), None
    else:
        found, after = queries.page(vault, rows, before if before and before.tzinfo else None)
    context = {
        "subject": subject,
        "found": found,
        "after": after,
        "words": words,
        "in_trash": in_trash,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "crm/notes/notes.html", context, status=422 if problem else 200)
