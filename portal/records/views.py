"""The account list and the account page."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.broker.margin.rules import group_of
from accounts.ground.access.authority import FUNCTION_WORDS, RULES, Function
from accounts.ground.access.context import Who
from accounts.ground.access.gates import Gate, gate, may_pass
from accounts.ground.access.scope import account_for, answer, relation_to, sees
from accounts.ground.clock import exchange_today
from accounts.ground.people.models import Role
from accounts.ground.requests.queries import pending
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import CURRENCIES, HOLDING_KINDS, Account, Status
from crm.vault.rules import keeps_notes_on
from fees.proofs.words import method_title
from fees.schedules.queries import in_force
from portal.performance.rules import RANGES
from portal.performance.series import series_for
from portal.preferences.queries import remembered, saved_query, views_of
from portal.preferences.rules import COLUMNS, columns_of
from portal.records import queries
from portal.records.filters import chips
from portal.records.listing import Listing

USUAL_RANGE = "12m"
WAITING_SHOWN = 5


@gate("view")
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account one may see: found, filtered, sorted, grouped and paged by the address.

    A whole number typed into the search opens its account.
    """
    who = request.seat  # type: ignore[attr-defined]
    if request.GET.keys() == {"q"} and not request.headers.get("HX-Request"):
        number = queries.named(who, request.GET["q"].strip())
        if number:
            return redirect("records:account", number)
    listing = Listing.of(who, request.GET)
    columns = columns_of("accounts", remembered(request, "accounts"))
    context = {
        "listing": listing,
        "page": listing.page(request.GET),
        "sort": listing.sort,
        "filters": listing.filters,
        "chips": chips(listing.filters, request.GET, listing.practice_name),
        "statuses": Status.choices,
        "kinds": [(kind.value, kind.label) for kind in HOLDING_KINDS],
        "currencies": CURRENCIES,
        "columns": columns if who.role == Role.TOP else [key for key in columns if key != "advisor"],
        "column_words": [
            (key, word) for key, word in COLUMNS["accounts"].items() if key != "advisor" or who.role == Role.TOP
        ],
        "is_top": who.role == Role.TOP,
        "may_set_fees": may_pass(who, Gate("set_fees")),
        "views": views_of(who, "accounts"),
        "view_query": saved_query(request.GET),
        "choices": queries.choices(who) if request.GET.get("filter") else None,
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
        "above": found.parent if found.parent and found.parent.level > 1 and sees(who, found.parent) else None,
        "sealed": sealed,
        "series": series,
        "span": span,
        "spans": RANGES,
        "points": points,
        "last": points[-1] if points else None,
        "schedules": agreed(who, found, sealed),
        "charges": [(charge, method_title(charge.method)) for charge in queries.latest_charges(who, found, sealed)],
        "rights": rights(who, found),
        "may_set_fees": answer(who, Function.SET_FEES, found).allowed and found.is_holding,
        "keeps_notes": found.is_holding and keeps_notes_on(who, found.practice_id),
        "waiting": list(pending(who).filter(account=found)[:WAITING_SHOWN]),
        "margin_group": group_of(found),
    }
    return render(request, "records/account.html", context)


@gate("view")
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for a half-typed account number."""
    who = request.seat  # type: ignore[attr-defined]
    text = request.GET.get("of") or request.GET.get("q", "")
    return render(request, "records/suggest.html", {"accounts": queries.suggested(who, text)})


def agreed(who: Who, account: Account, sealed: date | None) -> list[dict[str, object]]:
    """What the account pays, to whom and since when, in words and figures."""
    day = sealed or exchange_today()
    return [
        {
            "schedule": schedule,
            "components": [
                {"component": component, "method": method_title(component.method)}
                for component in schedule.components.all()
            ],
        }
        for schedule in in_force(who, account, day)
    ]


def rights(who: Who, account: Account) -> list[dict[str, object]]:
    """What the person may do with the account, and the rule that says so, in words."""
    relation = relation_to(who, account)
    told = [rule.function for rule in RULES if rule.role == who.role and relation in rule.relations]
    found = [answer(who, function, account) for function in told]
    return [{"function": FUNCTION_WORDS[one.function], "allowed": one.allowed, "words": one.words} for one in found]
