"""The report of margin groups, and the group of one account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.broker.margin import queries
from accounts.broker.margin.rules import group_of
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from portal.lib import csvtext


@gate("report")
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Groups with their totals on the last sealed day; `as=csv` is the same as a file."""
    day = sealed_day()
    groups = queries.totals(request.seat, day)  # type: ignore[attr-defined]
    if request.GET.get("as") == "csv":
        return _file(groups, f"margin-groups-{day or 'none'}.csv")
    return render(request, "broker/margin/report.html", {"groups": groups, "day": day})


@gate("view")
@require_GET
def of_account(request: HttpRequest, number: str) -> HttpResponse:
    """Which group an account is margined in, why, and with whom."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number)
    page = page_of(queries.beside(who, account), order=["level", "sort_key", "pk"], query=request.GET)
    context = {"account": account, "group": group_of(account), "page": page}
    return render(request, "broker/margin/account.html", context)


def _file(groups: list[queries.GroupTotal], name: str) -> HttpResponse:
    head = ("group", "number", "title", "currency", "accounts", "without_value", "nlv", "cash", "positions", "rule")
    rows = [
        (str(one.kind), one.number, one.name, one.currency, one.accounts, one.missing, one.nlv, one.cash,
         one.positions, one.why)
        for one in groups
    ]  # fmt: skip
    answer = HttpResponse(csvtext.write_bytes([head, *rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
