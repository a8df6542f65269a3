"""The Email tab while there is no mail: the practice's mailboxes, the request with its review, and one of them."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.desk.mailboxes import actions, queries
from accounts.desk.mailboxes.actions import Line, Wish
from accounts.desk.mailboxes.models import Mailbox
from accounts.desk.mailboxes.mx import Answer, look_up, records
from accounts.desk.mailboxes.queries import NEEDS
from accounts.desk.mailboxes.rules import LONGEST_NAME, MOST_AT_ONCE, Item, MailboxProblem, State, rate_on, year_of
from accounts.ground.access.elsewhere import asked_elsewhere
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today

# What the pages colour: waits for somebody, works, or has ended.
MOODS = {State.ACTIVE: "good", State.AWAITING_MX: "warn", State.REJECTED: "bad"}
LONGEST_TYPED = 320


@gate("view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every mailbox of the practice; where there is none yet, what one is and the button that asks for it."""
    who = queries.reader(request.seat)  # type: ignore[attr-defined]
    rows = list(queries.mailboxes(who))
    context = {
        "rows": [(one, MOODS.get(State(one.state), "")) for one in rows],
        "spent": queries.spent(who) if rows else None,
        "may_ask": queries.may_ask(who),
        **_prices(),
    }
    return render(request, "mailboxes/list.html", context)


@gate("view", needs=NEEDS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a posted one gets another row, or is reviewed with its charges."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, [Wish("", "", archive=False)])
    typed = _typed(request.POST)
    if "more" in request.POST or "back" in request.POST:
        more = [Wish("", "", archive=False)] if "more" in request.POST and len(typed) < MOST_AT_ONCE else []
        return _form(request, [*typed, *more])
    wanted = [one for one in typed if one.address or one.name]
    try:
        lines = actions.review(who, wanted, exchange_today())
    except MailboxProblem as problem:
        return _form(request, typed or [Wish("", "", archive=False)], problem=str(problem))
    if any(one.problem for one in lines):
        return _form(request, [one.wish for one in lines], lines=lines)
    return _review(request, lines, uuid4())


@gate("view", needs=NEEDS)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """The reviewed request: all of it at once, charged to the master account."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    wishes = _typed(request.POST)
    batch = uuid4()
    with suppress(ValueError):
        batch = UUID(request.POST.get("batch", ""))
    accepts, total = request.POST.get("accepts") == "on", _amount(request.POST.get("total", ""))
    try:
        made = actions.request(who=who, wishes=wishes, accepts=accepts, total=total, batch=batch, at=timezone.now())
    except MailboxProblem as problem:
        with suppress(MailboxProblem):
            lines = actions.review(who, wishes, exchange_today())
            if not any(one.problem for one in lines):
                return _review(request, lines, batch, problem=str(problem))
        return _form(request, wishes or [Wish("", "", archive=False)], problem=str(problem))
    words = ngettext("%(count)d mailbox was asked for.", "%(count)d mailboxes were asked for.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("mailbox:home")


@gate("view")
@require_safe
def show(request: HttpRequest, mailbox: UUID) -> HttpResponse:
    """One, with its settings and what it was charged."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    return _page(request, queries.mailbox_of(who, mailbox))


@gate("view", needs=NEEDS)
@require_POST
def rename(request: HttpRequest, mailbox: UUID) -> HttpResponse:
    """Another display name."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    found = queries.mailbox_of(who, mailbox)
    name = request.POST.get("name", "")
    return _done(
        request, found, lambda: actions.rename(who=who, mailbox=found, name=name), _("The display name is changed.")
    )


@gate("view", needs=NEEDS)
@require_POST
def archive(request: HttpRequest, mailbox: UUID) -> HttpResponse:
    """Keep copies, or no more."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    found = queries.mailbox_of(who, mailbox)
    on = request.POST.get("on") == "1"
    charge = _amount(request.POST.get("charge", ""))
    words = _("The archive is switched on.") if on else _("The archive is switched off.")
    return _done(
        request,
        found,
        lambda: actions.archive(who=who, mailbox=found, on=on, charge=charge, at=timezone.now()),
        f"{words} {_told(found)}".strip(),
    )


@gate("view", needs=NEEDS)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, mailbox: UUID) -> HttpResponse:
    """Asks once more, and ends it at once."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    found = queries.mailbox_of(who, mailbox)
    if request.method != "POST":
        return render(request, "mailboxes/cancel.html", {"mailbox": found})
    return _done(
        request,
        found,
        lambda: actions.cancel(who=who, mailbox=found, at=timezone.now()),
        f"{_('The mailbox is cancelled.')} {_told(found)}".strip(),
    )


@gate("view")
@require_GET
def mx(request: HttpRequest) -> HttpResponse:
    """Which records to set, whatever the domain."""
    queries.reader(request.seat)  # type: ignore[attr-defined]
    return _records(request, None, None)


@gate("view")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, mailbox: UUID) -> HttpResponse:
    """The records for one mailbox's domain; a posted form asks name servers which there are now."""
    who = queries.keeper(request.seat)  # type: ignore[attr-defined]
    found = queries.mailbox_of(who, mailbox)
    if request.method != "POST":
        return _records(request, found, None)
    return _records(request, found, asked_elsewhere(request, "mx", partial(look_up, found.domain)))


def _amount(text: str) -> Decimal:
    """What the form says was read; what is no amount was not."""
    with suppress(InvalidOperation):
        if (amount := Decimal(text)).is_finite():
            return amount
    return Decimal(-1)


def _told(mailbox: Mailbox) -> str:
    """What becomes of a change where the provider must hear of it."""
    return _("It holds at the provider once the back office has told it.") if mailbox.is_at_provider else ""


def _typed(said: QueryDict) -> list[Wish]:
    """The rows of the form, as they were typed."""
    count = said.get("rows", "1")
    rows = min(int(count), MOST_AT_ONCE) if count.isdecimal() and len(count) < 4 else 1
    return [
        Wish(
            said.get(f"address-{place}", "").strip()[:LONGEST_TYPED],
            said.get(f"name-{place}", "").strip()[:LONGEST_TYPED],
            said.get(f"archive-{place}") == "on",
        )
        for place in range(rows)
    ]


def _form(
    request: HttpRequest, wishes: list[Wish], *, lines: list[Line] | None = None, problem: str = ""
) -> HttpResponse:
    shown = lines or [Line(one) for one in wishes]
    is_wrong = bool(problem) or any(one.problem for one in shown)
    context = {
        "lines": shown,
        "problem": problem,
        "longest": LONGEST_NAME,
        "is_full": len(shown) >= MOST_AT_ONCE,
        "year_ends": year_of(exchange_today()).year + 1,
        **_prices(),
    }
    return render(request, "mailboxes/request.html", context, status=422 if is_wrong else 200)


def _review(request: HttpRequest, lines: list[Line], batch: UUID, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    context = {
        "lines": lines,
        "total": sum(one.total for one in lines),
        "account": queries.charged_to(who),
        "batch": batch,
        "problem": problem,
        "is_archived": any(one.wish.archive for one in lines),
        **_prices(),
    }
    return render(request, "mailboxes/review.html", context, status=422 if problem else 200)


def _prices() -> dict[str, Any]:
    """What the items cost a month today."""
    known, day = queries.rates(), exchange_today()
    return {"mailbox_rate": rate_on(known, Item.MAILBOX, day), "archive_rate": rate_on(known, Item.ARCHIVE, day)}


def _done(request: HttpRequest, mailbox: Mailbox, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except MailboxProblem as problem:
        mailbox.refresh_from_db()
        return _page(request, mailbox, str(problem))
    messages.success(request, words)
    return redirect("mailbox:mailbox", mailbox.pk)


def _page(request: HttpRequest, mailbox: Mailbox, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    rows = list(queries.charges(who, mailbox))
    context = {
        "mailbox": mailbox,
        "mood": MOODS.get(State(mailbox.state), ""),
        "charges": rows,
        "total": sum(one.charged for one in rows),
        "may_change": queries.may_ask(who) and mailbox.is_live,
        "archive_due": None if mailbox.is_archived else actions.archive_due(mailbox, exchange_today()),
        "longest": LONGEST_NAME,
        "problem": problem,
    }
    return render(request, "mailboxes/mailbox.html", context, status=422 if problem else 200)


def _records(request: HttpRequest, mailbox: Mailbox | None, answer: Answer | None) -> HttpResponse:
    context = {"mailbox": mailbox, "answer": answer, "records": records(mailbox.domain if mailbox else "")}
    return render(request, "mailboxes/mx.html", context)
