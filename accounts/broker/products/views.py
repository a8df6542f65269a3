"""The matrix of trading permissions of one account, changing it, and the list of accounts one may change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.broker.instruments.rules import ALL_COUNTRIES, PROGRAM_WORDS, PROGRAMS, Product
from accounts.broker.permissions import queries as asking
from accounts.broker.permissions.actions import set_or_ask
from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.permissions.rules import PermissionProblem
from accounts.broker.products import queries
from accounts.broker.products.rules import COUNTRIES, Permission, ProductRefused, covers, permission_words
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, scope
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account


def matrix(who: Who, account: Account) -> dict[str, Any]:
    """Rows of cells and programs: what the account has, and what the levels above would allow."""
    rows = list(queries.approvals(account))
    held = queries.by_node(rows)
    own = held.get(account.pk, set())
    nodes = [held.get(node, set()) for node in queries.nodes_above(account, rows)]
    countries = [ALL_COUNTRIES, *sorted({*COUNTRIES, *(one.country for one in own)} - {ALL_COUNTRIES})]

    def cell(product: str, country: str) -> dict[str, Any]:
        one = Permission(product, country)
        return {
            "value": f"{product}:{country}",
            "country": country,
            "is_of_country": product not in PROGRAMS,
            "is_held": one in own,
            "is_open": one in own or (all(covers(node, one) for node in nodes) if nodes else account.level == 1),
        }

    return {
        "countries": countries,
        "rows": [
            (product.label, [cell(product, country) for country in countries])
            for product in Product
            if product not in PROGRAMS
        ],
        "programs": [(product.label, PROGRAM_WORDS[product], cell(product, ALL_COUNTRIES)) for product in PROGRAMS],
    }


@gate("view")
@require_GET
def of_account(request: HttpRequest, number: str) -> HttpResponse:
    """What one account may trade, and what it lost."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number)
    return render(request, "broker/products/account.html", _context(who, account))


@gate("grant_products")
@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Set the matrix of an account."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    account = account_for(who, number, "grant_products")
    wanted = [Permission.read(text) for text in request.POST.getlist("permission")]
    if None in wanted:
        problem = _("There is no such permission. Nothing was changed.")
    else:
        chosen = [one for one in wanted if one]
        try:
            waiting = set_or_ask(who=who, account=account, wanted=chosen, day=exchange_today(), at=at)
        except (ProductRefused, PermissionProblem) as refusal:
            problem = str(refusal)
        else:
            if waiting:
                said = _("What is new waits for the client, who reads and signs the agreement first.")
            else:
                said = _("The trading permissions are saved. What was withdrawn is withdrawn below too.")
            messages.success(request, said)
            return redirect("trading:account_products", account.number)
    return render(request, "broker/products/account.html", {**_context(who, account), "problem": problem}, status=422)


@gate("grant_products")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Accounts whose permissions one may change, each with what it has."""
    who = request.seat  # type: ignore[attr-defined]
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = scope(who, Account, "grant_products")
    for word in text.split():
        rows = rows.filter(number__icontains=word) | rows.filter(title__icontains=word)
    page = page_of(rows, order=["level", "sort_key", "pk"], query=request.GET)
    held = queries.by_node(queries.approvals_of_nodes([row.pk for row in page.rows]))
    context = {
        "page": page,
        "text": text,
        "rows": [(row, sorted({str(Product(one.product).label) for one in held[row.pk]})) for row in page.rows],
    }
    return render(request, "broker/products/list.html", context)


def _asked_words(row: PermissionRequest) -> str:
    """What a request asks for, in words."""
    return "; ".join(permission_words(one) for one in map(Permission.read, row.wanted) if one)


def _context(who: Who, account: Account) -> dict[str, Any]:
    now = timezone.now()
    return {
        "account": account,
        "matrix": matrix(who, account),
        "may_change": queries.may_grant(who, account),
        "may_ask": asking.may_ask(who, account),
        "is_owned": asking.is_owned(account),
        "may_decide": asking.may_decide(who, account),
        "asked": [(row, _asked_words(row), row.is_overdue(now)) for row in asking.of_account(who, account)[:20]],
        "history": [(row, queries.country_words(row.country)) for row in queries.history(who, account)[:20]],
    }
