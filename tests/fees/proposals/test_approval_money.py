"""What the client reads before signing: the page, the text and the night come to the same figures."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from fees.engine.registry import EVERY_BY_NAME
from fees.schedules.rules import Figures
from tests.fees.posting.nights import figures, ranges
from tests.fees.posting.profits import profit
from tests.fees.proposals.conftest import ANA, Table, percent, wanted


def approval(browse, proposal) -> str:
    return browse("ana").get(reverse("fees:approval", args=[proposal.pk])).content.decode()


@pytest.fixture
def lossy(world, as_role) -> Table:
    """A fifth of what a quarter earns, with a high-water mark: Q2 lost 1,000, Q3 earned 3,000."""
    table = Table(world, as_role)
    table.agree(ANA, profit("0.20", look_back=4), starts=date(2025, 4, 1))
    table.values(ANA, "100000", date(2025, 3, 31), date(2025, 6, 27))
    table.values(ANA, "99000", date(2025, 6, 30), date(2025, 9, 29))
    table.value(ANA, date(2025, 9, 30), "102000")
    table.night(date(2025, 6, 30))
    table.night(date(2025, 9, 30))
    return table


def test_the_page_counts_the_losses_that_the_text_counts(browse, lossy):
    """2,000 of the 3,000 are charged: 400.00 at 20 %, 500.00 at 25 %, 100.00 more."""
    proposal = lossy.propose("alice", ANA, wanted(profit("0.25", look_back=4)), on=timezone.now())

    page = approval(browse, proposal)
    short = page[: page.index("AGREEMENT ON ADVISORY FEES")]

    for figure in ("400.00", "500.00", "100.00"):
        assert figure in short, figure
    assert "today's terms: 400.00" in proposal.document
    assert "the proposed terms: 500.00" in proposal.document


def fund() -> Figures:
    method = EVERY_BY_NAME["HEDGEFUND_MONTHLY"].code
    return Figures(method=method, more={"funds": [{"fund": "HF1", "rate": "0.02", "profit_share": "0.2"}]})


def test_a_fee_on_what_nobody_has_valued_yet_does_not_vanish(browse, table):
    """Ana pays 168.00 for September as before; what the fund would have cost nobody knows."""
    proposal = table.propose("alice", ANA, wanted(percent("0.008"), fund()), on=timezone.now())
    left_out = "Not in these amounts, because what it is charged on is not known yet: Hedge fund fee, monthly."

    page = approval(browse, proposal)

    assert "you would have paid the same" not in page
    assert "cannot be told for every fee yet" in page
    assert page.count(left_out) == 2, "in short, and in the text"
    assert left_out in proposal.document
    assert "A year, if the value stays" not in page


def test_a_year_is_told_of_fees_on_the_value_alone(browse, table):
    """A fee per trade hangs on trades: no year of it can be told from the value."""
    rising = table.propose("alice", ANA, wanted(percent("0.010")), on=timezone.now())
    assert "A year, if the value stays" in approval(browse, rising)

    schedule = {"asset_class": "STK", "currency": "USD", "kind": "ticket", "figure": "5"}
    traded = Figures(method=EVERY_BY_NAME["PERTRADE"].code, more={"schedules": [schedule]})
    trades = table.propose("alice", ANA, wanted(percent("0.008"), traded), on=timezone.now())
    assert "A year, if the value stays" not in approval(browse, trades)


def test_amounts_of_the_terms_are_signed_with_their_currency(browse, table):
    more = {"threshold": {"kind": "amount", "figure": "2000"}, "look_back": None,
            "losses": [{"period": "2024Q4", "amount": "500"}]}  # fmt: skip
    blend = figures("BLENDEDPERCENTOFEQUITY", ranges=ranges(("0", "1000", "0.01"), ("1000", None, "0.005")))
    flat = figures("ANNUALFLATFEE_MONTHLY", flat="1000")
    proposal = table.propose("alice", ANA, wanted(blend, flat, profit("0.1", **more)), on=timezone.now())

    text = proposal.document.replace("\N{NO-BREAK SPACE}", " ")

    for words in (
        "The agreed fee is 1,000.00 USD a year.",
        "From 0.00 USD to 1,000.00 USD: 1 % a year. Above 1,000.00 USD: 0.5 % a year.",
        "Only profit above 2,000.00 USD in a period is charged.",
        "A loss of 500.00 USD from 2024Q4 is recovered first.",
    ):
        assert words in text, (words, text)
    page = approval(browse, proposal)
    assert "1,000.00\N{NO-BREAK SPACE}USD a year" in page[: page.index("AGREEMENT ON ADVISORY FEES")]
