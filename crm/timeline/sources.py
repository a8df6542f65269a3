"""What the client book and the floor below it know of a contact: kinds of lines and where their rows come from."""

import json
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.models import Message
from accounts.desk.messages.queries import threads
from accounts.ground.access.scope import scope
from accounts.ground.requests.models import RequestStatus
from accounts.ground.requests.queries import visible
from accounts.ground.stored_words import said
from accounts.ground.trail.models import Event as Happened
from crm.calendar.models import Event, EventContact
from crm.documents.models import Document
from crm.documents.rules import Label
from crm.mail.models import KeptMail
from crm.notes.models import Note
from crm.tasks.models import Task, TaskState
from crm.timeline.legs import KINDS, About, Kind, Line, leg, of_whole_days
from crm.workflows.models import Workflow, WorkflowContact

OPEN, CLOSED = "open", "closed"
IN, OUT = "in", "out"
# Notes that are held in mind stand before all others, whatever their day.
PINNED, MOST_PINNED = "pinned", 5


def _notes(about: About) -> "QuerySet[Any]":
    wanted = Q(contact_id=about.contact) | Q(account_id__in=about.accounts)
    rows = scope(about.who, Note).filter(wanted, trashed_at=None)
    sealed = {"version": "version", "title": "title_sealed", "body": "body_sealed"}
    contact = Cast("contact_id", TextField())
    whose = {"actor": "author__username", "number": "account__number", "link": contact}
    return leg(rows, at="created_at", is_pinned=Q(pinned_at__isnull=False), **sealed, **whose)


def pinned(about: About) -> "QuerySet[Any]":
    """Notes that stand before all others."""
    return _notes(about).filter(pinned_at__isnull=False)


def _tasks(about: About) -> "QuerySet[Any]":
    rows = scope(about.who, Task).filter(contact_id=about.contact, trashed_at=None)
    sealed = {"version": "version", "title": "title_sealed"}
    at = Coalesce("done_at", "created_at")
    return leg(rows, at=at, state="state", actor="assignee__username", number="account__number", **sealed)


def _workflows(about: About) -> "QuerySet[Any]":
    linked = scope(about.who, WorkflowContact).filter(contact_id=about.contact).values("workflow_id")
    rows = scope(about.who, Workflow).filter(pk__in=linked, trashed_at=None)
    state = Case(When(closed_at=None, then=Value(OPEN)), default=Value(CLOSED), output_field=CharField())
    sealed = {"version": "version", "title": "title_sealed"}
    return leg(rows, at=Coalesce("closed_at", "created_at"), state=state, actor="owner__username", **sealed)


def _events(about: About) -> "QuerySet[Any]":
    """What has begun; what comes next stands above, with every time that a series comes."""
    linked = scope(about.who, EventContact).filter(contact_id=about.contact).values("event_id")
    rows = scope(about.who, Event).filter(pk__in=linked, trashed_at=None, begins_at__lte=about.at)
    at = Case(When(is_all_day=True, then=of_whole_days("begins_at")), default=F("begins_at"))
    sealed = {"version": "version", "title": "title_sealed"}
    return leg(rows, at=at, is_day=F("is_all_day"), actor="owner__username", **sealed)


def _documents(about: About) -> "QuerySet[Any]":
    rows = scope(about.who, Document).filter(contact_id=about.contact, trashed_at=None)
    return leg(rows, at="changed_at", actor="uploader__username", version="version", title="label_sealed")


def _mails(about: About) -> "QuerySet[Any]":
    rows = scope(about.who, KeptMail).filter(contact_id=about.contact, trashed_at=None)
    state = Case(When(is_out=True, then=Value(OUT)), default=Value(IN), output_field=CharField())
    sealed = {"version": "version", "title": "subject_sealed"}
    return leg(rows, at="said_at", state=state, actor="user__username", **sealed)


def _messages(about: About) -> "QuerySet[Any]":
    known = threads(about.who).filter(account_id__in=about.accounts, practice_id=about.who.practice_id)
    rows = scope(about.who, Message).filter(thread_id__in=known.values("pk"))
    link = Cast("thread_id", TextField())
    return leg(rows, at="at", words="thread__subject", actor="author_name", number="account__number", link=link)


def _requests(about: About) -> "QuerySet[Any]":
    rows = visible(about.who).filter(account_id__in=about.accounts, practice_id=about.who.practice_id)
    at, data = Coalesce("finished_at", "created_at"), Cast("detail", TextField())
    # Rows come with their account, which the columns of a line leave out.
    return leg(rows.select_related(None), at=at, words="title", data=data, state="status", number="account__number")


def _happened(about: About) -> "QuerySet[Any]":
    rows = scope(about.who, Happened).filter(account_id__in=about.accounts, practice_id=about.who.practice_id)
    return leg(rows, at="at", words="title", data=Cast("data", TextField()), number="account__number")


def _name(line: Line, opened: str) -> str:
    return Label.read(opened).name


def _stored(line: Line, opened: str) -> str:
    return said(line.words, json.loads(line.data or "{}"))


def _of_note(line: Line) -> str:
    if line.number:
        return reverse("notes:note", args=[line.number, line.key])
    return reverse("notes:contact_note", args=[line.link, line.key])


def _at_account(line: Line) -> str:
    return reverse("records:account", args=[line.number])


def _at(name: str, part: str = "key") -> Any:
    return lambda line: reverse(name, args=[getattr(line, part)])


KINDS |= {
    "note": Kind(_("Notes"), "note", _notes, _of_note, Note, ("title", "body")),
    "task": Kind(_("Tasks"), "checkbox", _tasks, _at("tasks:task"), Task, states=dict(TaskState.choices)),
    "workflow": Kind(
        _("Workflows"),
        "list-check",
        _workflows,
        _at("workflows:workflow"),
        Workflow,
        states={OPEN: _("Open"), CLOSED: _("Closed")},
    ),
    "event": Kind(_("Events"), "calendar", _events, _at("calendar:event"), Event),
    "document": Kind(_("Documents"), "file", _documents, _at("documents:document"), Document, ("label",), _name),
    "mail": Kind(
        _("Mails"),
        "mail",
        _mails,
        _at("mail:kept"),
        KeptMail,
        ("subject",),
        states={IN: _("Received"), OUT: _("Sent")},
    ),
    "message": Kind(_("Messages"), "message", _messages, _at("messages:thread", "link")),
    "request": Kind(_("Requests"), "clock", _requests, _at_account, said=_stored, states=dict(RequestStatus.choices)),
    "activity": Kind(_("Activity"), "activity", _happened, _at_account, said=_stored),
}
