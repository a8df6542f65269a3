"""The worked cases of the fee specification with real rows, from agreement and value to the movement of money."""

import re
from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.ledger.models import Transfer
from fees.posting.models import Charge, ChargeState
from tests.fees.posting.nights import figures
from tests.figures import write

ANA = "U1000001"
CASE = re.compile(r"(?<![a-z0-9])[pd][0-9]{2}(?![0-9])", re.I)


@pytest.fixture(autouse=True)
def counted(request):
    """A case that passes is counted under its name in the specification."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed == failed:
        for case in CASE.findall(request.node.name.replace("_", " ")):
            write("worked_cases", f"posting/{case.upper()}", passed=1)


def posted(nights, **where):
    """The one charge of Ana, its movement and the day it posted."""
    charge = nights.charge(ANA, **where)
    transfer = Transfer.unscoped.get(source=charge.pk)
    assert (transfer.amount, transfer.day) == (charge.amount, charge.posted_on)
    return charge.amount, charge.posted_on


def test_p01_percent_of_nlv_daily(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 30))
    nights.value(ANA, date(2025, 9, 30), "100000")

    nights.night(date(2025, 9, 30))
    nights.post(date(2025, 10, 1))

    assert posted(nights) == (Decimal("19.84"), date(2025, 10, 1))


def test_p02_flat_daily(nights):
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="1000"), starts=date(2025, 9, 30))
    nights.value(ANA, date(2025, 9, 30), "100000")

    nights.night(date(2025, 9, 30))
    nights.post(date(2025, 10, 1))

    assert posted(nights) == (Decimal("3.97"), date(2025, 10, 1))


@pytest.mark.parametrize(
    ("name", "rate", "nlv", "starts", "last", "amount", "posts_on"),
    [
        pytest.param("PERCENTOFEQUITY_EOM", "0.01", "250000", date(2025, 9, 1), date(2025, 9, 30), "208.33",
                     date(2025, 10, 1), id="D01"),
        pytest.param("PERCENTOFEQUITY_EOM", "0.01", "250000", date(2025, 9, 16), date(2025, 9, 30), "109.13",
                     date(2025, 10, 1), id="D02"),
        pytest.param("PERCENTOFEQUITY_EOM", "0.01", "250000", date(2025, 6, 1), date(2025, 6, 30), "198.41",
                     date(2025, 7, 1), id="D03"),
        pytest.param("PERCENTOFEQUITY_EOQ", "0.012", "250000", date(2025, 7, 1), date(2025, 9, 30), "761.90",
                     date(2025, 10, 1), id="D04"),
        pytest.param("PERCENTOFEQUITY_EOQ", "0.01", "1000000", date(2024, 4, 1), date(2024, 6, 28), "2500.00",
                     date(2024, 7, 1), id="D05"),
    ],
)  # fmt: skip
def test_period_end_fees_post_on_the_first_business_day_after(nights, name, rate, nlv, starts, last, amount, posts_on):
    nights.agree(ANA, figures(name, rate=rate), starts=starts)
    nights.value(ANA, last, nlv)

    nights.night(last)

    assert nights.charge(ANA).state == ChargeState.DUE
    nights.post(posts_on)
    assert posted(nights) == (Decimal(amount), posts_on)


def test_d06_all_cash_withdrawn_on_the_last_business_day_posts_no_line(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "0", flow="-250000")

    nights.night(date(2025, 9, 30))
    nights.post(date(2025, 10, 1))

    charge = nights.charge(ANA)
    assert (charge.amount, charge.state, charge.reason) == (Decimal("0.00"), ChargeState.ZERO, "no_value")
    assert not Transfer.unscoped.exists()


def test_d07_monthly_accrued_over_two_values(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=date(2025, 9, 1))
    nights.values(ANA, "100000", date(2025, 9, 2), date(2025, 9, 15))
    nights.values(ANA, "120000", date(2025, 9, 16), date(2025, 9, 30))

    nights.nights(date(2025, 9, 2), date(2025, 9, 30))
    nights.post(date(2025, 10, 1))

    assert posted(nights) == (Decimal("110.48"), date(2025, 10, 1))


def test_d08_monthly_accrued_over_two_rates(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.01"), starts=date(2025, 9, 1))
    nights.values(ANA, "500000", date(2025, 9, 2), date(2025, 9, 30))

    nights.nights(date(2025, 9, 2), date(2025, 9, 15))
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.02"), starts=date(2025, 9, 16))
    nights.nights(date(2025, 9, 16), date(2025, 9, 30))
    nights.post(date(2025, 10, 1))

    assert posted(nights) == (Decimal("634.92"), date(2025, 10, 1))


@pytest.mark.parametrize(
    ("starts", "first", "last", "amount"),
    [
        (date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 30), "500.00"),
        (date(2025, 7, 1), date(2025, 7, 1), date(2025, 7, 31), "523.81"),
        (date(2025, 9, 19), date(2025, 9, 19), date(2025, 9, 30), "190.48"),
    ],
    ids=["D09 21 days", "D09 22 days", "D09 8 days"],
)
def test_d09_flat_monthly(nights, starts, first, last, amount):
    nights.agree(ANA, figures("ANNUALFLATFEE_MONTHLY", flat="6000"), starts=starts)
    nights.values(ANA, "100000", first, last)

    nights.nights(first, last)
    nights.post(nights.next(last))

    assert posted(nights) == (Decimal(amount), nights.next(last))


def test_d10_flat_quarterly(nights):
    nights.agree(ANA, figures("ANNUALFLATFEE_QUATERLY", flat="6000"), starts=date(2024, 4, 1))
    nights.values(ANA, "100000", date(2024, 4, 1), date(2024, 6, 28))
    for day in nights.days(date(2024, 4, 1), date(2024, 6, 27)):
        nights.accrue(day)

    nights.night(date(2024, 6, 28))
    nights.post(date(2024, 7, 1))

    assert posted(nights) == (Decimal("1500.00"), date(2024, 7, 1))


def test_d11_flat_over_the_whole_of_2025_collects_250_days(nights):
    nights.agree(ANA, figures("ANNUALFLATFEE_MONTHLY", flat="6000"), starts=date(2025, 1, 1))
    nights.values(ANA, "100000", date(2025, 1, 2), date(2025, 12, 31))
    for day in nights.days(date(2025, 1, 2), date(2025, 12, 31)):
        nights.accrue(day)
        nights.close(day)

    charges = Charge.unscoped.filter(account__number=ANA)
    assert charges.count() == 12
    # The unrounded sum of 250 shares of 23.80952381, as the case states it, to the cent.
    assert sum(charge.exact for charge in charges).quantize(Decimal("0.01")) == Decimal("5952.38")
