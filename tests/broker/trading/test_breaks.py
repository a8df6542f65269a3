"""Executions of the broker's statements make blocks; one that is corrected later is a break until the block follows."""

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from accounts.broker.activity.models import Trade
from accounts.broker.allocation.actions import attach, cancel, take_executed, withdraw_block
from accounts.broker.allocation.breaks import look_again
from accounts.broker.allocation.models import Allocation, BlockExecution
from accounts.broker.allocation.queries import executions_like, offered
from accounts.broker.allocation.rules import AllocationRefused
from accounts.ground.access.context import as_role
from accounts.ground.requests.models import Request
from tests.broker.trading.conftest import AT, DAY

pytestmark = pytest.mark.usefixtures("stocks_everywhere")


def test_executions_of_one_order_become_a_block(execution, seated, block):
    execution("U2000001", "60", key="1", price="10")
    second = execution("U2000001", "40", key="2", price="20")
    execution("U2000001", "5", key="3", order="88")
    foreign = execution("U1000001", "7", key="4")

    with seated("bob") as who:
        offers = [(one["symbol"], one["quantity"], one["executions"]) for one in offered(who, DAY)]
        found = executions_like(who, second.pk)
        with pytest.raises(Http404):
            executions_like(who, foreign.pk)
    made = block(executions=found, quantity="1")

    assert sorted(offers) == [("XYZ", 5, 1), ("XYZ", 100, 2)]
    # 60 at 10 and 40 at 20: 1400 for 100.
    assert (made.quantity, made.price) == (100, 14)
    with seated("bob") as who:
        assert [one["quantity"] for one in offered(who, DAY)] == [5]


def test_a_corrected_execution_is_a_break_until_the_block_follows(execution, block, share, clients, seated):
    one = execution("U2000001", "100")
    bobs = block(executions=[one])
    share(bobs, clients)
    with as_role("night"):
        assert look_again(day=DAY, at=AT) == 0

    Trade.unscoped.filter(pk=one.pk).update(quantity=90)
    with as_role("night"):
        assert look_again(day=DAY, at=AT) == 1
        assert look_again(day=DAY, at=AT) == 1

    waiting = Request.unscoped.get(kind="allocation")
    assert (waiting.status, waiting.account.number, waiting.finished_at) == ("awaiting_advisor", "F200002", None)
    assert waiting.detail == {"block": str(bobs.pk), "quantity": "100.0000000000", "executed": "90.0000000000"}
    with pytest.raises(AllocationRefused, match="no longer add up"):
        share(bobs, clients)
    with seated("bob") as who:
        take_executed(who=who, pk=bobs.pk, day=DAY, at=AT)
    waiting.refresh_from_db()
    assert waiting.finished_at == AT
    assert Allocation.unscoped.get().state == "cancelled"
    assert share(bobs, clients) == {"U2000001": 30, "U2000002": 30, "U2000003": 30}


def test_an_execution_that_arrives_later_and_differs_is_a_break(execution, block, share, clients, seated):
    bobs = block(quantity="100")
    share(bobs, clients)
    execution("U2000001", "99")

    with seated("bob") as who:
        attach(who=who, pk=bobs.pk, day=DAY, at=AT)

    assert Request.unscoped.get(kind="allocation").finished_at is None
    assert BlockExecution.unscoped.get().quantity == 99


def test_an_execution_belongs_to_one_block(execution, block):
    one = execution("U2000001", "100")
    block(executions=[one])

    with pytest.raises(IntegrityError, match="execution_once"), transaction.atomic():
        block(executions=[one])


def test_a_block_by_mistake_is_withdrawn_and_frees_its_executions(execution, block, share, clients, seated):
    one = execution("U2000001", "100")
    bobs = block(executions=[one])
    share(bobs, clients)
    with pytest.raises(AllocationRefused, match="Cancel the allocation first"), seated("bob") as who:
        withdraw_block(who=who, pk=bobs.pk, day=DAY, at=AT)

    with seated("bob") as who:
        cancel(who=who, pk=bobs.pk, why="Mistake", day=DAY, at=AT)
        withdraw_block(who=who, pk=bobs.pk, day=DAY, at=AT)

    block(executions=[one])
    with pytest.raises(AllocationRefused, match="withdrawn"):
        share(bobs, clients)
