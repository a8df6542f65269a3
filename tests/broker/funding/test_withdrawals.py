"""Withdrawals: holds and consent (TRX-3, TRX-4), cancelling (TRX-5), what is available, limits by device (SEC-5)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.queries import free_cash
from accounts.broker.funding.rules import NEXT, FundingConflict, FundingProblem, hold_end
from accounts.broker.funding.sending import go_on_due, send_due
from accounts.ground.access.context import acting
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from portal.lib.exchange import EXCHANGE_ZONE
from tests.broker.flex import DAY
from tests.broker.funding.conftest import FRIDAY
from tests.broker.funds.test_funds import charge


def now(found):
    return FundingRequest.unscoped.get(pk=found.pk)


def step(world, name, action, found, **more):
    with acting(world.users[name].pk) as who:
        return getattr(actions, action)(who=who, found=found, **more)


def letters():
    rows = OutboxMessage.unscoped.filter(natural_key__startswith="funding ").order_by("created_at", "natural_key")
    return [(row.recipient.split("@")[0], row.subject) for row in rows]


def test_trx_3_above_80_percent_is_held_three_days_and_less_until_the_next_business_day(till, world):
    till.cash("U1000001", "10000")
    large = till.withdraw("ana", "U1000001", "8000.01")
    assert (large.status, large.hold_until) == ("pending_advisor", datetime(2026, 5, 4, 12, tzinfo=EXCHANGE_ZONE))
    step(world, "ana", "cancel", large, reason="smaller", at=FRIDAY)
    small = till.withdraw("ana", "U1000001", "7999.99")
    assert (small.status, small.hold_until) == ("pending_advisor", datetime(2026, 5, 4, tzinfo=EXCHANGE_ZONE))

    assert go_on_due(at=datetime(2026, 5, 3, 23, 59, 59, tzinfo=EXCHANGE_ZONE)) == 0
    assert now(small).status == "pending_advisor"
    assert go_on_due(at=datetime(2026, 5, 4, tzinfo=EXCHANGE_ZONE)) == 1
    released = now(small)
    assert (released.status, released.consented_by) == ("pending", None)
    assert released.released_at == datetime(2026, 5, 4, tzinfo=EXCHANGE_ZONE)
    assert go_on_due(at=datetime(2026, 5, 5, tzinfo=EXCHANGE_ZONE)) == 0


def test_trx_3_the_long_hold_ends_at_noon_on_monday(till, world):
    till.cash("U1000001", "10000")
    large = till.withdraw("ana", "U1000001", "8000.01")
    assert go_on_due(at=datetime(2026, 5, 4, 11, 59, 59, tzinfo=EXCHANGE_ZONE)) == 0
    assert go_on_due(at=datetime(2026, 5, 4, 12, tzinfo=EXCHANGE_ZONE)) == 1
    assert now(large).status == "pending"


def test_exactly_80_percent_is_not_above_it(world):
    ends = hold_end(amount=Decimal(8000), available=Decimal(10000), at=FRIDAY, days=calendar())
    assert ends == datetime(2026, 5, 4, tzinfo=EXCHANGE_ZONE)


def test_trx_4_with_consent_it_goes_on_at_that_moment(till, world):
    till.cash("U1000001", "10000")
    asked = till.withdraw("ana", "U1000001", "8000.01")
    told = {("alice", "A withdrawal waits for your consent"), ("ana", "A withdrawal was asked for")}
    assert set(letters()) == told
    one_o_clock = datetime(2026, 5, 1, 13, tzinfo=EXCHANGE_ZONE)

    done = step(world, "alice", "consent", asked, at=one_o_clock)

    assert (done.status, done.released_at, done.consented_by) == ("pending", one_o_clock, world.users["alice"].pk)
    assert send_due(at=one_o_clock) == 1
    assert (now(asked).status, now(asked).sent_at) == ("processed", one_o_clock)


def test_an_advisor_cannot_refuse_and_an_owner_cannot_consent(till, world):
    till.cash("U1000001", "10000")
    asked = till.withdraw("ana", "U1000001", "100")
    with pytest.raises(FundingConflict):
        step(world, "alice", "cancel", asked, reason="no", at=FRIDAY)
    with pytest.raises(FundingConflict):
        step(world, "ana", "consent", asked, at=FRIDAY)
    assert now(asked).status == "pending_advisor"


def test_trx_5_what_is_sent_cannot_be_cancelled_and_a_reason_is_asked_for(till, world):
    till.cash("U1000001", "10000")
    asked = till.withdraw("ana", "U1000001", "100")
    for reason in ("", "   ", "x" * 257):
        with pytest.raises(FundingProblem):
            step(world, "ana", "cancel", asked, reason=reason, at=FRIDAY)
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    with pytest.raises(FundingConflict):
        step(world, "ana", "cancel", asked, reason="too late", at=FRIDAY)
    assert now(asked).status == "processed"


def test_what_is_promised_away_is_not_available_twice(till, world):
    till.cash("U1000001", "1000")
    first = till.withdraw("ana", "U1000001", "600")
    with pytest.raises(FundingProblem, match=r"Only 400\.00"):
        till.withdraw("ana", "U1000001", "400.01")
    till.withdraw("ana", "U1000001", "400")
    with pytest.raises(FundingProblem, match=r"Only 0\.00"):
        till.withdraw("ana", "U1000001", "0.01")
    step(world, "ana", "cancel", first, reason="not now", at=FRIDAY)
    assert till.withdraw("ana", "U1000001", "600").available == Decimal(600)


def test_without_a_statement_nothing_leaves(till):
    with pytest.raises(FundingProblem, match=r"Only 0\.00"):
        till.withdraw("ana", "U1000001", "1")


def test_asking_twice_with_one_key_is_one_request(till):
    till.cash("U1000001", "1000")
    first = till.withdraw("ana", "U1000001", "600")
    again = till.withdraw("ana", "U1000001", "600", key=first.key)
    assert again.pk == first.pk
    assert FundingRequest.unscoped.count() == 1


def test_one_key_with_another_wish_is_refused(till, world):
    till.cash("U1000001", "1000")
    bank, other = till.bank("ana", "U1000001"), till.bank("ana", "U1000001", name="Other").bank
    first = till.withdraw("ana", "U1000001", "100", method="WIRE", bank=bank.bank)
    same = {"key": first.key, "method": "WIRE", "bank": bank.bank}
    assert till.withdraw("ana", "U1000001", "100.00", **same).pk == first.pk
    for amount, more in (("200", {}), ("100", {"bank": other}), ("100", {"method": "CHECK", "bank": None})):
        with pytest.raises(FundingConflict, match="sent before"):
            till.withdraw("ana", "U1000001", amount, **{**same, **more})
    with pytest.raises(FundingConflict, match="sent before"):
        till.deposit("ana", "U1000001", "100", key=first.key)
    with pytest.raises(FundingConflict, match="sent before"):
        till.withdraw("ken", "U1000002", "100", key=till.deposit("ken", "U1000002", "100").key)
    with acting(world.users["ana"].pk) as who:
        asked = {"who": who, "account": world["U1000001"], "key": bank.key, "factor": "phone", "at": FRIDAY}
        typed = ("Savings", "WIRE", "Corner Bank", "The Holder", "021000021")
        assert actions.save_bank(bank=actions.BankAsked(*typed, "12345678"), **asked).pk == bank.pk
        with pytest.raises(FundingConflict, match="sent before"):
            actions.save_bank(bank=actions.BankAsked(*typed, "12345679"), **asked)
    assert FundingRequest.unscoped.filter(kind="withdrawal").count() == 1


def test_sec_5_limits_are_those_of_the_day_of_confirming(till, world):
    till.cash("U1000001", "5000000")
    evening, morning = (datetime(2026, 4, 30, 23, tzinfo=EXCHANGE_ZONE), FRIDAY - timedelta(hours=11))
    asked = [till.withdraw("ana", "U1000001", "50000", factor="password", at=evening) for _turn in range(2)]
    assert [one.counts_on for one in asked] == [evening.date()] * 2
    done = step(world, "ana", "confirm", asked[0], number=actions.number_of(asked[0]), at=morning)
    assert done.counts_on == FRIDAY.date()
    with pytest.raises(FundingProblem, match="50,000"):
        step(world, "ana", "confirm", asked[1], number=actions.number_of(asked[1]), at=morning)
    with pytest.raises(FundingProblem, match="50,000"):
        till.withdraw("ana", "U1000001", "1", factor="password", at=FRIDAY)


def test_sec_5_what_waits_for_its_number_ends_after_a_day(till, world):
    till.cash("U1000001", "5000000")
    asked = till.withdraw("ana", "U1000001", "50000", factor="password")
    step(world, "ana", "resend", asked, at=FRIDAY + timedelta(hours=23))
    a_day = FRIDAY + timedelta(days=1)
    with pytest.raises(FundingConflict, match="counted for a day"):
        step(world, "ana", "confirm", asked, number=actions.number_of(now(asked)), at=a_day)
    assert go_on_due(at=a_day - timedelta(seconds=1)) == 0
    assert go_on_due(at=a_day) == 1
    assert now(asked).status == "expired"
    bank = till.bank("ana", "U1000001", factor="password")
    with pytest.raises(FundingConflict, match="counted for a day"):
        step(world, "ana", "confirm", bank, number=actions.number_of(bank), at=a_day)
    step(world, "ana", "resend", bank, at=a_day)
    assert step(world, "ana", "confirm", bank, number=actions.number_of(now(bank)), at=a_day).status == "approved"


def test_sec_5_a_weekend_counts_with_its_monday(till):
    till.cash("U1000001", "5000000")
    till.withdraw("ana", "U1000001", "200000", factor="text", at=FRIDAY)
    till.withdraw("ana", "U1000001", "200000", factor="text", at=FRIDAY + timedelta(days=1))
    for days in (2, 3):
        with pytest.raises(FundingProblem, match="a day"):
            till.withdraw("ana", "U1000001", "1", factor="text", at=FRIDAY + timedelta(days=days))


def test_what_an_account_may_no_longer_pay_its_number_does_not_confirm(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100", factor="password")
    world["U1000001"].status = "C"
    world["U1000001"].closed_on = FRIDAY.date()
    world["U1000001"].save(update_fields=["status", "closed_on"])
    with pytest.raises((FundingProblem, Http404, PermissionDenied)):
        step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)
    assert now(asked).status == "pending_confirmation"


def test_fees_that_the_broker_has_not_booked_are_not_free_whoever_asks(till, world):
    till.cash("U2000001", "1000", day=DAY)
    charge(world["U2000001"], "300", DAY)
    charge(world["U2000001"], "50", DAY)
    asked = datetime(2026, 3, 2, 12, tzinfo=EXCHANGE_ZONE)
    for name in ("bob", "chidi"):
        with pytest.raises(FundingProblem, match=r"Only 650\.00"):
            till.withdraw(name, "U2000001", "650.01", at=asked)
    with acting(world.users["ana"].pk) as who:
        assert who is not None
        assert free_cash(world["U2000001"], "USD", day=DAY).as_of is None


def test_a_reimbursement_is_no_cash_before_it_is_booked(till, world):
    till.cash("U2000001", "1000", day=DAY)
    charge(world["U2000001"], "300", DAY, kind="reimburse")
    with pytest.raises(FundingProblem, match=r"Only 1,000\.00"):
        till.withdraw("bob", "U2000001", "1000.01", at=datetime(2026, 3, 2, 12, tzinfo=EXCHANGE_ZONE))


def test_sec_5_texts_carry_200_000_a_day_and_a_card_anything(till):
    till.cash("U1000001", "5000000")
    till.withdraw("ana", "U1000001", "150000", factor="text")
    with pytest.raises(FundingProblem, match="200,000"):
        till.withdraw("ana", "U1000001", "60000", factor="text")
    assert FundingRequest.unscoped.count() == 1
    assert till.withdraw("ana", "U1000001", "60000", factor="card").usd == Decimal(60000)
    till.withdraw("ana", "U1000001", "3000000", factor="card")


def test_sec_5_five_business_days_count_together(till):
    till.cash("U1000001", "5000000")
    # Friday to Thursday are five business days; on the Friday after, the first Friday is past.
    days = [FRIDAY + timedelta(days=days) for days in (0, 3, 4)]
    for day in days:
        till.withdraw("ana", "U1000001", "200000", factor="text", at=day)
    with pytest.raises(FundingProblem, match="600,000"):
        till.withdraw("ana", "U1000001", "0.01", factor="text", at=FRIDAY + timedelta(days=6))
    till.withdraw("ana", "U1000001", "200000", factor="text", at=FRIDAY + timedelta(days=7))


def test_sec_5_other_currencies_count_in_us_dollars(till, monkeypatch):
    till.cash("U1000001", "1000000", currency="EUR")
    with pytest.raises(FundingProblem, match="No rate of EUR"):
        till.withdraw("ana", "U1000001", "1", currency="EUR")
    monkeypatch.setattr("accounts.broker.funding.checking.rates", lambda wanted: dict.fromkeys(wanted, Decimal("1.25")))
    till.withdraw("ana", "U1000001", "160000", factor="text", currency="EUR")
    assert FundingRequest.unscoped.get().usd == Decimal(200000)
    with pytest.raises(FundingProblem, match="200,000"):
        till.withdraw("ana", "U1000001", "1", factor="text", currency="EUR")


def test_by_ach_without_a_device_only_the_first_20_000_leave(till, world):
    till.cash("U1000001", "1000000")
    bank = till.bank("ana", "U1000001", method="ACH").bank
    first = till.withdraw("ana", "U1000001", "20000", factor="password", method="ACH", bank=bank)
    step(world, "ana", "confirm", first, number=actions.number_of(first), at=FRIDAY)
    with pytest.raises(FundingProblem, match="20,000"):
        till.withdraw("ana", "U1000001", "1", factor="password", method="ACH", bank=bank)


def test_without_a_device_a_mailed_number_confirms(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "900", factor="password")
    assert (asked.status, asked.hold_until) == ("pending_confirmation", None)
    mail = OutboxMessage.unscoped.get(natural_key__startswith="funding number")
    assert actions.number_of(asked) in mail.body and mail.recipient == "ana@example.test" and mail.is_secret
    # It reserves nothing until then.
    other = till.withdraw("ana", "U1000001", "500")
    for wrong in ("", "00000000", "x"):
        with pytest.raises(FundingProblem):
            step(world, "ana", "confirm", asked, number=wrong, at=FRIDAY)
    with pytest.raises(FundingProblem, match=r"Only 500\.00"):
        step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)
    step(world, "ana", "cancel", other, reason="no", at=FRIDAY)

    done = step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)

    assert (done.status, done.hold_until) == ("pending_advisor", FRIDAY + timedelta(days=3))


def test_another_number_ends_the_earlier_one(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100", factor="password")
    old = actions.number_of(asked)
    with pytest.raises(FundingConflict, match="a moment ago"):
        step(world, "ana", "resend", asked, at=FRIDAY + timedelta(seconds=29))
    step(world, "ana", "resend", asked, at=FRIDAY + timedelta(seconds=30))
    assert OutboxMessage.unscoped.filter(natural_key__startswith="funding number").count() == 2
    with pytest.raises(FundingProblem):
        step(world, "ana", "confirm", asked, number=old, at=FRIDAY)
    step(world, "ana", "confirm", asked, number=actions.number_of(now(asked)), at=FRIDAY)


def test_numbers_are_mailed_less_and_less_often_and_few_an_hour(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "1", factor="password")
    mailed = []
    for second in range(0, 3600, 10):
        try:
            step(world, "ana", "resend", now(asked), at=FRIDAY + timedelta(seconds=second))
        except FundingConflict:
            continue
        mailed.append(second)
    assert mailed == [30, 90, 270, 810, 2430]
    for _more in range(9):
        till.withdraw("ana", "U1000001", "1", factor="password", at=FRIDAY + timedelta(hours=1))
    with pytest.raises(FundingConflict, match="in an hour"):
        till.withdraw("ana", "U1000001", "1", factor="password", at=FRIDAY + timedelta(hours=1))
    assert till.withdraw("ana", "U1000001", "1", at=FRIDAY + timedelta(hours=1)).status == "pending_advisor"


def test_an_advisor_with_the_core_authority_asks_and_the_client_approves(till, world):
    till.cash("U2000001", "1000")
    asked = till.withdraw("bob", "U2000001", "900")
    assert (asked.status, letters()) == ("pending_verification", [("chidi", "Your advisor asks to move money")])
    assert Request.unscoped.get(kind="funding").status == "awaiting_client"
    assert send_due(at=FRIDAY) == 0
    with pytest.raises(FundingProblem, match=r"Only 100\.00"):
        till.withdraw("chidi", "U2000001", "101")

    done = step(world, "chidi", "verify", asked, accepts=True, at=FRIDAY)

    assert (done.status, done.verified_by) == ("pending", world.users["chidi"].pk)
    again = till.withdraw("bob", "U2000001", "100")
    assert step(world, "chidi", "verify", again, accepts=False, at=FRIDAY).status == "rejected"
    assert Request.unscoped.filter(kind="funding", finished_at=None).count() == 1


def test_with_the_streamlined_authority_an_advisor_needs_no_approval(till, world):
    till.cash("U2000001", "1000")
    till.streamline("bob", "chidi", "U2000001")
    assert till.withdraw("bob", "U2000001", "900").status == "pending"


def test_the_database_knows_the_same_steps(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100")
    rows = FundingRequest.unscoped.filter(pk=asked.pk)
    more = {"ended_at": FRIDAY, "reason": "x", "released_at": FRIDAY}
    for status in ("completed", "approved", "processed", "rejected", "expired", "pending_verification"):
        assert status not in NEXT["pending_advisor"]
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(status=status, **more)
    for fact in ({"amount": 1}, {"account": world["U1000002"]}, {"usd": 1}, {"method": "WIRE"}, {"asked_by": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**fact)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
