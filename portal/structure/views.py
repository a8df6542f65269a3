"""The structure page: the tree, one branch at a time, and what may be done with the chosen account, and why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, answer
from accounts.ground.applications.queries import may_start_below
from accounts.ground.clock import exchange_today
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.by_hand import changes_by_hand
from accounts.ground.tree.models import Account, Kind
from accounts.ground.tree.rules import kinds_below
from portal.structure import queries, rules
from portal.structure.spread import Share, spread_of


@dataclass(frozen=True)
class Row:
    """One line of the tree."""

    account: Account
    depth: int
    is_chosen: bool
    is_open: bool
    is_master: bool
    accounts: int | None
    value: Decimal | None
    currency: str
    layers: list[queries.Layer]
    accrued: Decimal | None
    spread: list[Share]


@gate("view")
def tree(request: HttpRequest) -> HttpResponse:
    """The tree with the chosen branch; `node` chooses, `find` searches, `aum`, `fees` and `stl` may be 0."""
    who = request.seat  # type: ignore[attr-defined]
    wishes, sealed = queries.Wishes.of(request.GET), sealed_day()
    number = request.GET.get("node", "")
    chosen = account_for(who, number[:12]) if number else None
    day = sealed or exchange_today()
    context = {"wishes": wishes, "sealed": sealed, "is_tree": who.reach != "accounts"}
    if wishes.text:
        page = queries.found(who, wishes, request.GET, sealed)
        context |= {"page": page, "rows": _rows(who, page.rows, chosen, None, wishes, day, depth=0)}
    else:
        shown = queries.tree_for(who, chosen, wishes, request.GET, sealed)
        chosen = chosen or (shown.masters[0] if shown.masters else None)
        context |= {
            "page": shown.page,
            "is_capped": shown.is_capped,
            "branch": shown.branch,
            "rows": _with_branch(who, shown, chosen, wishes, day),
        }
    context |= {"chosen": chosen, **(_of_chosen(who, chosen) if chosen else {})}
    return render(request, "structure/tree.html", context)


def _with_branch(who: Who, shown: queries.Tree, chosen: Account | None, wishes: queries.Wishes, day: date) -> list[Row]:
    """Every master, and below the open one its children; the root's own clients come after its groups."""
    children = shown.page.rows if shown.page else []
    everything = [*shown.masters, *children]
    lines = _rows(who, everything, chosen, shown.branch, wishes, day, depth=None)
    masters, below = lines[: len(shown.masters)], lines[len(shown.masters) :]
    if shown.branch is None or not masters or shown.branch.pk == masters[0].account.pk:
        return [*masters, *below]
    place = next((at for at, line in enumerate(masters) if line.account.pk == shown.branch.pk), len(masters) - 1)
    return [*masters[: place + 1], *below, *masters[place + 1 :]]


def _rows(
    who: Who,
    accounts: list[Account],
    chosen: Account | None,
    branch: Account | None,
    wishes: queries.Wishes,
    day: date,
    *,
    depth: int | None,
) -> list[Row]:
    """Accounts as lines of the tree; depth counts from the top of what one sees, or is the same for all."""
    layers = queries.fee_layers(who, accounts, day) if wishes.fees else {}
    first = min((one.level for one in accounts), default=1)
    firm_name = next((one.practice.name for one in accounts if one.kind == Kind.TOP_MASTER), "")
    lines = []
    for one in accounts:
        value, currency = queries.value_of(one)
        is_master = one.kind in (*queries.MASTERS, Kind.STL_MASTER)
        lines.append(
            Row(
                account=one,
                depth=one.level - first + 1 if depth is None else depth + 1,
                is_chosen=chosen is not None and chosen.pk == one.pk,
                is_open=branch is not None and branch.pk == one.pk,
                is_master=is_master and who.reach != "accounts",
                accounts=getattr(one, "book_accounts" if one.kind in queries.MASTERS else "subs", None),
                value=value if wishes.aum else None,
                currency=currency,
                layers=layers.get(one.pk, []),
                accrued=_accrued(one) if wishes.fees else None,
                spread=spread_of(who, one, value, firm_name) if wishes.fees and is_master else [],
            )
        )
    return lines


def _accrued(one: Account) -> Decimal | None:
    """What accrued on the last sealed night in a practice's book, or for a group."""
    return getattr(one, "book_accrued" if one.kind in queries.MASTERS else "group_accrued", None)


def _of_chosen(who: Who, chosen: Account) -> dict[str, object]:
    """What may be done with the chosen account and by whom, and the buttons of what this person may do."""
    may_manage = answer(who, Function.MANAGE, chosen).allowed and who.behind is None
    may_change = may_manage and not chosen.moved_on and chosen.pk != getattr(_own(who, chosen), "pk", None)
    return {
        "lines": rules.lines(chosen),
        "roles": rules.lines(chosen)[0].answers,
        "below": kinds_below(chosen.kind) if may_manage and may_start_below(who, chosen) else [],
        "changes": changes_by_hand(chosen) if may_change else [],
        "may_delete": may_change and chosen.is_application,
        "practice_list": chosen.practice_id if chosen.kind in queries.MASTERS and who.reach == "firm" else None,
    }


def _own(who: Who, chosen: Account) -> Account | None:
    """The chosen account, if it is the person's own master: its status is for the level above."""
    return chosen if chosen.kind in queries.MASTERS and chosen.practice_id == who.practice_id else None
