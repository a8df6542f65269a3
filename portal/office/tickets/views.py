"""The back office's desk of tickets and inquiries: the list, one of them, a new inquiry."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.messages.actions import mark_read
from accounts.desk.messages.models import LONGEST_SUBJECT, Category, ThreadKind, ThreadState
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.messages.views import handed_out
from accounts.desk.tickets import actions, queries
from accounts.ground.access.context import Who
from accounts.ground.access.gates import OFFICE, gate
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account
from portal.office.tickets.forms import AnswerForm, AskForm, AssignForm, NoteForm
from portal.office.views import framed

STATES = (
    ("", gettext_lazy("Not closed")),
    (ThreadState.NEW.value, pgettext_lazy("tickets", "New")),
    (ThreadState.OPEN.value, gettext_lazy("With us")),
    ("old", gettext_lazy("Wait for us three days and longer")),
    (ThreadState.WAITING.value, gettext_lazy("Wait for an answer")),
    (ThreadState.CLOSED.value, pgettext_lazy("tickets", "Closed")),
)
FILTERS = ("state", "kind", "category", "owner", "q")


@gate(OFFICE)
@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    """What is with the back office; those that have stood where they are the longest come first."""
    who, at = _who(request), timezone.now()
    asked = {name: request.GET.get(name, "").strip()[:LONGEST_SUBJECT] for name in FILTERS}
    rows = queries.narrowed(
        queries.tickets(who),
        who=who,
        at=at,
        state=asked["state"],
        kind=asked["kind"],
        category=asked["category"],
        owner=asked["owner"],
        words=asked["q"],
    )
    is_closed = asked["state"] == ThreadState.CLOSED
    page = page_of(rows, order=["-state_at" if is_closed else "state_at", "pk"], query=request.GET)
    context = {
        "page": page,
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "states": STATES,
        "categories": Category.choices,
        "kinds": ThreadKind.choices[1:],
        "counts": queries.counts(at),
        "old_since": at - queries.OLD,
    }
    return render(request, "office/tickets/list.html", framed(request, context))


@gate(OFFICE)
def ticket(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them with the office's notes; opening it is reading it, and below it one answers."""
    who = _who(request)
    found = queries.ticket(who, pk)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(who=who, thread=found, at=timezone.now(), **form.cleaned_data)
        except MessageProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Sent."))
            return HttpResponseRedirect(reverse("tickets:ticket", args=[found.pk]) + "#end")
    if request.method == "GET" and request.headers.get("Sec-Purpose", "") != "prefetch":
        mark_read(who=who, thread=found, at=timezone.now())
    context = {
        "thread": found,
        "rows": list(queries.messages_of(found)),
        "notes": list(queries.notes_of(found)),
        "concerned": list(queries.concerned(found)) if found.concerns else [],
        "form": form,
        # Ids of its own: its label must never lead into the answer that the customer reads.
        "note_form": NoteForm(auto_id="note_%s"),
        "assign_form": AssignForm(initial={"to": found.assigned_to}),
        "me": who.user_id,
    }
    return render(request, "office/tickets/ticket.html", framed(request, context), status=422 if form.errors else 200)


@gate(OFFICE)
def new(request: HttpRequest) -> HttpResponse:
    """Ask owners or an advisor."""
    form = AskForm(
        request.POST or None, request.FILES or None, initial={"account": request.GET.get("account", "")[:10]}
    )
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        account = Account.unscoped.filter(number=said.pop("account").strip().upper(), moved_on=None).first()
        if account is None:
            form.add_error("account", _("There is no such account."))
        else:
            try:
                made = actions.ask_about(who=_who(request), account=account, at=timezone.now(), **said)
            except MessageProblem as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, _("The question %(number)s is asked.") % {"number": made.name})
                return HttpResponseRedirect(reverse("tickets:ticket", args=[made.pk]))
    return render(
        request, "office/tickets/new.html", framed(request, {"form": form}), status=422 if form.errors else 200
    )


@gate(OFFICE)
@require_POST
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A word that only the back office reads."""
    found = queries.ticket(_who(request), pk)
    return _done(
        request,
        pk,
        NoteForm(request.POST),
        lambda said: actions.note(who=_who(request), thread=found, at=timezone.now(), **said),
        _("Noted."),
    )


@gate(OFFICE)
@require_POST
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it to somebody, or to nobody."""
    found = queries.ticket(_who(request), pk)
    return _done(
        request,
        pk,
        AssignForm(request.POST),
        lambda said: actions.assign(thread=found, at=timezone.now(), **said),
        _("Saved."),
    )


class StateForm(forms.Form):
    """Where it goes without a word."""

    state = forms.ChoiceField(choices=ThreadState.choices)


@gate(OFFICE)
@require_POST
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close it without a word, or take it up again."""
    found = queries.ticket(_who(request), pk)
    return _done(
        request,
        pk,
        StateForm(request.POST),
        lambda said: actions.set_state(thread=found, at=timezone.now(), **said),
        _("Saved."),
    )


@gate(OFFICE)
@require_safe
def file(request: HttpRequest, pk: UUID, file: UUID) -> FileResponse:
    """A file that came with it, to be saved."""
    return handed_out(queries.file_for(queries.ticket(_who(request), pk), file))


def _done(
    request: HttpRequest, pk: UUID, form: forms.Form, act: Callable[[dict[str, Any]], bool], words: str
) -> HttpResponse:
    """Do what the form says and go back to the ticket; what was so already is no news."""
    try:
        if not form.is_valid():
            raise MessageProblem(_("That cannot be saved."))
        if act(form.cleaned_data):
            messages.success(request, words)
    except MessageProblem as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(reverse("tickets:ticket", args=[pk]))


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
