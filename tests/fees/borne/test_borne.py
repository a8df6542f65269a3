"""Commissions and other fees of the broker that an advisor offered to pay: the USD 1,000 rule at each posting."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account
from fees.borne.models import BorneCharge
from fees.borne.rules import story
from fees.headroom.queries import windows
from fees.proofs.words import tell
from fees.reimbursements.night import _FUNDS
from tests.fees.adjustments.test_trades import instead
from tests.fees.posting.nights import figures
from tests.fees.posting.test_late_trades import file_of
from tests.fees.posting.test_seal import tamper
from tests.fees.posting.test_trades import trade

ANA, CHIDI, DANA, NORTHGATE, LAKESIDE = "U1000001", "U2000001", "U3000001", "F100001", "F200003"
DAY, NEXT = date(2025, 9, 29), date(2025, 9, 30)


def offer(nights, number, *, commissions=True, other=False):
    """The advisor charges a fee and pays the broker's charges."""
    nights.agree(
        number, figures("ANNUALFLATFEE", flat="2.52"), starts=DAY, commissions_to_master=commissions,
        other_fees_to_master=other,
    )  # fmt: skip
    nights.values(number, "100000", DAY, NEXT)


def commission(nights, amount, *, key="1", number=ANA, day=DAY, currency="USD"):
    trade(nights, day, number=number, key=key, commission=f"-{amount}", commission_currency=currency)


def rate(code, base, number, day=DAY):
    with as_role("owner"), cursor() as cur:
        cur.execute("INSERT INTO broker_fxrate VALUES (%s, %s, %s, %s, 0)", [day, code, base, number])


def paid():
    return list(BorneCharge.unscoped.order_by("place").values_list("amount", "payer"))


@pytest.mark.parametrize(("balance", "payer"), [("999.99", "client"), ("1000.00", "master")])
def test_d28_a_commission_of_two_at_999_99_and_at_1000(nights, balance, payer):
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, balance)
    commission(nights, "2.00")

    assert nights.night(DAY).problem == ""

    assert paid() == [(Decimal("2.00"), payer)]
    moved = Transfer.unscoped.filter(kind="borne").values_list("amount", "account__number", "debit__kind")
    assert list(moved) == ([(Decimal("2.00"), ANA, "payee")] if payer == "master" else [])


def test_each_posting_finds_what_those_before_it_have_left(nights):
    """1,005.00 pays 4.00 and leaves 1,001.00, which pays 2.00 and leaves 999.00: the third is the client's."""
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "1005.00")
    for key, amount in (("1", "4.00"), ("2", "2.00"), ("3", "1.00")):
        commission(nights, amount, key=key)

    assert nights.night(DAY).problem == ""

    assert paid() == [(Decimal("4.00"), "master"), (Decimal("2.00"), "master"), (Decimal("1.00"), "client")]
    said = [" ".join(tell(one) for one in story(row)) for row in BorneCharge.unscoped.order_by("place")]
    assert said[1].endswith("had 1,001.00 USD before it. That is at least 1,000 USD, so the advisor paid it.")
    assert said[2].endswith("had 999.00 USD before it. That is less than 1,000 USD, so the client paid it.")


def test_what_the_advisor_paid_is_not_there_to_be_given_back(nights):
    """1,005.00 told by the broker, less the 4.00 that no statement has shown yet."""
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "1005.00")
    commission(nights, "4.00")
    nights.night(DAY)

    with as_role("owner"), cursor() as cur:
        practice = Account.unscoped.get(number=ANA).practice_id
        cur.execute(_FUNDS, {"practice": practice, "currency": "USD", "day": DAY})
        assert cur.fetchone() == (Decimal("1001.00"),)


@pytest.mark.parametrize(("balance", "payer"), [("920.00", "master"), ("909.09", "client")])
def test_a_master_in_euro_is_measured_at_the_days_rate(nights, balance, payer):
    """920.00 × 1.10 is 1,012.00 USD; 909.09 × 1.10 is 999.999."""
    offer(nights, DANA)
    rate("EUR", "USD", "1.10")
    nights.cash(LAKESIDE, DAY, balance)
    commission(nights, "2.00", number=DANA)

    assert nights.night(DAY).problem == ""

    assert paid() == [(Decimal("2.00"), payer)]


def test_without_a_rate_the_client_pays_and_is_told_why(nights):
    offer(nights, DANA)
    nights.cash(LAKESIDE, DAY, "5000.00")
    commission(nights, "2.00", number=DANA)

    assert nights.night(DAY).problem == ""

    assert paid() == [(Decimal("2.00"), "client")]
    assert "no exchange rate" in tell(story(BorneCharge.unscoped.get())[0])


def test_only_what_was_offered_is_paid_and_only_while_it_was(nights):
    """Market data is not a commission, and the day before the agreement is not in it."""
    offer(nights, ANA, commissions=False, other=True)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "2.00")
    fee(nights, DAY, "-10.50", key="1")
    fee(nights, date(2025, 9, 26), "-10.50", key="2")
    fee(nights, DAY, "3.00", key="3")

    assert nights.night(DAY).problem == ""

    assert paid() == [(Decimal("10.50"), "master")]
    assert BorneCharge.unscoped.get().description == "MARKET DATA"


def test_a_statement_that_comes_again_or_late_asks_once(nights):
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "2.00")
    nights.night(DAY)
    commission(nights, "2.00")
    commission(nights, "3.00", key="late")

    assert nights.night(NEXT).problem == ""

    rows = BorneCharge.unscoped.order_by("day").values_list("amount", "day")
    assert list(rows) == [(Decimal("2.00"), DAY), (Decimal("3.00"), NEXT)]


def test_what_a_correction_took_the_place_of_comes_back_to_the_advisor(nights):
    """1.00 was taken, taken back, and 1.50 taken instead: 1.50 in all."""
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "1.00")
    assert nights.night(DAY).problem == ""
    instead(nights, DAY, kind="TradeCancel", number="8", quantity="-100", commission="1")
    instead(nights, DAY, kind="TradeCorrect", commission="-1.5", with_last=True)

    assert nights.night(NEXT).problem == ""

    rows = BorneCharge.unscoped.order_by("day", "place").values_list("amount", "payer", "revision")
    assert list(rows) == [
        (Decimal("1.00"), "master", 0),
        (Decimal("-1.00"), "master", 1),
        (Decimal("1.50"), "master", 0),
    ]
    moved = Transfer.unscoped.filter(account__number=ANA).order_by("day", "amount").values_list("kind", "amount")
    assert [one for one in moved if one[0].startswith("borne")] == [
        ("borne", Decimal("1.00")),
        ("borne_back", Decimal("1.00")),
        ("borne", Decimal("1.50")),
    ]


def test_an_old_commission_is_looked_at_again_when_its_trade_is_cancelled(nights):
    """92 days later, by the file that says so."""
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "1.00")
    nights.night(DAY)
    known = date(2025, 12, 30)
    nights.cash(NORTHGATE, known, "5000.00")
    instead(nights, DAY, kind="TradeCancel", number="8", quantity="-100", commission="1")

    nights.bear(known)

    assert list(BorneCharge.unscoped.order_by("day").values_list("amount", "payer", "day")) == [
        (Decimal("1.00"), "master", DAY),
        (Decimal("-1.00"), "master", known),
    ]


def test_a_commission_that_a_file_brings_months_later_is_asked_about_all_the_same(nights):
    offer(nights, ANA)
    nights.night(DAY)
    known = date(2025, 12, 30)
    nights.cash(NORTHGATE, known, "5000.00")
    commission(nights, "2.00")
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET file_id = %s", [file_of(date(2025, 12, 29))])

    nights.bear(known)

    assert list(BorneCharge.unscoped.values_list("amount", "payer", "charged_on", "day")) == [
        (Decimal("2.00"), "master", DAY, known)
    ]


def test_the_second_levels_offer_is_paid_by_the_second_level(nights, world):
    offer(nights, CHIDI)
    nights.cash("F200002", DAY, "5000.00")
    nights.cash(NORTHGATE, DAY, "0.00")
    commission(nights, "2.00", number=CHIDI)

    assert nights.night(DAY).problem == ""

    row = BorneCharge.unscoped.get()
    assert (row.practice_id, row.payer) == (world["F200002"].practice_id, "master")


def test_what_the_advisor_pays_does_not_raise_the_rolling_cap(nights):
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "2.00")
    nights.night(DAY)

    with as_role("night"):
        assert {one.paid for one in windows([nights.world[ANA].pk], NEXT)[nights.world[ANA].pk]} == {0}


@pytest.mark.parametrize(
    ("check", "lie"),
    [
        ("every_borne_charge_moved_once", "UPDATE fees_bornecharge SET amount = amount + 1"),
        ("every_borne_charge_moved_once", "DELETE FROM fees_bornecharge WHERE place = 1"),
        ("broker_charges_are_paid_by_whom_they_should", "UPDATE fees_bornecharge SET payer = 'client' WHERE place = 1"),
        ("broker_charges_are_paid_by_whom_they_should", "UPDATE fees_bornecharge SET balance = 1 WHERE place = 1"),
        ("every_broker_charge_was_decided", "DELETE FROM fees_bornecharge"),
    ],
)
def test_the_seal_is_refused(nights, check, lie):
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "5000.00")
    commission(nights, "4.00")
    commission(nights, "2.00", key="2")
    nights.accrue(DAY)
    nights.bear(DAY)
    tamper(lie)

    assert check in nights.seal(DAY).problem


def fee(nights, day, amount, *, key):
    account = nights.world[ANA]
    with as_role("night"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, report_on, symbol,"
            " trade_id, reference, description, file_id) VALUES (%s, %s, %s, 'Other Fees', 'USD', %s, %s, '', '', '',"
            " 'MARKET DATA', 0)",
            [account.firm_id, account.pk, key, amount, day],
        )
