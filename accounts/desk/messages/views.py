"""The message center: conversations, one conversation, a new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.messages import actions, queries
from accounts.desk.messages.forms import NewForm, ReplyForm
from accounts.desk.messages.models import Attachment
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.messages.topics import TOPICS, Topic
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import NotAllowed, account_for
from accounts.ground.paging import page_of

# As many accounts fit into a list to choose from; advisors with more of them type a number.
MOST_CHOICES = 50


@gate("view")
def center(request: HttpRequest) -> HttpResponse:
    """Every conversation, the one with the latest message first."""
    who = request.seat  # type: ignore[attr-defined]
    rows, only = queries.threads(who), request.GET.get("show", "")
    if only == "unread":
        rows = rows.filter(is_unread=True)
    page = page_of(rows, order=["-last_at", "pk"], query=request.GET)
    context = {"page": page, "only": only, "is_owner": who.is_owner}
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
        "is_open": found.account.practice_id == found.practice_id,
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


@gate("view", proved=True)
@require_safe
def file(request: HttpRequest, pk: UUID, file: UUID) -> FileResponse:
    """A file of a conversation, to be saved: a browser neither shows it nor guesses what it might be."""
    who = request.seat  # type: ignore[attr-defined]
    return handed_out(queries.file_for(who, queries.thread_for(who, pk), file))


def handed_out(found: Attachment) -> FileResponse:
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
    choices = _choices(who)
    form = NewForm(request.POST or None, request.FILES or None, initial=_initial(request), choices=choices)
    if request.method == "POST" and form.is_valid():
        made = _begun(who, form)
        if made is not None:
            messages.success(request, _("Sent."))
            return HttpResponseRedirect(reverse("messages:thread", args=[made]))
    context = {"form": form, "is_owner": who.is_owner}
    return render(request, "desk/messages/new.html", context, status=422 if form.errors else 200)


def _begun(who: Who, form: NewForm) -> UUID | None:
    said = form.cleaned_data
    try:
        account = account_for(who, said["account"])
        topic = _topic(who, said["topic"], said["topic_id"])
        if topic and topic.number != account.number:
            raise MessageProblem(_("That belongs to another account."))
        made = actions.begin(
            who=who,
            account=account,
            subject=said["subject"],
            body=said["body"],
            key=said["key"],
            topic=said["topic"] if topic else "",
            topic_id=said["topic_id"] if topic else None,
            files=said["files"],
            at=timezone.now(),
        )
    except Http404:
        form.add_error("account", _("There is no such account."))
    except NotAllowed:
        form.add_error("account", _("Its own advisor looks after this account and writes to its owner."))
    except MessageProblem as problem:
        form.add_error(None, str(problem))
    else:
        return made.pk
    return None


def _choices(who: Who) -> list[tuple[str, str]] | None:
    rows = queries.can_be_written_to(who).order_by("sort_key", "pk")[: MOST_CHOICES + 1]
    found = [(one.number, f"{one.number} · {one.title}") for one in rows]
    return found if len(found) <= MOST_CHOICES else None


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
