"""Pages of block trades: the list, a new one, one with its history, sharing it out."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.broker.allocation import actions, queries
from accounts.broker.allocation.forms import BlockForm, read_asked
from accounts.broker.allocation.models import Block, Method
from accounts.broker.allocation.rules import AllocationRefused
from accounts.broker.instruments.queries import named
from accounts.broker.instruments.rules import Side
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.idempotency.actions import KeyReused, once
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day

MOST_OFFERED = 200


@gate("allocate")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Blocks, the latest first, and executions that wait to become one."""
    who = request.seat  # type: ignore[attr-defined]
    rows = queries.blocks(who).filter(withdrawn_at__isnull=True)
    page = page_of(rows, order=["-traded_on", "pk"], query=request.GET)
    context = {
        "page": page,
        "rows": [(block, method_words(block)) for block in page.rows],
        "offered": list(queries.offered(who, exchange_today())),
        "may_open": queries.may_allocate(who, who.practice_id),
    }
    return render(request, "broker/allocation/list.html", context)


@gate("allocate")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a block down, from executions or by hand."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    queries.master_of(who)
    if request.method == "GET":
        return render(request, "broker/allocation/new.html", {"form": BlockForm(initial=_initial(who, request))})
    form = BlockForm(request.POST)
    if form.is_valid():
        like = form.cleaned_data["like"]
        executions = queries.executions_like(who, like) if like else []
        try:
            block = actions.open_block(who=who, order=form.order(), executions=executions, day=exchange_today(), at=at)
        except AllocationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("trading:allocate", block.pk)
    return render(request, "broker/allocation/new.html", {"form": form}, status=422)


def _initial(who: Who, request: HttpRequest) -> dict[str, Any]:
    """What executions say of themselves, when the form was opened for them."""
    like = request.GET.get("like", "")
    if not (like.isascii() and like.isdigit() and len(like) < 18):
        return {"traded_on": exchange_today(), "lot": 1}
    found = queries.executions_like(who, int(like))
    one = found[0]
    return {
        "symbol": one.symbol,
        "asset": one.asset,
        "country": named(one.symbol, asset=one.asset).country,
        "side": Side.BUY if one.side == "BUY" else Side.SELL,
        "traded_on": one.trade_on,
        "quantity": sum(abs(each.quantity) for each in found).normalize(),
        "lot": 1,
        "like": one.pk,
    }


@gate("view")
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One block: what was executed, who got what, what was before."""
    who = request.seat  # type: ignore[attr-defined]
    block = queries.block_for(who, pk)
    return render(request, "broker/allocation/block.html", _context(who, block))


@gate("allocate")
@require_http_methods(["GET", "POST"])
def allocate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose, preview, save. Saving twice with one key saves once."""
    who = request.seat  # type: ignore[attr-defined]
    block = queries.own_block_for(who, pk)
    context: dict[str, Any] = {"placed": block, "methods": Method.choices, "chosen": request.POST or {}}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("step") == "save" and _saved(request, who, block):
                messages.success(request, _("The block is allocated."))
                return redirect("trading:block", block.pk)
            asked = read_asked(request.POST)
            context["plan"] = queries.plan(who, block, asked, valued_on=sealed_day())
            context["key"] = uuid4()
        except KeyReused:
            context["problem"], status = _("This form was already used for something else."), 409
        except actions.PreviewIsOld as refusal:
            asked = read_asked(request.POST)
            context |= {
                "problem": str(refusal), "key": uuid4(),
                "plan": queries.plan(who, queries.block_for(who, pk), asked, valued_on=sealed_day()),
            }  # fmt: skip
            status = 409
        except AllocationRefused as refusal:
            context["problem"], status = str(refusal), 422
    return render(request, "broker/allocation/allocate.html", context | _offer(who, request), status=status)


def _offer(who: Who, request: HttpRequest) -> dict[str, Any]:
    rows = list(queries.holdings_offered(who)[: MOST_OFFERED + 1])
    ticked = set(request.POST.getlist("account")) if request.method == "POST" else {one.number for one in rows}
    accounts = [
        (one, one.number in ticked, request.POST.get(f"figure-{one.number}", "")) for one in rows[:MOST_OFFERED]
    ]
    return {"accounts": accounts, "has_more": len(rows) > MOST_OFFERED}


def _saved(request: HttpRequest, who: Who, block: Block) -> bool:
    asked = read_asked(request.POST)
    digest = request.POST.get("digest", "")

    def act() -> tuple[int, object]:
        made = actions.allocate(
            who=who, pk=block.pk, asked=asked, digest=digest, valued_on=sealed_day(), day=exchange_today(),
            at=timezone.now(),
        )  # fmt: skip
        return 201, {"allocation": str(made.pk)}

    body = [digest, asked.method, str(asked.minimum), [[one.number, str(one.figure)] for one in asked.entries]]
    key = request.POST.get("key", "")[:200] or str(uuid4())
    once(user_id=who.user_id, key=f"allocate {key}", route=f"allocate {block.pk}", body=body, act=act)
    return True


@gate("allocate")
@require_POST
def change(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """Cancel the allocation, follow corrected executions, attach what fits, or withdraw the block."""
    who, at, day = request.seat, timezone.now(), exchange_today()  # type: ignore[attr-defined]
    queries.own_block_for(who, pk)
    try:
        if what == "cancel":
            actions.cancel(who=who, pk=pk, why=request.POST.get("why", ""), day=day, at=at)
            told = _("The allocation is cancelled. It stays in the history.")
        elif what == "take":
            actions.take_executed(who=who, pk=pk, day=day, at=at)
            told = _("The block follows its executions. Please allocate it again.")
        elif what == "attach":
            actions.attach(who=who, pk=pk, day=day, at=at)
            told = _("The executions are attached.")
        else:
            actions.withdraw_block(who=who, pk=pk, day=day, at=at)
            messages.success(request, _("The block is withdrawn."))
            return redirect("trading:allocation")
    except AllocationRefused as refusal:
        block = queries.block_for(who, pk)
        return render(
            request, "broker/allocation/block.html", _context(who, block) | {"problem": str(refusal)}, status=422
        )
    messages.success(request, told)
    return redirect("trading:block", pk)


def _context(who: Who, block: Block) -> dict[str, Any]:
    """What the page of a block shows."""
    versions = list(queries.versions(who, block))
    current = next((one for one in versions if one.state == "current"), None)
    mine = queries.may_allocate(who, block.practice_id) and block.withdrawn_at is None
    return {
        "placed": block,
        "current": current,
        "shares": current.shares.all() if current else [],
        "history": [one for one in versions if one is not current],
        "executions": queries.attached(who, block),
        "fitting": list(queries.fitting(who, block)[:MOST_OFFERED]) if mine else [],
        "is_broken": block.executed is not None and block.executed != block.quantity,  # type: ignore[attr-defined]
        "may_allocate": mine,
    }


def method_words(block: Block) -> str:
    """How a block of the list was shared out; empty while it was not."""
    method = block.method  # type: ignore[attr-defined]
    return str(Method(method).label) if method else ""
