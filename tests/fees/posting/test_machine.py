"""Random lives of three accounts, night after night: whatever happens, the books balance and every fee works out again.

Chunks are cut anywhere and done in any order, stages are repeated, values are missing and come late, cash runs out,
schedules change, accounts close.  Each example is rolled back.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.ground.ledger import checks as ledger
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance
from accounts.ground.runs.models import Hold, Seal
from accounts.ground.tree.models import Account, Margin, Status
from fees.accrual.night import accrue_chunk, check_chunk, prepare_accrue, rollup_stage
from fees.posting.close import close_chunk
from fees.posting.models import Charge, ChargeState
from fees.posting.posting import post_chunk
from fees.proofs.actions import recompute_charge
from tests.fees.posting.nights import ALL, Nights, figures, night_role

NUMBERS = ("U1000001", "U1000002", "U9000001")
BEGIN = date(2025, 9, 25)

percents = st.integers(1, 300).map(lambda basis_points: str(Decimal(basis_points) / 10000))
methods = st.one_of(
    st.builds(
        figures,
        st.sampled_from(["PERCENTOFEQUITY", "PERCENTOFEQUITY_MONTHLY", "PERCENTOFEQUITY_EOM"]),
        rate=percents,
    ),
    st.builds(figures, st.sampled_from(["ANNUALFLATFEE", "ANNUALFLATFEE_MONTHLY"]),
              flat=st.integers(1, 50_000_000).map(lambda cents: str(Decimal(cents) / 100))),
)  # fmt: skip
values = st.decimals(min_value=-1000, max_value=50_000_000, places=4).map(str)

numbers = st.sampled_from(NUMBERS)
events = st.one_of(
    st.just(("late_values",)),
    st.tuples(st.just("agree"), numbers, methods),
    st.tuples(st.just("margin"), numbers, st.booleans()),
    st.tuples(st.just("statement"), numbers, st.decimals(0, 10_000, places=2).map(str)),
    st.tuples(st.just("close_account"), numbers),
)


class Machine(RuleBasedStateMachine):
    """`world` is set by the test below."""

    world = None

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.nights = Nights(self.world)
        self.day = BEGIN
        self.missing: list[tuple[str, date]] = []
        self.told: set[tuple[str, date]] = set()

    @initialize(components=st.tuples(methods, methods, methods))
    def agree_all(self, components):
        for number, one in zip(NUMBERS, components, strict=True):
            self.nights.agree(number, one, starts=self.day)

    def agree(self, number, component):
        self.nights.agree(number, component, starts=self.day)

    def margin(self, number, cash):
        Account.unscoped.filter(number=number).update(margin_kind=Margin.CASH if cash else Margin.MARGIN)

    def statement(self, number, settled):
        if (number, self.day) not in self.told:
            self.told.add((number, self.day))
            self.nights.cash(number, self.day, settled)

    def close_account(self, number):
        Account.unscoped.filter(number=number, status=Status.OPEN).update(status=Status.CLOSED, closed_on=self.day)

    def late_values(self):
        """What was missing comes, and everybody asks for another try."""
        for number, day in self.missing:
            self.nights.value(number, day, "100000")
        self.missing.clear()
        Hold.unscoped.filter(stage="accrue", resolved_at=None).update(retry_asked_at=datetime(2025, 9, 1, tzinfo=UTC))

    @rule(
        events=st.lists(events, max_size=3),
        nlvs=st.tuples(*[st.one_of(values, values, st.none())] * 3),
        cuts=st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True),
        backwards=st.booleans(),
        again=st.sampled_from(["", "close", "post", "sweep", "seal"]),
    )
    def night(self, events, nlvs, cuts, backwards, again):
        for name, *values in events:
            getattr(self, name)(*values)
        for number, nlv in zip(NUMBERS, nlvs, strict=True):
            self._value(number, nlv)
        edges = [0, *sorted(self.world[number].pk for number in cuts), ALL]
        ranges = list(pairwise(edges))
        if backwards:
            ranges.reverse()
        self._accrue(ranges)
        self._chunks(ranges, again)
        self.nights.sweep(self.day)
        if again == "sweep":
            self.nights.sweep(self.day)
        self.nights.transmit(self.day)
        result = self.nights.seal(self.day)
        assert result.problem == ""
        if again == "seal":
            assert self.nights.seal(self.day).rows == 0
        self.day = self.nights.next(self.day)

    def _value(self, number, nlv):
        account = Account.unscoped.get(number=number)
        if account.closed_on is not None and account.closed_on <= self.day:
            return
        if nlv is None:
            self.nights.hold(number, self.day)
            self.missing.append((number, self.day))
        else:
            self.nights.value(number, self.day, nlv)

    def _accrue(self, ranges):
        run = self.nights.run(self.day)
        with night_role():
            prepare_accrue(run, self.day)
            rollup_stage(run, self.day)
            for lo, hi in ranges:
                accrue_chunk(run, self.day, lo, hi, 0)
            for lo, hi in ranges:
                chunk = self.nights.chunk(run, "check", 4, lo=lo, hi=hi)
                self.nights.done(chunk, check_chunk(run, self.day, lo, hi, chunk.pk))

    def _chunks(self, ranges, again):
        run = self.nights.run(self.day)
        with night_role():
            for _ in range(2 if again == "close" else 1):
                for lo, hi in ranges:
                    close_chunk(run, self.day, lo, hi, 0)
            for lo, hi in ranges:
                chunk = self.nights.chunk(run, "post", 6, lo=lo, hi=hi)
                self.nights.done(chunk, post_chunk(run, self.day, lo, hi, chunk.pk))
                if again == "post":
                    assert post_chunk(run, self.day, lo, hi, chunk.pk).rows == 0

    @invariant()
    def money_is_never_lost(self):
        totals = {}
        for book in Book.unscoped.all():
            totals[book.kind] = totals.get(book.kind, Decimal(0)) + balance(book)
        charged = sum((one.amount for one in Charge.unscoped.filter(state=ChargeState.POSTED)), Decimal(0))
        assert totals.get("clearing", 0) == 0
        assert totals.get("payee", 0) == charged == -totals.get("client", 0)

    @invariant()
    def the_ledger_holds(self):
        assert [found for check in ledger.CHECKS for found in check(None)] == []

    @invariant()
    def a_charge_moves_once_or_not_at_all(self):
        moved = sorted(Transfer.unscoped.filter(kind="fee").values_list("source", "amount"))
        assert moved == sorted(Charge.unscoped.filter(state=ChargeState.POSTED).values_list("id", "amount"))

    def teardown(self):
        wrong = [one for one in Charge.unscoped.select_related("account") if not recompute_charge(one).agrees]
        sealed = Seal.unscoped.count()
        nights = self.nights.days(BEGIN, self.day)
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert wrong == []
        assert sealed == 2 * (len(nights) - 1)


@pytest.mark.slow
def test_whatever_happens_the_books_balance(world):
    Machine.world = world

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=5,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
