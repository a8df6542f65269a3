"""The message center: conversations, one conversation, a new one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.messages import actions, queries
from accounts.desk.messages.files import Kept
from accounts.desk.messages.forms import NewForm, ReplyForm, TicketForm
from accounts.desk.messages.models import LONGEST_SUBJECT, Thread, ThreadState
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.messages.topics import TOPICS, Topic
from accounts.desk.tickets.actions import open_ticket
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.planned import planned_once
from accounts.ground.access.scope import NotAllowed, account_for
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account

# As many accounts fit into a list to choose from; advisors with more of them type a number.
MOST_CHOICES = 50

SHOWS = {
    "unread": gettext_lazy("Unread"),
    "asked": gettext_lazy("Wait for you"),
    "tickets": gettext_lazy("Tickets"),
    "inquiries": gettext_lazy("Inquiries"),
    "closed": pgettext_lazy("tickets", "Closed"),
}


@gate("view")
def center(request: HttpRequest) -> HttpResponse:
    """Every conversation, the one with the latest message first."""
    who = request.seat  # type: ignore[attr-defined]
    only, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:LONGEST_SUBJECT]
    rows = queries.shown(who, only=only, words=words)
    with planned_once():
        page = page_of(rows, order=["-last_at", "pk"], query=request.GET)
    context = {"page": page, "only": only, "words": words, "is_owner": who.is_owner, "shows": SHOWS.items()}
    return render(request, "desk/messages/center.html", context)


@gate("view")
def thread(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation; opening it is reading it, and below it one answers."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.thread_for(who, pk)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reply(who=who, thread=found, at=timezone.now(), **form.cleaned_data)
        except MessageProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Sent."))
            return HttpResponseRedirect(reverse("messages:thread", args=[found.pk]) + "#end")
    if request.method == "GET" and request.headers.get("Sec-Purpose", "") != "prefetch":
        actions.mark_read(who=who, thread=found, at=timezone.now())
    context = {
        "thread": found,
        "rows": list(queries.messages_of(who, found)),
        "form": form,
        "me": who.user_id,
        "is_owner": who.is_owner,
        "is_open": found.with_office or found.account.practice_id == found.practice_id,
        "asks_me": found.state == ThreadState.WAITING and found.asks == queries.side_of(who),
        "may_close": queries.may_close(who, found),
        "concerned": list(queries.concerned(who, found)) if found.concerns else [],
        "topic": _topic(who, found.topic, found.topic_id),
        "may_share": queries.may_share(who, found) and found.shared_at is None,  # type: ignore[attr-defined]
    }
    return render(request, "desk/messages/thread.html", context, status=422 if form.errors else 200)


@gate("view")
@require_POST
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring the level above into a conversation; its owners are told."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.thread_for(who, pk)
    try:
        is_new = actions.share(who=who, thread=found, at=timezone.now())
    except MessageProblem as problem:
        messages.error(request, str(problem))
    else:
        if is_new:
            messages.success(request, _("The top-level advisor reads this conversation now, and its owners were told."))
    return HttpResponseRedirect(reverse("messages:thread", args=[found.pk]))


@gate("view")
@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close one's own ticket, or withdraw a question."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.thread_for(who, pk)
    if actions.close(who=who, thread=found, at=timezone.now()):
        messages.success(request, _("It is closed."))
    return HttpResponseRedirect(reverse("messages:thread", args=[found.pk]))


@gate("view", proved=True)
@require_safe
def file(request: HttpRequest, pk: UUID, file: UUID) -> FileResponse:
    """A file of a conversation, to be saved: a browser neither shows it nor guesses what it might be."""
    who = request.seat  # type: ignore[attr-defined]
    return handed_out(queries.file_for(who, queries.thread_for(who, pk), file))


def handed_out(found: Kept) -> FileResponse:
    """The content of a file that the person is known to see."""
    if not default_storage.exists(found.place):
        raise Http404
    content = default_storage.open(found.place)
    answer = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@gate("view")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a conversation, from scratch or about something that a page has named."""
    who = request.seat  # type: ignore[attr-defined]
    form = NewForm(
        request.POST or None,
        request.FILES or None,
        initial=_initial(request),
        choices=_choices(queries.can_be_written_to(who)),
        is_owner=who.is_owner,
    )
    if request.method == "POST" and form.is_valid():
        made = _begun(who, form)
        if made is not None:
            messages.success(request, _("Sent."))
            return HttpResponseRedirect(reverse("messages:thread", args=[made]))
    context = {"form": form, "is_owner": who.is_owner}
    return render(request, "desk/messages/new.html", context, status=422 if form.errors else 200)


@gate("view")
def new_ticket(request: HttpRequest) -> HttpResponse:
    """Ask the back office."""
    who = request.seat  # type: ignore[attr-defined]
    form = TicketForm(
        request.POST or None,
        request.FILES or None,
        initial={**_asked_for(request), "is_shared": who.is_owner},
        choices=_choices(queries.can_be_reported(who)),
        is_owner=who.is_owner,
    )
    if request.method == "POST" and form.is_valid():
        made = _sent(form, lambda said, account: open_ticket(who=who, account=account, at=timezone.now(), **said), who)
        if made is not None:
            messages.success(request, _("The back office has your ticket %(number)s.") % {"number": made.name})
            return HttpResponseRedirect(reverse("messages:thread", args=[made.pk]))
    context = {"form": form, "is_owner": who.is_owner}
    return render(request, "desk/messages/new_ticket.html", context, status=422 if form.errors else 200)


def _begun(who: Who, form: NewForm) -> UUID | None:
    def act(said: dict[str, Any], account: Account) -> Thread:
        topic = _topic(who, said["topic"], said["topic_id"])
        if topic and topic.number != account.number:
            raise MessageProblem(_("That belongs to another account."))
        said |= {} if topic else {"topic": "", "topic_id": None}
        return actions.begin(who=who, account=account, at=timezone.now(), **said)

    made = _sent(form, act, who)
    return made.pk if made else None


def _sent(form: NewForm, act: Callable[[dict[str, Any], Account], Thread], who: Who) -> Thread | None:
    """What the form has begun about its account; None where the form says why not."""
    said = dict(form.cleaned_data)
    try:
        return act(said, account_for(who, said.pop("account")))
    except Http404:
        form.add_error("account", _("There is no such account."))
    except NotAllowed:
        form.add_error("account", _("Its own advisor looks after this account and writes to its owner."))
    except MessageProblem as problem:
        form.add_error(None, str(problem))
    return None


def _choices(rows: "QuerySet[Account]") -> list[tuple[str, str]] | None:
    shown = rows.order_by("sort_key", "pk")[: MOST_CHOICES + 1]
    found = [(one.number, f"{one.number} · {one.title}") for one in shown]
    return found if len(found) <= MOST_CHOICES else None


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """What the address of a ticket fills in."""
    most = {"account": 10, "category": 20, "subject": LONGEST_SUBJECT}
    return {name: request.GET.get(name, "").replace("\0", "")[:longest] for name, longest in most.items()}


def _initial(request: HttpRequest) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "") for name in ("account", "topic", "topic_id")}
    return {name: value[:40] for name, value in asked.items() if value}


def _topic(who: Who, kind: str, pk: UUID | None) -> Topic | None:
    """What it is about, if the person may see it; otherwise the conversation simply names its account."""
    find = TOPICS.get(kind)
    if find is None or pk is None:
        return None
    try:
        return find(who, pk)
    except Http404:
        return None
