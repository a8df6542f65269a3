"""Sending: a decrease applies by itself, an increase waits, one proposal at a time, nothing in the past."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Run, RunStage
from accounts.ground.writing import Forms, written_as
from fees.proposals.actions import ProposalRefused, cancel, draft
from fees.proposals.models import Proposal
from fees.schedules.models import RunSchedule, Schedule
from fees.schedules.rules import ScheduleRefused
from tests.fees.posting.nights import figures
from tests.fees.proposals.conftest import ANA, CHIDI, MONDAY, at, percent, wanted

BEFORE = ("automatic", date(2025, 1, 2), None)


def test_p27_a_decrease_applies_by_itself_under_the_authorization_that_stands(table):
    sent = table.propose("alice", ANA, wanted(percent("0.006")))

    assert (sent.state, sent.needs_signature, sent.starts) == ("approved", False, MONDAY)
    kept = table.kept()
    assert kept["schedules"] == [("automatic", date(2025, 1, 2), MONDAY), ("automatic", MONDAY, None)]
    assert kept["requests"] == [], "no pending item"
    with as_role("owner"):
        new = Schedule.unscoped.get(pk=sent.schedule_id)
        assert (new.signed_name, new.document_hash) == ("A Client", "0" * 64)
        assert str(RunSchedule.unscoped.get(schedule=new).rate) == "0.006000"


def test_the_text_to_sign_is_the_same_however_its_sender_reads_days_and_numbers(table):
    terms = wanted(percent("0.009"), figures("ANNUALFLATFEE", flat="1234567.5"))
    usual = table.propose("alice", ANA, terms)
    with written_as(Forms("day_first", "dot")), timezone.override("Asia/Tokyo"):
        odd = table.propose("alice", ANA, terms)

    assert "2025-10-06" in odd.document
    assert odd.document.split("\n")[2:] == usual.document.split("\n")[2:]


@pytest.mark.parametrize(
    "terms",
    [
        wanted(percent("0.0081")),
        wanted(percent("0.008", "PERCENTOFEQUITY_MONTHLY")),
        wanted(percent("0.008"), figures("ANNUALFLATFEE", flat="1")),
        wanted(percent("0.008"), cap_kind="PERCENTOFNLV_CAP", cap_rate="0.01"),
    ],
)
def test_an_increase_a_change_of_kind_an_addition_and_a_limit_wait_for_the_client(table, terms):
    sent = table.propose("alice", ANA, terms)

    assert (sent.state, sent.needs_signature) == ("proposed", True)
    assert table.kept()["schedules"] == [BEFORE]
    assert table.kept()["requests"] == ["awaiting_client"]


def test_p25_what_is_sent_after_the_cut_off_counts_for_the_next_business_day(table):
    early = table.propose("alice", ANA, wanted(percent("0.007")), on=at(hour=17, minute=44))
    late = table.propose("alice", ANA, wanted(percent("0.006")), on=at(hour=17, minute=46))

    assert (early.starts, late.starts) == (MONDAY, MONDAY + timedelta(days=1))


def test_a_saturday_counts_for_monday(table):
    saturday = date(2025, 10, 4)

    assert table.propose("alice", ANA, wanted(percent("0.007")), on=at(saturday)).starts == MONDAY


def test_a_day_that_a_night_has_billed_is_never_reached(table):
    table.value(ANA, MONDAY, "252000")
    table.accrue(MONDAY)
    with as_role("owner"):
        RunStage.unscoped.create(run=Run.unscoped.get(day=MONDAY), name="accrue", ordinal=3, state="running")

    assert table.propose("alice", ANA, wanted(percent("0.007"))).starts == MONDAY + timedelta(days=1)


def test_a_newer_proposal_replaces_the_one_that_waits(table):
    first = table.propose("alice", ANA, wanted(percent("0.009")))
    second = table.propose("alice", ANA, wanted(percent("0.010")), on=at(hour=13))

    kept = table.kept()
    assert kept["states"] == ["superseded", "proposed"]
    assert sorted(kept["requests"]) == ["awaiting_client", "cancelled"]
    assert (first.version, second.version) == (1, 2)


def test_an_agreed_rise_in_the_future_counts_too(table):
    """0.5 % from December is agreed; 0.7 % today would be a decrease now and a rise in December."""
    table.propose("alice", ANA, wanted(percent("0.005"), asked_start=date(2025, 12, 1)))

    assert table.propose("alice", ANA, wanted(percent("0.007"))).state == "proposed"


def test_no_automatic_fee_without_a_signed_authorization(table):
    """Chidi has agreed nothing: even a flat fee of one dollar is signed for."""
    with as_role("owner"):
        account = table.account(CHIDI)
        assert not Schedule.unscoped.filter(account=account).exists()

    sent = table.propose("bob", CHIDI, wanted(figures("ANNUALFLATFEE", flat="1")))

    assert sent.state == "proposed"
    assert len(table.kept()["schedules"]) == 1, "Ana's alone"


def test_billing_directly_needs_no_signature(table):
    sent = table.propose("alice", ANA, wanted(strategy="direct"))

    assert (sent.state, table.kept()["schedules"][-1]) == ("approved", ("direct", MONDAY, None))


def test_charges_move_to_the_advisor_freely_and_back_only_with_a_signature(table):
    there = table.propose("alice", ANA, wanted(percent("0.008"), commissions_to_master=True))
    back = table.propose("alice", ANA, wanted(percent("0.008")), on=at(hour=13))

    assert (there.state, back.state) == ("approved", "proposed")


@pytest.mark.parametrize(
    ("terms", "field", "key"),
    [
        (wanted(percent("0.008")), "components", "no_change"),
        (wanted(percent("1.01")), "components.0.rate", "too_high"),
        (wanted(percent("0.009"), asked_start=date(2025, 10, 3)), "asked_start", "in_the_past"),
        (wanted(percent("0.009"), asked_start=date(2027, 10, 6)), "asked_start", "too_far"),
        (wanted(percent("0.009"), percent("0.009", "PERCENTOFEQUITY")), "components", "several_nlv"),
        (wanted(), "components", "required"),
        (wanted(percent("0.009"), cap_kind="", cap_rate="0.01"), "cap_kind", "required"),
        (wanted(percent("0.009"), cap_kind="PERCENTOFNLV_CAP", cap_rate="2"), "cap_rate", "too_high"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_moves(table, terms, field, key):
    with pytest.raises(ScheduleRefused) as refused:
        table.propose("alice", ANA, terms)

    assert (field, key) in [(one.field, one.key) for one in refused.value.problems]
    kept = table.kept()
    assert (kept["states"], kept["schedules"], kept["requests"]) == ([], [BEFORE], [])


def test_a_draft_is_changed_until_it_is_sent(table):
    with table.acting("alice") as who:
        account = table.account(ANA)
        first = draft(who=who, account=account, wanted=wanted(percent("0.009")), at=at())
        again = draft(who=who, account=account, wanted=wanted(percent("0.010")), at=at())
    sent = table.propose("alice", ANA, wanted(percent("0.011")))

    assert first.pk == again.pk == sent.pk
    assert table.kept()["states"] == ["proposed"]


def test_a_cancelled_proposal_cannot_be_signed(table):
    sent = table.propose("alice", ANA, wanted(percent("0.010")))
    with table.acting("alice") as who:
        cancel(who=who, proposal=sent, at=at())

    with pytest.raises(ProposalRefused, match="withdrawn"):
        table.sign("ana", sent)

    assert table.kept()["schedules"] == [BEFORE]
    assert table.kept()["requests"] == ["cancelled"]


def test_the_text_says_the_terms_the_money_and_has_its_hash(table):
    from hashlib import sha256

    sent = table.propose("alice", ANA, wanted(percent("0.010")))

    # 252,000 x 0.8 % and 1.0 % over 21 of 252 days: 168.00 and 210.00.
    assert "168.00" in sent.document and "210.00" in sent.document
    assert "1 % a year" in sent.document
    assert sent.document_hash == sha256(sent.document.encode()).hexdigest()
    with as_role("owner"):
        assert Proposal.unscoped.get(pk=sent.pk).document == sent.document
