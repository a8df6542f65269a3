"""One mail to several contacts: writing it, seeing whom it reaches, sending it once; and stopping such mails."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.address import client_address
from accounts.ground.access.gates import PUBLIC, SIGNED_IN, gate
from accounts.ground.access.middleware import UNKNOWN, spend
from crm.contacts.filters import all_meant, book, group_of, in_group
from crm.contacts.models import Contact
from crm.contacts.record_views import enter
from crm.locks.actions import LockedBy
from crm.locks.views import told
from crm.mail import queries as mail
from crm.mail.rules import ServerProblem
from crm.mailings import actions, handing, queries
from crm.mailings.models import Mailing
from crm.mailings.queries import QUEUED
from crm.mailings.rules import FIELDS, MOST, Letter, MailingProblem, letter_of
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

SHOWN = 50
CALLS_AN_HOUR = 120
# How a mail goes out.
BY_MAILBOX, BY_PORTAL = "mailbox", "portal"
# In the session: which mail the press of a button has just begun.
BEGUN = "mailing_begun"


@gate(SIGNED_IN)
@require_safe
def mailings(request: HttpRequest) -> HttpResponse:
    """The mails to several of the last year."""
    vault = opened(request)
    rows = list(queries.mailings(vault, timezone.now())[:SHOWN])
    return render(request, "crm/mailings/mailings.html", {"mailings": queries.listed(vault, rows)})


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a mail to a group or to chosen contacts; who it reaches is shown before it is sent."""
    vault = opened(request)
    rows, said = _chosen(request, vault), request.POST
    if not rows.exists():
        messages.error(request, _("Nobody is chosen."))
        return redirect("contacts:list")
    if "subject" not in said or said.get("again"):
        return _page(request, vault, rows, _begun(request, vault))
    written, by_mailbox = Letter(said.get("subject", ""), said.get("body", "")), said.get("by") == BY_MAILBOX
    try:
        letter = letter_of(written.subject, written.body)
        found = queries.reached(vault, rows, letter)
        if said.get("sure") != "1":
            return _page(request, vault, rows, letter, found=found)
        if said.get("count", "") != str(sum(one.outcome == QUEUED for one in found)):
            raise MailingProblem({"": _("Others would be reached now than you were shown. Look once more, then send.")})
        mailing = actions.send(
            vault=vault, key=_key(request), contacts=rows, letter=letter, at=timezone.now(), by_mailbox=by_mailbox
        )
    except MailingProblem as problem:
        return _page(request, vault, rows, written, problems=problem.problems)
    return _under_way(request, mailing, mailing.queued)


@gate(SIGNED_IN)
@require_safe
def mailing(request: HttpRequest, mailing: UUID) -> HttpResponse:
    """What was written, and what became of it for each contact."""
    vault = opened(request)
    read = queries.read(vault, _one(vault, mailing))
    is_own = read.mailing.user_id == vault.who.user_id
    context: dict[str, Any] = {"read": read, "may_send_again": is_own or not read.mailing.by_mailbox}
    if read.mailing.by_mailbox:
        context |= {"done": read.mailing.queued - read.counts.waiting, "is_own": is_own}
        going = queries.still_going(vault, read.mailing, timezone.now()) if read.counts.unsure else set()
        context |= {"going": len(going), "unsure": read.counts.unsure - len(going)}
        # Once, and only after one's own press: an address that is opened, restored or handed on sends nothing.
        is_begun = request.session.get(BEGUN) == str(read.mailing.pk)
        if is_begun:
            del request.session[BEGUN]
        context |= {"is_begun": is_begun, "is_connected": mail.is_connected(vault.who)}
    return render(request, "crm/mailings/mailing.html", context)


@gate(SIGNED_IN)
@require_POST
def on(request: HttpRequest, mailing: UUID) -> HttpResponse:
    """Hand the next messages to one's own mail server; a script asks for one slice after the other."""
    vault = opened(request)
    found, handed = _one(vault, mailing), handing.Handed()
    if not found.by_mailbox:
        raise Http404
    try:
        handed = handing.hand_on(request, vault, found, timezone.now())
    except (MailingProblem, ServerProblem) as refused:
        handed.problem = str(refused)
    if handed.problem:
        messages.error(request, handed.problem)
    if request.headers.get("X-Requested-With") != "XMLHttpRequest":
        return redirect("mailings:mailing", found.pk)
    counts = queries.counts_of([found]).get(found.pk, queries.Counts())
    # Where nothing moves, the next slice would move nothing either: nobody asks again and again.
    is_over = bool(handed.problem) or not counts.waiting or not handed.moved
    return JsonResponse({"done": found.queued - counts.waiting, "of": found.queued, "over": is_over})


@gate(SIGNED_IN)
@require_POST
def again(request: HttpRequest, mailing: UUID) -> HttpResponse:
    """Send it again to whom it could not be delivered."""
    vault = opened(request)
    found, with_unsure = _one(vault, mailing), request.POST.get("unsure") == "1"
    try:
        count = actions.send_again(vault=vault, mailing=found, at=timezone.now(), with_unsure=with_unsure)
    except MailingProblem as problem:
        messages.error(request, str(problem))
        return redirect("mailings:mailing", found.pk)
    return _under_way(request, found, count)


@gate(SIGNED_IN)
@require_POST
def choose(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Say for somebody whether such mails go to them."""
    vault, read = enter(request, contact)
    is_off = request.POST.get("mails") == "off"
    try:
        actions.choose(vault=vault, contact=read.contact, is_off=is_off, at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    messages.success(
        request, _("No mail to several goes there any more.") if is_off else _("Mail to several goes there.")
    )
    return redirect("contacts:configuration", contact)


@gate(PUBLIC)
@csrf_exempt  # the signature in the address is the proof, and a mail program that presses the button has no other
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, mark: str) -> HttpResponse:
    """Whoever has such a mail says that there shall be no more; only a press of the button does it, here or there."""
    at, is_sure = timezone.now(), request.method == "POST"
    if not actions.stop(mark=mark, at=at, is_sure=is_sure):
        # Only guesses are counted: mail programs of many people press the button from few addresses.
        if wait := spend(f"mailing/stop/{client_address(request) or UNKNOWN}", most=CALLS_AN_HOUR, at=at):
            return HttpResponse(status=429, headers={"Retry-After": str(wait)})
        raise Http404
    answer = render(request, "crm/mailings/stop.html", {"is_sure": is_sure})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _chosen(request: HttpRequest, vault: Opened) -> "QuerySet[Contact]":
    """A group, all that an address lets through, or the marked ones."""
    named = request.POST.get("group") or request.GET.get("group", "")
    if named and request.POST.get("all") != "1":
        group = group_of(vault, named)
        return book(vault).none() if group is None else in_group(vault, book(vault), group)
    if request.POST.get("all") == "1":
        query = request.GET.copy()
        query.pop("like", None)
        return all_meant(vault, query)
    keys = []
    for text in request.POST.getlist("chosen") or request.GET.getlist("contact"):
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return book(vault).filter(pk__in=keys[: MOST + 1])


def _one(vault: Opened, pk: UUID) -> Mailing:
    """One of the practice's of the last year."""
    found = queries.mailings(vault, timezone.now()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _under_way(request: HttpRequest, mailing: Mailing, count: int) -> HttpResponse:
    """To the page that tells what becomes of it, and there goes on by itself where a mailbox sends it."""
    there = reverse("mailings:mailing", args=[mailing.pk])
    if mailing.by_mailbox:
        request.session[BEGUN] = str(mailing.pk)
        return redirect(there)
    words = ngettext("%(count)d message is on its way.", "%(count)d messages are on their way.", count)
    messages.success(request, words % {"count": count})
    return redirect(there)


def _own_address(vault: Opened) -> str:
    """The address of the mailbox that somebody has connected; none where it cannot be used."""
    mailbox = mail.own(vault)
    try:
        return mailbox.text(vault, "address") if mailbox is not None else ""
    except Unopened:
        return ""


def _begun(request: HttpRequest, vault: Opened) -> Letter:
    """An empty mail, or the words of an earlier one."""
    try:
        found = queries.mailings(vault, timezone.now()).filter(pk=UUID(request.GET.get("like", ""))).first()
    except ValueError:
        found = None
    return queries.letter_of(vault, found) if found is not None else Letter("", "")


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _page(
    request: HttpRequest,
    vault: Opened,
    rows: "QuerySet[Contact]",
    letter: Letter,
    *,
    found: list[queries.Reached] | None = None,
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    """The form; with `found`, whom it reaches and how the first of them reads it."""
    reaches = [one for one in found or [] if one.outcome == QUEUED]
    is_all, address = request.POST.get("all") == "1", _own_address(vault)
    context: dict[str, Any] = {
        "letter": letter,
        "key": uuid4(),
        "count": rows.count(),
        "is_all": is_all,
        "group": "" if is_all else request.POST.get("group") or request.GET.get("group", ""),
        "chosen": [] if is_all else request.POST.getlist("chosen") or request.GET.getlist("contact"),
        "fields": [(f"{{{{{key}}}}}", words) for key, words in FIELDS.items()],
        "is_shown": found is not None,
        "reaches": len(reaches),
        "first": letter.to(reaches[0].values) if reaches else None,
        "to_first": reaches[0] if reaches else None,
        "skipped": [(one, queries.OUTCOMES[one.outcome]) for one in found or [] if one.outcome != QUEUED],
        "earlier": queries.listed(vault, list(queries.mailings(vault, timezone.now())[:10])),
        "problems": problems or {},
        "address": address,
        # Their own mailbox, where they have one and have not said otherwise.
        "by_mailbox": bool(address) and request.POST.get("by") != BY_PORTAL,
    }
    return render(request, "crm/mailings/new.html", context, status=422 if problems else 200)
