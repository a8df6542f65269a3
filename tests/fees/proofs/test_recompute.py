"""A fee works out again to the last decimal from what was known then, and says so when it does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.ground.tree.models import Account, Status
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import proof
from portal.lib.words import english
from tests.fees.posting.nights import figures, ranges

ANA = "U1000001"


def again(charge):
    return recompute_charge(Charge.unscoped.get(pk=charge.pk))


def tamper(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE fees_charge DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE fees_charge ENABLE TRIGGER USER")


def correct(nights, day, nlv):
    """What the import does with a restated value: the old one goes to the history with its instants."""
    account = nights.world[ANA]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO broker_navhistory"
            " (firm_id, account_id, nav_date, nlv, flow, currency, replaced_at, replaced_by_id)"
            " SELECT %s, account_id, nav_date, nlv, flow, currency, clock_timestamp() + interval '1 hour', 0"
            " FROM broker_navdaily WHERE account_id = %s AND nav_date = %s",
            [account.firm_id, account.pk, day],
        )
        cursor.execute(
            "UPDATE broker_navdaily SET nlv = %s WHERE account_id = %s AND nav_date = %s", [nlv, account.pk, day]
        )


def test_a_month_end_fee_agrees_to_the_last_decimal(month_end):
    verdict = again(month_end)

    # 250,000 x 1 % x 21 / 252 = 208.333...
    assert (verdict.amount, verdict.exact) == (Decimal("208.33"), Decimal("208.33333333"))
    assert verdict.agrees


def test_an_accrued_fee_agrees_to_the_last_decimal(accrued):
    # Ten days of 4.76190476 and eleven of 5.71428571.
    verdict = again(accrued)

    assert verdict.exact == Decimal("110.47619041")
    assert verdict.agrees


def test_blended_and_flat_fees_agree(nights):
    nights.agree(
        ANA,
        figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=ranges(("0", "1000000", "0.01"), ("1000000", None, "0.0075"))),
        figures("ANNUALFLATFEE", flat="6000"),
        starts=date(2025, 9, 30),
    )
    nights.value(ANA, date(2025, 9, 30), "1500000")
    nights.night(date(2025, 9, 30))

    assert [again(charge).agrees for charge in Charge.unscoped.all()] == [True, True]


def test_the_fee_of_an_account_that_was_closed_agrees(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.values(ANA, "250000", date(2025, 9, 2), date(2025, 9, 15))
    nights.value(ANA, date(2025, 9, 16), "0")
    Account.unscoped.filter(number=ANA).update(status=Status.CLOSED, closed_on=date(2025, 9, 16))
    nights.close(date(2025, 9, 16))

    assert again(nights.charge(ANA)).agrees


def test_an_account_opened_within_the_month_agrees(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    Account.unscoped.filter(number=ANA).update(opened_on=date(2025, 9, 16))
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.close(date(2025, 9, 30))

    charge = nights.charge(ANA)
    # The worked case D02: 11 days.
    assert charge.amount == Decimal("109.13")
    assert again(charge).agrees


def test_a_value_that_the_broker_corrects_later_does_not_change_the_proof(nights, month_end):
    correct(nights, date(2025, 9, 30), "300000")

    verdict = again(month_end)

    assert verdict.agrees
    assert [tuple(one) for one in proof(month_end).evidence.corrections] == [
        (date(2025, 9, 30), Decimal("250000.0000"), Decimal("300000.0000"))
    ]


def test_a_later_version_of_the_agreement_does_not_change_the_proof(nights, month_end):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.03"), starts=date(2025, 10, 1))

    assert again(month_end).agrees


def test_a_value_overwritten_without_history_is_seen(nights, month_end):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE broker_navdaily SET nlv = 300000")

    verdict = again(month_end)

    assert not verdict.agrees
    assert (verdict.charged, verdict.amount) == (Decimal("208.33"), Decimal("250.00"))


@pytest.mark.parametrize(
    "change",
    ["amount = amount + 1", "exact = exact + 0.00000001", "inputs = inputs || ' '", "fingerprint = repeat('0', 64)"],
)
def test_a_changed_column_is_seen(month_end, change):
    tamper(f"UPDATE fees_charge SET {change}")

    assert not again(month_end).agrees
    assert not again(month_end).unchanged


def test_a_missing_value_is_said_in_words(month_end):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM broker_navdaily")

    verdict = again(month_end)

    assert not verdict.agrees
    assert "2025-09-30" in english(verdict.problem)


def test_unreadable_inputs_are_said_in_words(month_end):
    tamper("UPDATE fees_charge SET inputs = 'rubbish'")

    opened = proof(Charge.unscoped.get())

    assert opened.made_of is None
    assert "cannot be read" in english(opened.story[0])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fees_charge SET amount = 1",
        "UPDATE fees_charge SET inputs = ''",
        "DELETE FROM fees_charge",
        "UPDATE fees_charge SET state = 'due', posted_on = NULL",
    ],
)
@pytest.mark.parametrize("role", ["portal_owner", "portal_night", "portal_office", "portal_web", "portal_worker"])
def test_nobody_changes_a_posted_charge(nights, month_end, as_role, role, statement):
    nights.post(date(2025, 10, 1))
    connection.check_constraints()
    before = Charge.unscoped.values().get()

    refused = pytest.raises(Exception, match="append-only|permission denied")
    with as_role(role), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Charge.unscoped.values().get() == before
