"""User settings: zone, how days and numbers are written. The columns of lists, the order of cards, saved views."""

from collections.abc import Container

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.amounts import NUMBER_NAMES, current_numbers
from accounts.ground.dates import FORMS
from crm.contacts.columns import moved
from crm.contacts.filters import for_view
from crm.vault.context import opened
from portal.preferences import actions
from portal.preferences.queries import forms_of, layout_of, remembered, saved_query
from portal.preferences.rules import ARRANGED, CARDS, COLUMNS, LISTS, chosen_of, moved_up, ordered
from portal.preferences.zones import is_zone, zone_groups, zone_or_usual
from portal.shell.views import back

# An address that is cut would show others than the one that was saved.
LONGEST_VIEW = 500


@gate(SIGNED_IN)
@require_safe
def user(request: HttpRequest) -> HttpResponse:
    """Language, time zone and form of days, on one page."""
    chosen = zone_or_usual(request.user.timezone)  # type: ignore[union-attr]
    context = {
        "zones": zone_groups(),
        "zone": chosen,
        "now": timezone.now(),
        "number_forms": NUMBER_NAMES.items(),
        "number_form": current_numbers.get(),
    }
    return render(request, "shell/user.html", context)


@gate(SIGNED_IN)
@require_POST
def zone(request: HttpRequest) -> HttpResponse:
    """Show times in another zone from now on."""
    chosen = request.POST.get("zone", "")
    if is_zone(chosen):
        actions.choose_zone(user_id=request.user.pk, zone=chosen)  # type: ignore[arg-type]
        messages.success(request, _("Times are shown as in %(zone)s.") % {"zone": chosen.replace("_", " ")})
    return back(request)


@gate(SIGNED_IN)
@require_POST
def dates(request: HttpRequest) -> HttpResponse:
    """Write days in another form from now on."""
    return _written(request, "dates", FORMS)


@gate(SIGNED_IN)
@require_POST
def numbers(request: HttpRequest) -> HttpResponse:
    """Write amounts and other numbers in another form from now on."""
    return _written(request, "numbers", NUMBER_NAMES)


def _written(request: HttpRequest, of: str, known: Container[str]) -> HttpResponse:
    form = request.POST.get(of)
    if form is not None and form in known:
        if user_id := _keeper(request):
            actions.choose_form(user_id=user_id, of=of, form=form)
        request.session["forms"] = forms_of(request)._replace(**{of: form})
    return back(request)


@gate(SIGNED_IN)
@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """The columns of a list, kept for this person."""
    of = request.POST.get("list", "")
    if of not in COLUMNS:
        return back(request)
    chosen = list(chosen_of(of, request.POST.getlist("column")))
    if of in ARRANGED:
        chosen = list(moved(chosen, request.POST.get("move", "")))
    if user_id := _keeper(request):
        actions.arrange(user_id=user_id, part=of, order=chosen)
        request.session[of] = chosen
    return back(request, without="columns")


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
        said = QueryDict(kept, mutable=True)
        # A view shows what one sees now, also when one sees others by then.
        if "columns" not in said and (chosen := remembered(request, of)):
            said["columns"] = ",".join(chosen)
        return for_view(opened(request), said)
    return kept


def _keeper(request: HttpRequest) -> int | None:
    """The signed-in person, None without a seat: the walls let nobody write who works nowhere."""
    return request.user.pk if request.seat is not None else None  # type: ignore[attr-defined]
