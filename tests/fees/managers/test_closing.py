"""Closing the money manager's account, or the client's, ends all that the money manager is paid.

Nina's account is worth 250,000 on 29 January 2027, the last of that month's 19 business days: 1 % at its end is
250,000 x 0.01 x 19 / 252 = 188.492..., so 188.49 for Southbank, and nothing for who was closed before.
"""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.ground.access.context import as_role as in_role
from accounts.ground.access.context import cursor
from accounts.ground.assignments.models import Assignment
from accounts.ground.ledger.models import Transfer
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Run, RunStage
from accounts.ground.tree.actions import change_status
from accounts.ground.tree.models import Status
from fees.invoicing.models import Invoice, InvoiceCap
from fees.proposals.actions import ProposalRefused
from fees.proposals.models import Proposal
from fees.schedules.models import Schedule
from portal.lib.exchange import exchange_day
from portal.selfcheck.books import money_managers_are_paid_while_assigned
from tests.accounts.assignments.managed import CLIENT, NUMBER
from tests.fees.invoicing.conftest import OCTOBER, at
from tests.fees.managers.conftest import proposed, row, signed
from tests.fees.posting.nights import figures
from tests.house.written import fingerprint_of_rows

EOM = "PERCENTOFEQUITY_EOM"
FIRST = date(2025, 9, 1)
JANUARY, DUE = date(2027, 1, 29), date(2027, 2, 1)


@pytest.fixture
def agreed(limited):
    """1 % for Southbank and 0.5 % for the money manager, 10.00 for each on its way, and 0.6 % proposed."""
    limited.agree(CLIENT, figures(EOM, rate="0.01"), starts=FIRST)
    limited.agree(CLIENT, figures(EOM, rate="0.005"), starts=FIRST, practice=limited.world[NUMBER].practice)
    limited.send("mallory", row(1, CLIENT, "10"))
    limited.send("mallory", (CLIENT, "10"), on=at(date(2025, 10, 7)))
    proposed(limited, rate="0.006")
    return limited


def become(desk, number, status):
    with in_role("owner"):
        change_status(account=desk.account(number), status=status, day=exchange_day(timezone.now()))


def end_past_the_trigger():
    """What the assignment was paid by stays as it was."""
    with in_role("owner"):
        with cursor() as cur:
            cur.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cur.execute("ALTER TABLE accounts_assignment DISABLE TRIGGER fees_assignment_ends")
        Assignment.unscoped.update(state="ended", ended_at=at(OCTOBER, 12))


def stands(desk):
    """Of Southbank and of the money manager: end of the schedule, end of the limit, state of the invoice."""
    found = []
    with in_role("owner"):
        for number in ("F900001", NUMBER):
            where = {"account__number": CLIENT, "practice_id": desk.world[number].practice_id}
            ends = [kind.unscoped.get(**where).ends for kind in (Schedule, InvoiceCap)]
            found.append((*ends, Invoice.unscoped.get(**where).state))
    return found


@pytest.mark.parametrize("number", [NUMBER, CLIENT])
def test_closing_either_account_ends_all_that_the_money_manager_is_paid(agreed, number):
    own = (None, None, "pending")
    assert stands(agreed) == [own, own]

    become(agreed, number, Status.CLOSED)

    today = exchange_day(timezone.now())
    assert stands(agreed) == [own, (today, today, "cancelled")]
    with in_role("owner"):
        assert Assignment.unscoped.get().state == "ended"
        assert Proposal.unscoped.get().state == "cancelled"
        assert Request.unscoped.get(kind="client_approval").status == "cancelled"

    become(agreed, number, Status.OPEN)
    assert stands(agreed) == [own, (today, today, "cancelled")]


def test_the_fees_end_after_the_last_day_that_a_night_has_billed(agreed):
    with in_role("owner"):
        run = Run.unscoped.create(day=JANUARY, state="running", started_at=at(JANUARY, 20, 30))
        RunStage.unscoped.create(run=run, name="accrue", ordinal=3, state="running")
    become(agreed, NUMBER, Status.CLOSED)
    ends = JANUARY + timedelta(days=1)
    assert stands(agreed) == [(None, None, "pending"), (ends, ends, "cancelled")]


def test_the_night_charges_nothing_more_for_a_closed_money_manager(agreed):
    become(agreed, NUMBER, Status.CLOSED)
    for day in (JANUARY, DUE):
        agreed.value(CLIENT, day, "250000")
        assert agreed.night(day).problem == ""
    own = agreed.world["F900001"].practice_id
    with in_role("owner"):
        for kind in ("fee", "sweep"):
            rows = Transfer.unscoped.filter(kind=kind, day=DUE).values_list("practice_id", "amount")
            assert list(rows) == [(own, D("188.49"))]


def test_what_was_proposed_for_it_is_signed_no_more(agreed):
    become(agreed, NUMBER, Status.CLOSED)
    before = fingerprint_of_rows()
    with in_role("owner"):
        waited = Proposal.unscoped.get()
    with pytest.raises(ProposalRefused, match="withdrawn"):
        signed(agreed, waited)
    assert fingerprint_of_rows() == before


def test_what_still_waited_is_refused_to_whoever_signs(desk):
    """Were a proposal not withdrawn: the signer sees no practice of a money manager, and is asked about it all the
    same."""
    sent = proposed(desk)
    end_past_the_trigger()
    before = fingerprint_of_rows()
    with pytest.raises(ProposalRefused, match="can be paid to"):
        signed(desk, sent)
    assert fingerprint_of_rows() == before


def test_a_money_manager_that_is_paid_without_an_assignment_is_named(agreed):
    assert money_managers_are_paid_while_assigned() == []
    end_past_the_trigger()
    with in_role("owner"):
        [found] = money_managers_are_paid_while_assigned()
    assert (found.firm_id, found.sentence.params) == (
        agreed.world[CLIENT].firm_id,
        {"count": 1, "sample": CLIENT},
    )


def test_the_database_takes_nothing_payable_to_a_money_manager_that_the_account_does_not_have(agreed):
    become(agreed, NUMBER, Status.CLOSED)
    become(agreed, NUMBER, Status.OPEN)
    before = fingerprint_of_rows()
    for kind, fields in (
        (Schedule, {"version": 9, "starts": DUE, "ends": None}),
        (InvoiceCap, {"version": 9, "starts": DUE, "ends": None}),
        (Invoice, {"business_day": DUE, "state": "pending"}),
        (Proposal, {"version": 9, "state": "draft"}),
    ):
        with in_role("owner"):
            row_of = kind.unscoped.filter(practice_id=agreed.world[NUMBER].practice_id).get()
            row_of.pk, row_of._state.adding = kind().pk, True
            for name, value in fields.items():
                setattr(row_of, name, value)
            with pytest.raises(IntegrityError, match="while the account is assigned"), transaction.atomic():
                row_of.save(force_insert=True)
    assert fingerprint_of_rows() == before
