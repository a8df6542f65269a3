"""Writing down a block, attaching its executions, sharing it out, cancelling what was shared out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.broker.activity.models import Trade
from accounts.broker.allocation.breaks import look_again
from accounts.broker.allocation.models import (
    Allocation,
    AllocationShare,
    AllocationState,
    Block,
    BlockExecution,
)
from accounts.broker.allocation.queries import Asked, block_for, fitting, master_of, may_allocate, not_ours, plan
from accounts.broker.allocation.rules import AllocationRefused, whole_lots
from accounts.broker.instruments.rules import Traded, clean_symbol
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.trail.actions import record
from portal.lib.words import gettext_noop


class PreviewIsOld(AllocationRefused):
    """Something has changed since the preview; it has to be looked at again."""


@dataclass(frozen=True)
class Order:
    """What was executed."""

    traded: Traded
    side: str
    traded_on: date
    quantity: Decimal
    lot: Decimal = Decimal(1)
    price: Decimal | None = None


def open_block(*, who: Who, order: Order, executions: Sequence[Trade] = (), day: date, at: datetime) -> Block:
    """Write a block down for the person's own practice; with executions, their sum is its quantity."""
    master = master_of(who)
    quantity = sum((abs(one.quantity) for one in executions), Decimal(0)) if executions else order.quantity
    whole_lots(quantity, order.lot)
    if order.traded_on > day:
        raise AllocationRefused(_("A block cannot be executed in the future."))
    if order.traded.product is None:
        raise AllocationRefused(_("This asset class is not among the trading permissions."))
    with transaction.atomic(using=current_alias.get()):
        block = Block.unscoped.create(
            firm_id=master.firm_id,
            practice_id=master.practice_id,
            account=master,
            symbol=clean_symbol(order.traded.symbol),
            asset=order.traded.asset,
            country=order.traded.country,
            side=order.side,
            traded_on=order.traded_on,
            quantity=quantity,
            lot=order.lot,
            price=_average(executions) if executions else order.price,
            created_by_id=who.user_id,
            created_at=at,
        )
        _attach(block, executions)
        _tell(who, block, gettext_noop("Block trade written down"), "open", block.traded_on)
    return block


def attach(*, who: Who, pk: UUID, day: date, at: datetime) -> Block:
    """Attach every imported execution that fits the block; a sum that differs from it is a break."""
    with transaction.atomic(using=current_alias.get()):
        block = _mine(who, pk)
        _attach(block, list(fitting(who, block)))
        look_again(day=day, at=at, block=pk)
    return block_for(who, pk)


def allocate(
    *, who: Who, pk: UUID, asked: Asked, digest: str, valued_on: date | None, day: date, at: datetime
) -> Allocation:
    """Share a block out exactly as it was previewed; what was allocated before is replaced and kept."""
    with transaction.atomic(using=current_alias.get()):
        block = _mine(who, pk)
        made = plan(who, block, asked, valued_on=valued_on)
        if made.digest != digest:
            raise PreviewIsOld(_("Something has changed since the preview. Please look at it again."))
        versions = Allocation.unscoped.filter(block=block)
        _end_current(who, block, AllocationState.REPLACED, gettext_noop("Replaced by a newer allocation"), at)
        allocation = Allocation.unscoped.create(
            firm_id=block.firm_id,
            practice_id=block.practice_id,
            block=block,
            version=versions.count() + 1,
            method=asked.method,
            quantity=block.quantity,
            minimum=asked.minimum,
            digest=digest,
            made_by_id=who.user_id,
            made_at=at,
        )
        AllocationShare.unscoped.bulk_create(
            [
                AllocationShare(
                    firm_id=block.firm_id,
                    practice_id=block.practice_id,
                    allocation=allocation,
                    account=made.accounts[share.number],
                    number=share.number,
                    weight=made.weights[share.number],
                    quantity=share.quantity,
                    left_out=share.left_out,
                )
                for share in made.shares
            ]
        )
        _tell(who, block, gettext_noop("Block trade allocated"), "allocated", day)
    return allocation


def cancel(*, who: Who, pk: UUID, why: str, day: date, at: datetime) -> Block:
    """Take back the current allocation; it stays in the history with the reason."""
    why = why.strip()
    if not why:
        raise AllocationRefused(_("Say why the allocation is cancelled."))
    with transaction.atomic(using=current_alias.get()):
        block = _mine(who, pk)
        if not _end_current(who, block, AllocationState.CANCELLED, why[:300], at):
            raise AllocationRefused(_("Nothing is allocated."))
        _tell(who, block, gettext_noop("Allocation cancelled"), "cancelled", day)
    return block_for(who, pk)


def take_executed(*, who: Who, pk: UUID, day: date, at: datetime) -> Block:
    """Let the block follow its corrected executions: the allocation is cancelled, the quantity becomes their sum."""
    with transaction.atomic(using=current_alias.get()):
        block = _mine(who, pk)
        executed = block.executed  # type: ignore[attr-defined]
        if executed is None or executed == block.quantity:
            raise AllocationRefused(_("The executions add up to the block."))
        if executed == 0:
            raise AllocationRefused(_("Nothing of it was executed; withdraw the block instead."))
        whole_lots(executed, block.lot)
        _end_current(who, block, AllocationState.CANCELLED, gettext_noop("The executions were corrected"), at)
        Block.unscoped.filter(pk=pk).update(quantity=executed)
        look_again(day=day, at=at, block=pk)
        _tell(who, block, gettext_noop("Block trade follows its corrected executions"), "corrected", day)
    return block_for(who, pk)


def withdraw_block(*, who: Who, pk: UUID, day: date, at: datetime) -> Block:
    """Take a block back that was written down by mistake; its executions are free again."""
    with transaction.atomic(using=current_alias.get()):
        block = _mine(who, pk)
        if Allocation.unscoped.filter(block=block, state=AllocationState.CURRENT).exists():
            raise AllocationRefused(_("Cancel the allocation first."))
        BlockExecution.unscoped.filter(block=block, released_at__isnull=True).update(released_at=at)
        Block.unscoped.filter(pk=pk).update(withdrawn_at=at)
        look_again(day=day, at=at, block=pk)
        _tell(who, block, gettext_noop("Block trade withdrawn"), "withdrawn", day)
    return block_for(who, pk)


def _mine(who: Who, pk: UUID) -> Block:
    """The block, if the person may allocate it, and nobody else is changing it until the transaction ends."""
    if not may_allocate(who, block_for(who, pk).practice_id):
        raise not_ours()
    with cursor() as cur:
        cur.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"block {pk}"])
    block = block_for(who, pk)
    if block.withdrawn_at is not None:
        raise AllocationRefused(_("The block is withdrawn."))
    return block


def _attach(block: Block, executions: Sequence[Trade]) -> None:
    BlockExecution.unscoped.bulk_create(
        [
            BlockExecution(
                firm_id=block.firm_id,
                practice_id=block.practice_id,
                block=block,
                trade=one,
                quantity=abs(one.quantity),
            )
            for one in executions
        ]
    )


def _end_current(who: Who, block: Block, state: str, why: str, at: datetime) -> bool:
    current = Allocation.unscoped.filter(block=block, state=AllocationState.CURRENT)
    return bool(current.update(state=state, ended_by_id=who.user_id, ended_at=at, why_ended=why))


def _average(executions: Sequence[Trade]) -> Decimal | None:
    """The price of the block: what was paid by what was traded, to the places a price is stored with."""
    if any(one.price is None for one in executions):
        return None
    paid = sum((abs(one.quantity) * (one.price or 0) for one in executions), Decimal(0))
    traded = sum((abs(one.quantity) for one in executions), Decimal(0))
    return (paid / traded).quantize(Decimal("1e-10"))


def _tell(who: Who, block: Block, title: str, status: str, day: date) -> None:
    record(
        account=block.account,
        kind="block",
        title=title,
        status=status,
        data={"block": str(block.pk), "symbol": block.symbol, "quantity": str(block.quantity)},
        day=day,
        by=who.user_id,
    )
