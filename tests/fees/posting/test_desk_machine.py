"""Random weeks of people at work around the nights: files of invoices, reimbursements, what the broker rejects and who
takes it back, values that come late or turn out wrong, and the back office pausing, holding back, letting in.

A small model says what each file must come to; the books must balance and every night must seal, whatever happens.
Each example is rolled back.
"""

import os
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as trying
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.broker.transmit.actions import ReversalRefused, ask_reversal, send_again
from accounts.broker.transmit.answers import take_answers
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger import checks as ledger
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance
from accounts.ground.runs import work
from accounts.ground.runs.models import Hold, Run, Seal
from fees.invoicing import upload
from fees.invoicing.models import Invoice
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.reimbursements import actions as reimbursements
from fees.reimbursements.models import Reimbursement
from fees.sending.rules import Asked
from portal import nightly, tasks
from portal.office import actions as office
from tests.fees.invoicing.conftest import NEW_YORK, SEPTEMBER, Desk, at
from tests.fees.posting.nights import figures, night_role

ANA, KEN, CHIDI, NINA = "U1000001", "U1000002", "U2000001", "U9000001"
BEGIN = date(2025, 10, 1)
# 2 % a month on 100,000 on each of September's 21 business days.
LIMIT = Decimal("166.67")
AMOUNTS = {
    "50": Decimal(50), "120.00": Decimal(120), "1e2": None, "0": None, "-5": None, "10.005": None, "=1+1": None,
    "0.01": Decimal("0.01"), "166.67": LIMIT,
}  # fmt: skip
VALUED = (ANA, CHIDI, NINA)
# As many weeks as PORTAL_EXAMPLES says; PORTAL_SEED tries others.
EXAMPLES = int(os.environ.get("PORTAL_EXAMPLES", "4"))

lines = st.tuples(st.sampled_from([ANA, ANA, KEN, CHIDI, "U7777777"]), st.sampled_from(sorted(AMOUNTS)))
files = st.tuples(
    st.lists(lines, min_size=1, max_size=4),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(",;\t"),
    st.booleans(),
)
events = st.one_of(
    st.tuples(st.just("upload"), files),
    st.tuples(st.just("upload"), files),
    st.tuples(st.just("give_back"), st.sampled_from(["5", "40", "5000"])),
    st.tuples(st.just("reject"), st.sampled_from(["take back", "again"])),
    st.tuples(st.just("reject"), st.sampled_from(["take back", "leave"])),
    st.tuples(st.just("correct"), st.sampled_from(VALUED), st.sampled_from(["80000", "130000"])),
    st.tuples(st.just("hold_back"), st.sampled_from(VALUED)),
    st.just(("let_in",)),
    st.just(("day_before",)),
    st.just(("late_values",)),
)


class Machine(RuleBasedStateMachine):
    """`desk` and `olga` are set by the test below."""

    desk: Desk
    olga: int

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.day = BEGIN
        self.used = Decimal(0)
        self.missing: list[tuple[str, date]] = []
        for number in VALUED:
            self.desk.agree(number, figures("PERCENTOFEQUITY", rate="0.05"), starts=BEGIN)

    @property
    def now(self) -> datetime:
        """Before the cut-off of the day that comes next."""
        return at(self.day, 11)

    @rule(
        events=st.lists(events, min_size=2, max_size=5),
        comes=st.tuples(*[st.sampled_from([True, True, True, False])] * 3),
        paused=st.sampled_from(["", "", "accrue", "post", "transmit"]),
    )
    def night(self, events, comes, paused):
        for name, *values in events:
            getattr(self, name)(*values)
        # A night without any statement waits for one; Ken's always comes.
        self.desk.value(KEN, self.day, "1000000")
        for number, has_come in zip(VALUED, comes, strict=True):
            if has_come:
                self.desk.value(number, self.day, "100000")
            else:
                self.missing.append((number, self.day))
        kept_out = self._kept_out()
        if paused:
            told = self._run(lambda name, *_news: name == paused and self._pause())
            assert (told["state"], told["seals"]) == ("running", {})
            with pytest.raises(nightly.NightRefused):
                self._run()
            with as_role("office"):
                office.resume_night(day=self.day, reason="They are right", by=self.olga, at=self.now)
        told = self._run()
        assert (told["state"], told["problem"], len(told["seals"])) == ("done", "", 2)
        assert not set(Transfer.unscoped.filter(day=self.day).values_list("account_id", flat=True)) & kept_out
        self.day = self.desk.next(self.day)

    def _run(self, progress=None):
        return nightly.night(self.day, at=datetime.combine(self.day, time(21), NEW_YORK), progress=progress)

    def _pause(self):
        if not Run.unscoped.get(day=self.day).paused_at:
            with as_role("office"):
                office.pause_night(day=self.day, reason="The rates look odd", by=self.olga, at=self.now)

    def _kept_out(self):
        held = Hold.unscoped.filter(reason="by_office", resolved_at=None, retry_asked_at=None)
        return set(held.values_list("account_id", flat=True))

    def upload(self, wanted):
        """The model: Alice's own client with a limit, an amount that is one, once a day, and no more than is left."""
        rows, encoding, separator, has_header = wanted
        taken_today = Invoice.unscoped.filter(account__number=ANA, business_day=self.day).exclude(state="cancelled")
        is_free = not taken_today.exists()
        expected = []
        for number, written in rows:
            amount = AMOUNTS[written] if number == ANA else None
            fits = is_free and amount is not None and self.used + amount <= LIMIT
            expected.append(fits)
            if fits:
                self.used += amount
                is_free = False
        table = ["account;amount".replace(";", separator)] * has_header
        table += [f"{number}{separator}{written}" for number, written in rows]
        file = upload.parse("\r\n".join(table).encode(encoding), name=f"{uuid4()}.csv")
        with self.desk.acting("alice") as who:
            day, verdicts = upload.submit_file(who=who, file=file, at=self.now)
        assert day == self.day
        assert [one.is_accepted for one in verdicts] == expected

    def give_back(self, amount):
        with self.desk.acting("alice") as who:
            reimbursements.submit(who=who, rows=[Asked(1, ANA, amount)], at=self.now)

    def reject(self, then):
        """The broker rejects the oldest fee or invoice that it has not answered, and somebody decides about it."""
        waiting = Instruction.unscoped.filter(answer="", kind__in=("fee", "invoice")).order_by("day", "id").first()
        if waiting is None:
            return
        with night_role():
            take_answers(f"reference,answer,reason\r\n{waiting.transfer_id},rejected,closed\r\n".encode(), at=self.now)
        with as_role("office"):
            if then == "again":
                send_again(Instruction.unscoped.filter(pk=waiting.pk), at=self.now)
            elif then == "take back":
                with suppress(ReversalRefused):
                    ask_reversal(instruction=waiting, reason="Closed there", by=self.olga, at=self.now)

    def correct(self, number, nlv):
        """The value of the day before turns out to be another."""
        before = self.desk.previous(self.day)
        with night_role(), cursor() as cur:
            cur.execute(
                "INSERT INTO broker_navhistory (firm_id, account_id, nav_date, nlv, flow, currency, replaced_at,"
                " replaced_by_id) SELECT a.firm_id, n.account_id, n.nav_date, n.nlv, n.flow, n.currency,"
                " clock_timestamp(), 0 FROM broker_navdaily n JOIN accounts_account a ON a.id = n.account_id"
                " WHERE a.number = %s AND n.nav_date = %s AND n.nav_date >= %s",
                [number, before, BEGIN],
            )
            if cur.rowcount:
                cur.execute(
                    "UPDATE broker_navdaily SET nlv = %s WHERE nav_date = %s AND account_id = %s",
                    [nlv, before, self.desk.world[number].pk],
                )

    def hold_back(self, number):
        account = self.desk.account(number)
        if account.pk not in self._kept_out():
            with as_role("office"):
                office.hold_back(account=account, day=self.day, reason="Looked at", by=self.olga, at=self.now)

    def let_in(self):
        hold = Hold.unscoped.filter(reason="by_office", resolved_at=None, retry_asked_at=None).order_by("id").first()
        if hold is not None:
            with as_role("office"):
                office.let_go(hold=hold, reason="All is well", by=self.olga, at=self.now)

    def day_before(self):
        for number, day in list(self.missing):
            hold = Hold.unscoped.filter(account__number=number, day=day, reason="no_nav", resolved_at=None).first()
            if hold is None:
                continue
            try:
                with transaction.atomic(), as_role("office"):
                    office.use_day_before(hold=hold, reason="The broker is late", by=self.olga, at=self.now)
            except office.DecisionRefused:
                continue
            self.missing.remove((number, day))

    def late_values(self):
        for number, day in self.missing:
            self.desk.value(number, day, "100000")
        waiting = Hold.unscoped.filter(stage="accrue", reason="no_nav", resolved_at=None, retry_asked_at=None)
        waiting.filter(account__number__in=[number for number, _day in self.missing]).update(retry_asked_at=self.now)
        self.missing.clear()

    @invariant()
    def the_ledger_holds(self):
        assert [found for check in ledger.CHECKS for found in check(None)] == []
        clearing = Book.unscoped.filter(kind="clearing")
        assert sum((balance(book) for book in clearing), Decimal(0)) == 0

    @invariant()
    def nobody_gives_back_more_than_was_taken(self):
        taken: dict[tuple[int, int], Decimal] = {}
        for one in Transfer.unscoped.exclude(kind__in=("sweep", "draw")):
            sign = 1 if one.kind in ("fee", "invoice") else -1
            key = one.account_id, one.practice_id
            taken[key] = taken.get(key, Decimal(0)) + sign * one.amount
        assert min(taken.values(), default=Decimal(0)) >= 0

    @invariant()
    def invoices_stay_within_the_limit_and_one_a_day(self):
        live = Invoice.unscoped.filter(account__number=ANA).exclude(state__in=("cancelled", "rejected"))
        assert sum((one.amount for one in live), Decimal(0)) <= LIMIT
        days = [one.business_day for one in live]
        assert len(days) == len(set(days))

    def teardown(self):
        wrong = [one for one in Charge.unscoped.select_related("account") if not recompute_charge(one).agrees]
        sealed, given = Seal.unscoped.count(), Reimbursement.unscoped.filter(state="processed")
        back = sum((one.amount for one in given), Decimal(0))
        fees = Transfer.unscoped.filter(account__number=ANA, kind__in=("fee", "invoice"))
        taken = sum((one.amount for one in fees), Decimal(0))
        nights = self.desk.days(BEGIN, self.day)
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert wrong == []
        assert sealed == 2 * (len(nights) - 1)
        assert back * 2 <= taken


@pytest.mark.slow
def test_whatever_people_do_the_nights_seal_and_the_books_balance(
    world, as_role, settings_of_instructions, monkeypatch
):
    monkeypatch.setattr(work, "SMALLEST_CHUNK", 4)
    monkeypatch.setattr(tasks, "wake", lambda: None)
    Machine.desk, Machine.olga = Desk(world, as_role), world.users["olga"].pk
    Machine.desk.cap(ANA)
    Machine.desk.values(ANA, "100000", *SEPTEMBER)

    run_state_machine_as_test(
        Machine,
        settings=trying(
            max_examples=EXAMPLES,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_of_instructions(settings, tmp_path):
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
