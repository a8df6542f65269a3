"""The account list and the account page."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.broker.margin.rules import group_of
from accounts.ground.access.authority import FUNCTION_WORDS, RULES
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, answer, relation_to
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status
from fees.engine.registry import METHODS
from fees.posting.models import ChargeState
from fees.schedules.queries import in_force
from portal.performance.rules import RANGES
from portal.performance.series import series_for
from portal.records import queries

USUAL_RANGE = "12m"


@gate("view")
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account one may see: found, filtered, sorted and paged by the address."""
    who = request.seat  # type: ignore[attr-defined]
    filters = queries.Filters.of(request.GET.dict())
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    rows = queries.accounts(who, filters, sealed_day())
    page = page_of(rows, order=queries.order_of(sort), query=request.GET)
    context = {
        "page": page,
        "sort": sort,
        "filters": filters,
        "statuses": Status.choices,
        "kinds": [(kind.value, kind.label) for kind in HOLDING_KINDS],
        "shows_advisor": who.role == "top",
        "is_filtered": filters != queries.Filters(),
    }
    return render(request, "records/accounts.html", context)


@gate("view")
def account(request: HttpRequest, number: str) -> HttpResponse:
    """One account: what it is, what it is worth, what it pays."""
    who = request.seat  # type: ignore[attr-defined]
    found = account_for(who, number)
    sealed = sealed_day()
    span = request.GET.get("range", USUAL_RANGE)
    span = span if span in RANGES else USUAL_RANGE
    series = series_for(who, found, sealed)
    points = series.points(span)
    context = {
        "account": found,
        "sealed": sealed,
        "series": series,
        "span": span,
        "spans": RANGES,
        "points": points,
        "last": points[-1] if points else None,
        "schedules": agreed(who, found, sealed),
        "charges": [(charge, method_name(charge.method)) for charge in queries.charges(who, found, sealed)],
        "rights": rights(who, found),
        "margin_group": group_of(found),
    }
    return render(request, "records/account.html", context)


@gate("report")
def fees(request: HttpRequest) -> HttpResponse:
    """Every fee of closed nights, each with its proof."""
    who = request.seat  # type: ignore[attr-defined]
    text, state = queries.typed(request.GET.get("q")), request.GET.get("state", "")
    sort = request.GET.get("sort", queries.USUAL_FEE_ORDER)
    rows = queries.fees(who, text=text, state=state, sealed=sealed_day())
    page = page_of(rows, order=queries.fee_order(sort), query=request.GET)
    context = {
        "page": page,
        "rows": [(charge, method_name(charge.method)) for charge in page.rows],
        "sort": sort,
        "text": text,
        "state": state,
        "states": ChargeState.choices,
        "is_filtered": bool(text or state),
    }
    return render(request, "records/fees.html", context)


@gate("view")
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for a half-typed account number."""
    who = request.seat  # type: ignore[attr-defined]
    text = request.GET.get("of") or request.GET.get("q", "")
    return render(request, "records/suggest.html", {"accounts": queries.suggested(who, text)})


def agreed(who: Who, account: Account, sealed: date | None) -> list[dict[str, object]]:
    """What the account pays, to whom and since when, in words and figures."""
    day = sealed or timezone.now().date()
    return [
        {
            "schedule": schedule,
            "components": [
                {"component": component, "method": method_name(component.method)}
                for component in schedule.components.all()
            ],
        }
        for schedule in in_force(who, account, day)
    ]


def method_name(code: int) -> str:
    """A method's name in the reader's language."""
    method = METHODS.get(code)
    return _(method.title) if method else str(code)


def rights(who: Who, account: Account) -> list[dict[str, object]]:
    """What the person may do with the account, and the rule that says so, in words."""
    relation = relation_to(who, account)
    told = [rule.function for rule in RULES if rule.role == who.role and relation in rule.relations]
    found = [answer(who, function, account) for function in told]
    return [{"function": FUNCTION_WORDS[one.function], "allowed": one.allowed, "words": one.words} for one in found]
