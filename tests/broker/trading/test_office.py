"""The back office writes down what the broker has approved a top-level advisor for, and nothing else."""

import pytest
from django.urls import reverse

from accounts.broker.products.models import ProductApproval

LIST = reverse("admin:broker_productapproval_changelist")
ADD = reverse("admin:broker_productapproval_add")


def test_an_approval_of_the_top_level_is_written_down_and_withdrawn(approve, browse, world):
    olga = browse("olga")
    said = {"account": world["F100001"].pk, "product": "stocks", "country": "ALL"}

    assert olga.post(ADD, said).status_code == 302
    approve("U1000001", "stocks")
    row = ProductApproval.unscoped.get(account=world["F100001"])
    olga.post(LIST, {"action": "withdraw_rows", "_selected_action": [str(row.pk)]})

    assert set(ProductApproval.unscoped.values_list("removal", flat=True)) == {"withdrawn", "above"}


def test_what_an_advisor_has_given_is_the_advisors_to_take(approve, browse, world):
    approve("F100001", "stocks")
    approve("U1000001", "stocks")
    row, olga = ProductApproval.unscoped.get(account=world["U1000001"]), browse("olga")

    forged = olga.post(ADD, {"account": world["U1000002"].pk, "product": "stocks", "country": "ALL"})
    answer = olga.post(LIST, {"action": "withdraw_rows", "_selected_action": [str(row.pk)]}, follow=True)

    assert forged.status_code == 422
    assert "the advisor above decides" in answer.content.decode()
    assert ProductApproval.unscoped.filter(removed_at__isnull=True).count() == 2


@pytest.mark.parametrize("name", ["alice", "bob", "ana", ""])
def test_nobody_else_comes_in(browse, world, name):
    said = {"account": world["F100001"].pk, "product": "stocks", "country": "ALL"}

    assert browse(name).post(ADD, said).status_code in (302, 404)

    assert not ProductApproval.unscoped.exists()
