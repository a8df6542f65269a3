"""The home page and the pages its cards open."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import scope
from accounts.ground.addresses.refusing import not_from_here
from accounts.ground.amounts import money_words
from accounts.ground.days.queries import calendar
from accounts.ground.notifications.actions import mark_read
from accounts.ground.notifications.models import Notification, NotificationKind
from accounts.ground.notifications.queries import latest
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import CURRENCIES
from fees.sending.rules import cut_off_after
from portal.clients import views as clients
from portal.dashboard import agenda, book, queries
from portal.lib.exchange import exchange_day
from portal.news.corporate import tell
from portal.performance.rules import RANGES, Point
from portal.performance.series import Series, in_currency, series_of
from portal.preferences.queries import remembered
from portal.preferences.rules import ordered

USUAL_RANGE = "12m"
INQUIRIES = "inquiry"
NEWS_GROUPS = (
    (INQUIRIES, gettext_lazy("Inquiries")),
    (NotificationKind.STATEMENT, gettext_lazy("Pending items")),
    (NotificationKind.CORPORATE_ACTION, gettext_lazy("Corporate actions")),
    (NotificationKind.MESSAGE, gettext_lazy("Messages")),
)
CARD_TEMPLATES = {
    "pending": "dashboard/pending_card.html",
    "plot": "dashboard/plot_card.html",
    "day": "dashboard/day_card.html",
    "news": "dashboard/news_card.html",
    "activity": "dashboard/activity_card.html",
    "tasks": "dashboard/tasks_card.html",
    "workflows": "dashboard/workflows_card.html",
    "notes": "dashboard/notes_card.html",
    "documents": "dashboard/documents_card.html",
}
# Cards that show the client book, the day with its events among them.
OF_THE_BOOK = ("day", *book.CARDS)
ACTIVITY_PAGE = 200


@gate(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The advisor's first page of the day; owners of accounts and the back office have their own."""
    who = request.seat  # type: ignore[attr-defined]
    if who is None and (refused := not_from_here(request, "view")):
        raise refused
    if who is None or who.role == "office":
        return render(request, "dashboard/no_seat.html", {"is_office": who is not None})
    if who.reach == "managed":
        return redirect("managed:list")
    if who.is_owner:
        return clients.home(request)
    at = timezone.now()
    days = calendar()
    day = agenda.day_asked(request.GET.get("day"), _today(at))
    has_book, asks_book = book.has_book(request), request.GET.get("book") == "1"
    cards = [name for name in ordered(remembered(request, "cards")) if has_book or name not in book.CARDS]
    found = (None if asks_book else book.waiting(request)) if has_book else None
    context: dict[str, Any] = {
        "who": who,
        "cards": [CARD_TEMPLATES[name] for name in cards],
        "book": found or (book.book_of(request, _today(at), day) if has_book else None),
        "here": _without_book(request),
        "agenda": agenda.of_day(day, days),
    }
    if asks_book and request.headers.get("HX-Request"):
        context["cards"] = [CARD_TEMPLATES[name] for name in cards if name in OF_THE_BOOK]
        return render(request, "dashboard/book.html", context)
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    context |= {
        "is_advisor": who.practice_id is not None,
        "sort": sort,
        "pending": queries.pending_items(who, sort),
        "activity": queries.recent_activity(who, _today(at)),
        "of_the_book": ",".join(f"#{name}" for name in cards if name in OF_THE_BOOK),
        "currencies": CURRENCIES,
        "cut_off": cut_off_after(at, days),
        **_plot(request),
    }
    return render(request, "dashboard/home.html", context)


def _without_book(request: HttpRequest) -> str:
    """The address of the page itself, to come back to."""
    query = request.GET.copy()
    query.pop("book", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@gate("view")
def series(request: HttpRequest) -> JsonResponse:
    """The points of the plot for the script that draws it; amounts as text, so that no digit is lost on the way."""
    span, found = _asked(request)
    points = found.points(span)
    answer = JsonResponse(
        {
            "currency": found.currency,
            "days": [point.day.isoformat() for point in points],
            "values": [str(point.nlv) for point in points],
            "returns": [str(round(point.total, 8)) for point in points],
            "notes": [note_of(point, found.currency) for point in points],
        }
    )
    answer["Cache-Control"] = "private, no-cache"
    return answer


@gate("view")
def data(request: HttpRequest) -> HttpResponse:
    """The plot as a table, newest day first."""
    span, found = _asked(request)
    points = found.points(span)[::-1]
    rows = [(point, note_of(point, found.currency)) for point in points]
    return render(request, "dashboard/data.html", {"rows": rows, "series": found, "span": span})


@gate("view")
def pending(request: HttpRequest) -> HttpResponse:
    """Every pending item."""
    who = request.seat  # type: ignore[attr-defined]
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    page = page_of(queries.pending_rows(who), order=queries.pending_order(sort), query=request.GET)
    return render(request, "dashboard/pending.html", {"page": page, "sort": sort})


@gate("view")
def activity(request: HttpRequest) -> HttpResponse:
    """Everything of the last five days."""
    who = request.seat  # type: ignore[attr-defined]
    rows = queries.recent_activity(who, _today(timezone.now()), ACTIVITY_PAGE)
    return render(request, "dashboard/activity.html", {"activity": rows})


@gate("view")
def notifications(request: HttpRequest) -> HttpResponse:
    """Every notification, newest first."""
    who = request.seat  # type: ignore[attr-defined]
    kind = request.GET.get("kind", "")
    rows = queries.own(who, latest(who))
    rows = rows.filter(kind=kind) if kind in (INQUIRIES, *NotificationKind.values) else rows
    page = page_of(rows, order=["-created_at", "-pk"], query=request.GET)
    tell(who, page.rows)
    # Questions wait above the news, and only there.
    shows_inquiries = kind in ("", INQUIRIES) and not page.previous
    context = {"page": page, "kind": kind, "kinds": NEWS_GROUPS, "shows_inquiries": shows_inquiries}
    return render(request, "dashboard/notifications.html", context)


@gate("view")
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """One notification; opening it is reading it."""
    who = request.seat  # type: ignore[attr-defined]
    rows = queries.own(who, scope(who, Notification)).select_related("account")
    found = get_object_or_404(rows, pk=pk)
    mark_read(who=who, notification=found)
    tell(who, [found])
    return render(request, "dashboard/notification.html", {"notification": found})


def note_of(point: Point, currency: str) -> str:
    """What moved the value on a day, in words."""
    if not point.flow:
        return ""
    words = {"amount": money_words(abs(point.flow), currency)}
    return _("%(amount)s came in") % words if point.flow > 0 else _("%(amount)s went out") % words


def _asked(request: HttpRequest) -> tuple[str, Series]:
    span = request.GET.get("range", USUAL_RANGE)
    number = request.GET.get("of", "").strip()
    found = series_of(request.seat, number=number, sealed=sealed_day())  # type: ignore[attr-defined]
    found = in_currency(found, request.GET.get("in", ""))
    return span if span in RANGES else USUAL_RANGE, found


def _plot(request: HttpRequest) -> dict[str, Any]:
    """The figures of everything, and the plot of everything or of the one account asked for."""
    who, sealed = request.seat, sealed_day()  # type: ignore[attr-defined]
    span = request.GET.get("range", USUAL_RANGE)
    span = span if span in RANGES else USUAL_RANGE
    number = request.GET.get("of", "").strip()
    house = found = series_of(who, number="", sealed=sealed)
    unknown = ""
    if number:
        try:
            found = series_of(who, number=number, sealed=sealed)
        except Http404:
            unknown = number
    found = in_currency(found, request.GET.get("in", ""))
    points, year = found.points(span), house.points(USUAL_RANGE)
    is_short = bool(year) and sealed is not None and year[-1].day < sealed
    return {
        # What the plot's own requests ask for: never a number that is not there.
        "typed": number,
        "shown": found.subject.number if found.subject and not unknown else None,
        "missing": queries.without_value(who, sealed) if is_short and sealed else [],
        "series": found,
        "unknown": unknown,
        "house": house,
        "sealed": sealed,
        "newest": year[-1] if year else None,
        "span": span,
        "spans": RANGES,
        "points": points,
        "last": points[-1] if points else None,
        "day_change": _day_change(year),
        "year_return": year[-1].total if len(year) > 1 else None,
        "net_flow": sum((point.flow for point in points[1:]), Decimal(0)),
    }


def _day_change(points: list[Point]) -> Decimal | None:
    return points[-1].nlv - points[-2].nlv if len(points) > 1 else None


def _today(at: datetime) -> date:
    """The business calendar's today: New York's."""
    return exchange_day(at)
