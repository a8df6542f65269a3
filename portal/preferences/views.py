"""Choosing how days are written, which columns a list has, in which order the cards stand; saving a list's view."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.dates import FORMS
from crm.contacts.filters import for_view
from crm.vault.context import opened
from portal.preferences import actions
from portal.preferences.queries import layout_of, saved_query
from portal.preferences.rules import CARDS, COLUMNS, LISTS, chosen_of, moved_up, ordered
from portal.shell.views import back

# An address that is cut would show others than the one that was saved.
LONGEST_VIEW = 500


@gate(SIGNED_IN)
@require_POST
def dates(request: HttpRequest) -> HttpResponse:
    """Write days in another form from now on."""
    form = request.POST.get("dates", "")
    if form in FORMS:
        if user_id := _keeper(request):
            actions.choose_dates(user_id=user_id, form=form)
        request.session["dates"] = form
    return back(request)


@gate(SIGNED_IN)
@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """The columns of a list, kept for this person."""
    of = request.POST.get("list", "")
    if of not in COLUMNS:
        return back(request)
    chosen = list(chosen_of(of, request.POST.getlist("column")))
    if user_id := _keeper(request):
        actions.arrange(user_id=user_id, part=of, order=chosen)
        request.session[of] = chosen
    return back(request)


@gate(SIGNED_IN)
@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """Move one card of the dashboard up by a place, or put all back."""
    name = request.POST.get("up", "")
    user_id = _keeper(request)
    if user_id is None:
        return back(request)
    order = ordered(layout_of(user_id).get("cards"))
    order = moved_up(order, name) if name else list(CARDS)
    actions.arrange(user_id=user_id, part="cards", order=order)
    request.session["cards"] = order
    return back(request)


@gate(SIGNED_IN)
@require_POST
def view(request: HttpRequest) -> HttpResponse:
    """Save the list's present address under a name, or remove a name."""
    who, of = request.seat, request.POST.get("list", "")  # type: ignore[attr-defined]
    name = request.POST.get("name", "").replace("\0", "").strip()[:60]
    if who is None or of not in LISTS or not name:
        return back(request)
    if request.POST.get("do") == "forget":
        actions.forget_view(who=who, name=name, of=of)
        messages.info(request, _("The view “%(name)s” was removed.") % {"name": name})
        return back(request)
    query = _kept(request, of, QueryDict(request.POST.get("query", "").lstrip("?").replace("%00", "")))
    if query is None:
        messages.error(request, _("A view does not keep what is looked for inside the records, nor an unknown filter."))
    elif len(query) > LONGEST_VIEW:
        messages.error(request, _("This search is too long to be kept."))
    elif actions.save_view(who=who, name=name, of=of, query=query):
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    else:
        messages.error(request, _("There are too many saved views; remove one first."))
    return back(request)


def _kept(request: HttpRequest, of: str, query: QueryDict) -> str | None:
    """The address as it is kept; None where a view, which stands in the clear, may not keep it."""
    kept = saved_query(query)
    if of == "contacts":
        return for_view(opened(request), QueryDict(kept))
    return kept


def _keeper(request: HttpRequest) -> int | None:
    """The signed-in person, None without a seat: the walls let nobody write who works nowhere."""
    return request.user.pk if request.seat is not None else None  # type: ignore[attr-defined]
