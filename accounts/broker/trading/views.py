"""Can I trade this? The question in the address, the answer with every rule below it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.broker.instruments.queries import named
from accounts.broker.instruments.rules import Side
from accounts.broker.trading.forms import CheckForm
from accounts.broker.trading.queries import may_trade
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today


@gate("trade")
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Yes or no, with the rules; nothing is written by asking."""
    who = request.seat  # type: ignore[attr-defined]
    is_asked = bool(request.GET.get("account"))
    form = CheckForm(request.GET if is_asked else None, initial={"day": exchange_today(), "side": Side.BUY})
    context: dict[str, object] = {"form": form}
    if is_asked and form.is_valid():
        said = form.cleaned_data
        account = account_for(who, said["account"])
        traded = named(said["symbol"], asset=said["asset"], country=said["country"])
        answer = may_trade(who, account, traded, said["side"], said["day"] or exchange_today(), at=timezone.now())
        context |= {"account": account, "traded": traded, "answer": answer, "side": Side(said["side"]).label}
    return render(request, "broker/trading/check.html", context)
