"""The text of a charge's inputs and its fingerprint, written out for whoever verifies them later."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest

from fees.engine.charge import period_end_charge, recompute
from fees.engine.inputs import charge_fingerprint, inputs_text, stored_fingerprint
from fees.engine.types import Accrual, Charge, NavPoint, Segment
from portal.lib.periods import Period
from tests.fees.engine.agreed import NEW_YORK, SEPTEMBER_2025, always, percent

THREE_DAYS = Period(date(2025, 9, 26), date(2025, 10, 1))


def accrued() -> Charge:
    before = percent("0.01", "PERCENTOFEQUITY_MONTHLY", ends=date(2025, 9, 30), component=7)
    after = percent("0.02", "PERCENTOFEQUITY_MONTHLY", starts=date(2025, 9, 30), component=12)
    nav = [
        NavPoint(date(2025, 9, 26), Decimal("252000.5")),
        NavPoint(date(2025, 9, 29), Decimal("-3.1")),
        NavPoint(date(2025, 9, 30), Decimal("100")),
    ]
    return recompute(method=2, nav=nav, terms=[before, after], calendar=NEW_YORK, period=THREE_DAYS, currency="USD")


def at_period_end() -> Charge:
    return period_end_charge(
        method=4,
        closing=NavPoint(date(2025, 9, 30), Decimal(252000)),
        segments=[
            Segment(12, Decimal("0.02"), 11, Decimal(5040)),
            Segment(7, Decimal("0.01"), 10, Decimal(2520)),
        ],
        period=SEPTEMBER_2025,
        currency="USD",
    )


def test_the_inputs_of_an_accrued_charge():
    assert inputs_text(accrued()) == (
        "2025-09-26 252000.5000 0.010000 10.00001984 7\n"
        "2025-09-29 -3.1000 0.000000 0.00000000 7\n"
        "2025-09-30 100.0000 0.020000 0.00793651 12"
    )


def test_the_inputs_of_a_period_end_charge():
    assert inputs_text(at_period_end()) == "2025-09-30 252000.0000\n7 0.010000 10\n12 0.020000 11"


def test_the_fingerprint_is_written_out_here_for_whoever_verifies_it():
    text = (
        "8:U1234567,2:42,1:4,10:2025-09-01,10:2025-10-01,3:USD,12:320.00000000,6:320.00,"
        "51:2025-09-30 252000.0000\n7 0.010000 10\n12 0.020000 11,"
    )

    assert charge_fingerprint(at_period_end(), account="U1234567", payee=42) == sha256(text.encode()).hexdigest()


def test_stored_columns_give_the_same_fingerprint_whatever_zeros_they_lost():
    charge = at_period_end()

    stored = stored_fingerprint(
        account="U1234567",
        payee=42,
        method=4,
        starts=date(2025, 9, 1),
        ends=date(2025, 10, 1),
        currency="USD",
        exact=Decimal("320"),
        amount=Decimal("3.2E+2"),
        inputs=inputs_text(charge),
    )

    assert stored == charge_fingerprint(charge, account="U1234567", payee=42)


@pytest.mark.parametrize(
    "change",
    [
        {"method": 5},
        {"period": THREE_DAYS},
        {"currency": "EUR"},
        {"exact": Decimal("320.00000001")},
        {"amount": Decimal("320.01")},
        {"closing": NavPoint(date(2025, 9, 30), Decimal("252000.0001"))},
        {"segments": (Segment(7, Decimal("0.01"), 21, Decimal(2520)),)},
    ],
)
def test_every_figure_is_held_by_the_fingerprint(change):
    charge = at_period_end()
    sealed = charge_fingerprint(charge, account="U1234567", payee=42)

    assert charge_fingerprint(replace(charge, **change), account="U1234567", payee=42) != sealed
    assert charge_fingerprint(charge, account="U1234568", payee=42) != sealed
    assert charge_fingerprint(charge, account="U1234567", payee=43) != sealed


def test_the_order_of_stored_lines_does_not_matter():
    charge = accrued()

    assert inputs_text(replace(charge, accruals=charge.accruals[::-1])) == inputs_text(charge)


def test_two_components_on_one_day_are_ordered_by_number():
    day = date(2025, 9, 30)
    lines = tuple(Accrual(day, Decimal(1), Decimal(1), Decimal(1), component) for component in (10, 9))

    text = inputs_text(replace(accrued(), accruals=lines))

    assert [line.rsplit(" ", 1)[1] for line in text.splitlines()] == ["9", "10"]


def test_recomputing_from_the_same_rows_years_later_gives_the_same_fingerprint():
    terms = percent("0.0125", "PERCENTOFEQUITY_MONTHLY", component=3)

    def sealed(value: str) -> str:
        nav = always(SEPTEMBER_2025, value)
        charge = recompute(method=2, nav=nav, terms=[terms], calendar=NEW_YORK, period=SEPTEMBER_2025, currency="USD")
        return charge_fingerprint(charge, account="U1", payee=1)

    assert sealed("100000") == sealed("100000.0000")
    assert sealed("100000") != sealed("100000.0001")
