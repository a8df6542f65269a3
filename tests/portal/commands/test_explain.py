"""explain prints a fee's proof in words, by id or by what it charges."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.fees.posting.nights import Nights, figures

ANA = "U1000001"


@pytest.fixture
def charge(world):
    """The worked case D01."""
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.night(date(2025, 9, 30))
    return nights.charge(ANA)


def explain(*words):
    out = StringIO()
    call_command("explain", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("fee", ["U1000001:PERCENTOFEQUITY_EOM:2025-09", "u1000001:4:2025-09-01"])
def test_by_account_method_and_period(charge, fee):
    text = explain(fee)

    assert "208.33 USD" in text
    assert "2025-09-30 250000.0000" in text
    assert charge.fingerprint in text
    assert "it agrees" in text


def test_by_id_and_for_machines(charge):
    (fee,) = json.loads(explain(str(charge.pk), "--json").splitlines()[-1])["fees"]

    assert (fee["amount"], fee["exact"], fee["recomputed"]) == ("208.33", "208.33333333", "208.33333333")
    assert (fee["agrees"], fee["account"], fee["ends"]) == (True, ANA, "2025-10-01")


@pytest.mark.parametrize(
    "fee",
    [
        "rubbish",
        "U1000001:NOTHING:2025-09",
        "U1000001:4:2025-13",
        "U1000001:4:2025-Q4",
        "00000000-0000-4000-8000-000000000000",
    ],
)
def test_what_is_not_a_fee_is_said_so(charge, fee):
    with pytest.raises(CommandError):
        explain(fee)
