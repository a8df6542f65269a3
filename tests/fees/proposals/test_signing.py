"""Signing: what was shown is put into force with its circumstances; stale, late and other people's are refused."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.ground.access.context import as_role
from accounts.ground.notifications.models import Notification
from fees.invoicing.models import InvoiceCap
from fees.proposals.actions import ProposalRefused
from fees.proposals.models import Proposal, Signature
from fees.proposals.signing import decline
from fees.schedules.models import RunSchedule, Schedule
from portal.lapsing import lapse_due
from tests.fees.posting.nights import figures, ranges
from tests.fees.posting.test_trades import key, per_trade
from tests.fees.proposals.conftest import ANA, CHIDI, MONDAY, at, percent, wanted

BEFORE = ("automatic", date(2025, 1, 2), None)
TUESDAY = MONDAY + timedelta(days=1)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def waiting(table):
    return table.propose("alice", ANA, wanted(percent("0.010")))


def test_the_clients_hand_puts_it_into_force(table, waiting):
    signed = table.sign("ana", waiting, on=at(TUESDAY), hand={"address": "192.0.2.7", "agent": "Browser"})

    assert (signed.state, signed.starts) == ("approved", TUESDAY)
    assert table.kept()["schedules"] == [("automatic", date(2025, 1, 2), TUESDAY), ("automatic", TUESDAY, None)]
    assert table.kept()["requests"] == ["approved"]
    with as_role("owner"):
        kept = Signature.unscoped.get(proposal=waiting)
        schedule = Schedule.unscoped.get(pk=signed.schedule_id)
        assert (kept.name, kept.address, kept.agent, kept.username) == ("Ana Ruiz", "192.0.2.7", "Browser", "ana")
        assert (schedule.signed_name, schedule.signed_at) == ("Ana Ruiz", at(TUESDAY))
        assert kept.document_hash == schedule.document_hash == waiting.document_hash
        assert str(RunSchedule.unscoped.get(schedule=schedule).rate) == "0.010000"


def test_the_night_bills_what_was_signed(table, waiting):
    """252,000 at 0.8 % until the 5th and 1.0 % from the 6th: 3 and 20 of October's 23 business days.

    252,000 / 252 x (0.008 x 3 + 0.010 x 20) = 1,000 x 0.224 = 224.00.
    """
    table.sign("ana", waiting)
    last = date(2025, 10, 31)
    table.value(ANA, last, "252000")
    table.night(last)

    from fees.posting.models import Charge

    with as_role("owner"):
        rows = Charge.unscoped.filter(account__number=ANA, period_end_day=last)
        assert [str(one.amount) for one in rows] == ["224.00"]


@pytest.mark.parametrize(("hour", "minute", "first"), [(17, 44, MONDAY), (17, 45, TUESDAY), (17, 46, TUESDAY)])
def test_p25_the_cut_off_decides_the_day(table, waiting, hour, minute, first):
    assert table.sign("ana", waiting, on=at(hour=hour, minute=minute)).starts == first


def test_a_later_day_is_kept(table):
    sent = table.propose("alice", ANA, wanted(percent("0.010"), asked_start=date(2025, 12, 1)))

    assert table.sign("ana", sent).starts == date(2025, 12, 1)


def test_ranges_a_flat_fee_and_a_limit_are_signed_together(table):
    blended = figures(
        "BLENDEDPERCENTOFEQUITY_EOM", ranges=ranges(("0", "1000000", "0.01"), ("1000000", None, "0.0075"))
    )
    flat = figures("ANNUALFLATFEE_MONTHLY", flat="6000.50")
    sent = table.propose(
        "alice", ANA, wanted(blended, flat, cap_kind="PERCENTOFNLV_CAP", cap_rate="0.02", other_fees_to_master=True)
    )

    signed = table.sign("ana", sent)

    with as_role("owner"):
        schedule = Schedule.unscoped.get(pk=signed.schedule_id)
        assert schedule.other_fees_to_master
        assert RunSchedule.unscoped.filter(schedule=schedule).count() == 2
        cap = InvoiceCap.unscoped.get(pk=signed.cap_id)
        assert (str(cap.rate), cap.signed_name, cap.starts) == ("0.020000", "Ana Ruiz", MONDAY)


def test_a_second_levels_client_signs_what_the_top_level_proposes(table):
    sent = table.propose("alice", CHIDI, wanted(percent("0.002")))

    assert table.sign("chidi", sent, by="Chidi Okafor").state == "approved"
    assert table.kept()["schedules"][-1] == ("automatic", MONDAY, None)


@pytest.mark.parametrize("still", [True, False])
@pytest.mark.parametrize(("number", "name"), [(ANA, "ana"), (CHIDI, "chidi")])
def test_futures_of_an_american_are_signed_while_the_payee_is_registered(table, number, name, still):
    """Chidi is a second level's client, and never sees the top level that he would pay."""
    practice, party = table.world[ANA].practice, table.world.parties[name]

    def register(is_registered: bool) -> None:
        practice.is_commodity_registered, party.residence = is_registered, "USA"
        with as_role("owner"):
            practice.save(update_fields=["is_commodity_registered"])
            party.save(update_fields=["residence"])

    register(True)
    terms = per_trade(key("ticket", "2", asset_class="FUT"))
    sent = table.propose("alice", number, wanted(terms))
    before = table.kept()
    register(still)

    if still:
        assert table.sign(name, sent).state == "approved"
        return
    with pytest.raises(ProposalRefused):
        table.sign(name, sent)
    assert table.kept() == before


def test_a_drawing_is_kept_within_bounds(table, waiting):
    with pytest.raises(ProposalRefused, match="too large"):
        table.sign("ana", waiting, hand={"drawing": PNG + b"0" * 60_000})
    with pytest.raises(ProposalRefused, match="Draw"):
        table.sign("ana", waiting, hand={"drawing": b"<svg onload=alert(1)>"})
    assert table.kept()["signatures"] == []

    table.sign("ana", waiting, hand={"drawing": PNG + b"0" * 100})

    with as_role("owner"):
        assert bytes(Signature.unscoped.get().drawing) == PNG + b"0" * 100


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"seen": "0" * 64}, "another version"),
        ({"on": at(date(2026, 1, 5))}, "expired"),
        ({"by": "  "}, "full name"),
        ({"by": "123"}, "full name"),
    ],
)
def test_a_refused_signature_moves_nothing(table, waiting, more, words):
    with pytest.raises(ProposalRefused, match=words):
        table.sign("ana", waiting, **more)

    kept = table.kept()
    assert (kept["states"], kept["schedules"], kept["signatures"]) == (["proposed"], [BEFORE], [])
    assert kept["requests"] == ["awaiting_client"]


def test_the_last_day_of_the_offer_still_counts(table, waiting):
    """Ninety days from 6 October end on 4 January 2026, a Sunday; the Friday before is in time."""
    assert waiting.expires_on == date(2026, 1, 4)
    assert table.sign("ana", waiting, on=at(date(2026, 1, 2))).state == "approved"


def test_a_replaced_one_is_refused_with_a_sentence(table, waiting):
    table.propose("alice", ANA, wanted(percent("0.011")), on=at(hour=13))

    with pytest.raises(ProposalRefused, match="replaced by a newer one"):
        table.sign("ana", waiting)

    assert table.kept()["schedules"] == [BEFORE]


def test_declining_keeps_what_applied_before(table, waiting):
    with table.acting("ana") as who:
        decline(who=who, proposal=waiting, reason="Too dear", at=at())

    kept = table.kept()
    assert (kept["states"], kept["schedules"], kept["requests"]) == (["declined"], [BEFORE], ["rejected"])
    with pytest.raises(ProposalRefused, match="declined"):
        table.sign("ana", waiting)


@pytest.mark.parametrize("name", ["alice", "ken", "chidi", "bob", "nina"])
def test_nobody_else_can_sign_even_past_the_first_wall(table, waiting, name):
    with pytest.raises((DatabaseError, Proposal.DoesNotExist)), transaction.atomic():
        table.sign(name, waiting)

    assert table.kept()["signatures"] == []
    assert table.kept()["schedules"] == [BEFORE]


@pytest.mark.parametrize("change", [{"rate": "0.0001"}, {"strategy": "none"}])
def test_the_wall_lets_a_client_write_only_what_was_proposed(table, waiting, change, monkeypatch):
    """A client's login that is told to agree something else is refused by the database."""
    from fees.proposals import signing

    real = signing.put_into_force

    def forged(**kwargs):
        if "rate" in change:
            kwargs["proposal"].components[0]["rate"] = change["rate"]
        if "strategy" in change:
            kwargs["proposal"].strategy, kwargs["proposal"].components = "none", []
        return real(**kwargs)

    monkeypatch.setattr(signing, "put_into_force", forged)
    with pytest.raises(DatabaseError), transaction.atomic():
        table.sign("ana", waiting)

    assert table.kept()["schedules"] == [BEFORE]


def test_what_nobody_answers_ends_by_the_clock(table, waiting):
    """On offer for ninety days, up to 4 January, a Sunday: signed after Friday's cut-off it would be of Monday."""
    assert lapse_due(at=at(date(2026, 1, 2), 17, 44))["fee proposals"] == 0
    assert lapse_due(at=at(date(2026, 1, 2), 17, 45))["fee proposals"] == 1
    assert lapse_due(at=at(date(2026, 1, 2), 17, 46))["fee proposals"] == 0

    assert table.kept()["requests"] == ["expired"]
    assert table.kept()["schedules"] == [BEFORE]
    with as_role("owner"):
        assert Proposal.unscoped.get().state == "expired"
        assert Notification.unscoped.filter(title="A fee proposal has expired").count() == 1
    with pytest.raises(ProposalRefused):
        table.sign("ana", waiting, on=at(date(2026, 1, 2), 17, 50))
