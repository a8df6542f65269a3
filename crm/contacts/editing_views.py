"""Writing a contact by hand: new, changed, moved, linked, thrown away and taken back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from crm.contacts import actions, queries, relations
from crm.contacts.actions import Stale
from crm.contacts.fields import FINANCIAL, PARTS, PROFILE, Field, in_words, of_part
from crm.contacts.models import Kind
from crm.contacts.queries import Read
from crm.contacts.record_views import enter
from crm.contacts.rules import LONGEST, ContactProblem
from crm.custom.queries import fields as fields_of
from crm.custom.queries import own
from crm.locks import actions as locks
from crm.locks.actions import LockedBy
from crm.locks.views import LOCKED, told
from crm.vault.context import opened
from crm.vault.sealed import Opened

Shown = list[tuple[object, list[Field]]]
FORMS = {"profile": PROFILE, "financial": FINANCIAL}


@gate(SIGNED_IN)
@sensitive_post_parameters()
def new(request: HttpRequest) -> HttpResponse:
    """A new contact; first and last name are enough."""
    vault = opened(request)
    kind = _kind(request.POST.get("kind") or request.GET.get("kind"))
    shown = _shown(vault, PROFILE, kind)
    if request.method != "POST":
        begun = {one.row.key: one.default for one in own(vault) if one.default}
        return _form(request, kind=kind, values=begun, shown=shown)
    said = _said(request, shown)
    try:
        made = actions.write(vault=vault, kind=kind, said=said, at=timezone.now(), today=exchange_today())
    except ContactProblem as problem:
        return _form(request, kind=kind, values=said, shown=shown, problems=problem.problems)
    messages.success(request, _("The contact is in the book."))
    return redirect("contacts:profile", made.pk)


@gate(SIGNED_IN)
@sensitive_post_parameters()
def edit(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Change a contact; what somebody else has saved meanwhile is told, and what was typed stays."""
    vault, read = enter(request, contact)
    form = request.GET.get("form", "profile")
    parts, found = FORMS.get(form, PROFILE), read.contact
    kind = _kind(request.POST.get("kind") or found.kind)
    shown = _shown(vault, parts, kind)
    again = partial(_form, request, kind=kind, read=read, shown=shown, is_profile=parts is PROFILE)
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        # A browser that looks ahead changes nothing, and locks nothing.
        return HttpResponse(status=204)
    try:
        is_over = request.POST.get("take_over") == "1"
        locks.take(vault=vault, contact=found, at=timezone.now(), is_over=is_over)
    except LockedBy as locked:
        if request.method != "POST":
            return told(request, locked)
        return again(values=_said(request, shown), locked=locked)
    if request.method != "POST":
        return again(values={**read.record, **{name: getattr(found, name) for name in LONGEST}})
    said = _said(request, shown)
    # What this form does not show stays as it is.
    kept = {name: getattr(found, name) for name in LONGEST} if parts is FINANCIAL else {}
    whole = {**read.record, **{one.key: "" for _words, fields in shown for one in fields}, **kept, **said}
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        version = -1
    try:
        actions.change(
            vault=vault, pk=found.pk, version=version, kind=kind, said=whole, at=timezone.now(), today=exchange_today()
        )
    except ContactProblem as problem:
        return again(values=said, problems=problem.problems)
    except Stale:
        return again(values=said, is_stale=True)
    undo = format_html(
        '<a href="{}">{}</a>', reverse("contacts:history", args=[found.pk]), _("What was changed, and undo")
    )
    messages.success(request, format_html("{} {}", _("The contact is saved."), undo))
    return redirect("contacts:financial" if parts is FINANCIAL else "contacts:profile", found.pk)


@gate(SIGNED_IN)
@require_POST
def move(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Say what somebody is."""
    vault, read = enter(request, contact)
    try:
        actions.move(vault=vault, contact=read.contact, state=request.POST.get("state", ""), at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    except ContactProblem as problem:
        messages.error(request, str(problem))
    return redirect("contacts:configuration", read.contact.pk)


@gate(SIGNED_IN)
@require_POST
def link(request: HttpRequest, contact: UUID) -> HttpResponse:
    """The contact is this client of the practice, or no client any more."""
    vault, read = enter(request, contact)
    try:
        if request.POST.get("do") == "unlink":
            actions.unlink(vault=vault, contact=read.contact, at=timezone.now())
        else:
            client = request.POST.get("client", "")
            keys = {str(one.pk): one for one in queries.clients_without(vault.who).filter(pk__in=_number(client))}
            if client not in keys:
                raise ContactProblem(_("There is no such client without a contact."))
            actions.link(vault=vault, contact=read.contact, party=keys[client], at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    except ContactProblem as problem:
        messages.error(request, str(problem))
    return redirect("contacts:configuration", read.contact.pk)


@gate(SIGNED_IN)
@require_POST
def relate(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Tie the contact to another one, or take a tie out of both."""
    vault, read = enter(request, contact)
    do = relations.untie if request.POST.get("do") == "untie" else relations.relate
    try:
        other = UUID(request.POST.get("other", ""))
        do(vault=vault, pk=read.contact.pk, other=other, kind=request.POST.get("kind", ""), at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    except ContactProblem as problem:
        messages.error(request, str(problem))
    except ValueError:
        messages.error(request, _("There is no such contact."))
    return redirect("contacts:configuration", read.contact.pk)


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Into the trash; the message takes it back."""
    vault, read = enter(request, contact)
    try:
        actions.throw_away(vault=vault, contact=read.contact, at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    trash = format_html('<a href="{}?trash=1">{}</a>', reverse("contacts:list"), _("Open the trash"))
    messages.success(request, format_html("{} {}", _("The contact is in the trash."), trash))
    return redirect("contacts:list")


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Out of the trash."""
    vault = opened(request)
    found = queries.one(vault, contact, in_trash=True)
    if found is None:
        raise Http404
    try:
        actions.take_back(contact=found)
    except ContactProblem as problem:
        messages.error(request, str(problem))
        return redirect("contacts:list")
    return redirect("contacts:profile", found.pk)


def _kind(value: str | None) -> str:
    return value if value in Kind.values else Kind.PERSON


def _number(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 16 else []


def _shown(vault: Opened, parts: tuple[str, ...], kind: str) -> Shown:
    """The parts of a form with their fields; the practice's own stand at the end of the profile."""
    shown: Shown = [(PARTS[part], of_part(part, kind)) for part in parts]
    mine = fields_of(vault) if parts is PROFILE else []
    return [*shown, (_("Own fields"), mine)] if mine else shown


def _said(request: HttpRequest, shown: Shown) -> dict[str, str]:
    """What the form says; a list of boxes is one text."""
    fields = [one for _words, part in shown for one in part]
    said = {name: request.POST.get(name, "") for name in LONGEST if name in request.POST}
    return said | {
        one.key: " ".join(request.POST.getlist(one.key)) if one.form == "many" else request.POST.get(one.key, "")
        for one in fields
    }


def _form(
    request: HttpRequest,
    *,
    kind: str,
    values: dict[str, str],
    shown: Shown,
    read: Read | None = None,
    is_profile: bool = True,
    problems: dict[str, str] | None = None,
    is_stale: bool = False,
    locked: LockedBy | None = None,
) -> HttpResponse:
    """The form with what was typed; 422 where something is wrong, 409 where somebody else was quicker, 423 where
    somebody else has taken the contact over."""
    problems = problems or {}
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": Kind.choices,
        "values": values,
        "problems": problems,
        "problem": problems.get("", ""),
        "is_stale": is_stale,
        "is_profile": is_profile,
        "contact": read.contact if read else None,
        "parts": shown,
        "locked": locked,
        "saved": _saved(read, values, shown) if read and is_stale else [],
    }
    status = LOCKED if locked else 409 if is_stale else 422 if problems else 200
    return render(request, "crm/contacts/form.html", context, status=status)


def _saved(read: Read, values: dict[str, str], shown: Shown) -> list[tuple[object, str]]:
    """What stands saved now where it differs from what was typed."""
    clear = {"first_name": _("First name"), "name": _("Name"), "email": _("E-mail"), "phone": _("Phone")}
    now: list[tuple[object, str, str]] = [
        (words, getattr(read.contact, name), values[name]) for name, words in clear.items() if name in values
    ]
    for one in (one for _words, fields in shown for one in fields):
        now.append((one.label, in_words(one, read.record.get(one.key, "")), in_words(one, values.get(one.key, ""))))
    return [(label, saved) for label, saved, typed in now if saved != typed]
