"""What the client reads before signing: the page, the text and the night come to the same figures."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.fees.posting.test_results import profit
from tests.fees.proposals.conftest import ANA, Table, wanted


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
