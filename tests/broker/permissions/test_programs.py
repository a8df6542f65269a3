"""Trading programs are asked for as permissions are; an owner's means stand in the agreement; 48 business hours."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.broker.permissions import actions
from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.permissions.rules import PermissionProblem, due_at
from accounts.broker.products.actions import grant
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.rules import Permission, permission_words
from accounts.ground.access.context import acting
from accounts.ground.days.queries import calendar
from accounts.ground.signatures.rules import Hand
from tests.broker.permissions.said import MEANS, SAID
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
FRACTIONS, COMPLEX = Permission("fractions"), Permission("complex_funds")
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}


@pytest.fixture
def firm(world):
    """The top level takes part in two programs; nobody below it in any."""
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=[FRACTIONS, COMPLEX], day=AT.date(), at=AT)
    return world


def begun(world, *wanted):
    with acting(world.users["ana"].pk) as who:
        return actions.ask(who=who, account=world["U1000001"], wanted=wanted, at=AT)


def stated(world, made, said):
    with acting(world.users["ana"].pk) as who:
        return actions.state_facts(who=who, pk=made.pk, said=said, at=AT)


def test_a_program_is_ticked_signed_and_approved_like_a_product(browse, firm):
    ana = browse("ana")
    page = ana.get("/accounts/U1000001/products/ask/").content.decode()
    assert 'value="fractions:ALL"' in page and "fractions:US" not in page and "Trading program" in page

    assert ana.post("/accounts/U1000001/products/ask/", {"permission": ["fractions:ALL"]}).status_code == 302
    found = PermissionRequest.unscoped.get()
    facts = {"objective": "growth", "experience": "0", **MEANS}
    assert ana.post(f"/trading/permissions/{found.pk}/facts/", facts).status_code == 302
    found.refresh_from_db()
    assert "- Fractions of shares\n" in found.document and "A part of a share cannot be transferred" in found.document
    said = {"name": "Ana", "read": "on", "seen": found.document_hash, "_password": PASSWORD}
    assert ana.post(f"/trading/permissions/{found.pk}/sign/", said).status_code == 302
    answer = {"answer": "approve", "_password": PASSWORD}
    assert browse("alice").post(f"/trading/permissions/{found.pk}/decide/", answer).status_code == 302

    held = ProductApproval.unscoped.filter(account=firm["U1000001"], removed_at=None)
    assert list(held.values_list("product", "country")) == [("fractions", "ALL")]
    assert permission_words(FRACTIONS) == "Fractions of shares"


def test_a_program_has_no_country(browse, firm):
    url = "/api/v1/accounts/U1000001/permission-requests/"
    before = fingerprint_of_rows()
    answer = browse("ana").post(url, {"permissions": [{"product": "fractions", "country": "US"}]}, **JSON)
    assert answer.status_code == 400 and "all countries" in answer.content.decode()
    page = browse("ana").post("/accounts/U1000001/products/ask/", {"permission": ["fractions:US"]})
    assert page.status_code == 422
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []
    with pytest.raises(DatabaseError, match="program_of_no_country"), transaction.atomic():
        ProductApproval.unscoped.create(
            firm_id=firm["F100001"].firm_id, account=firm["F100001"], node_kind="top_master",
            practice_id=firm["F100001"].practice_id, product="overnight", country="US", granted_at=AT,
        )  # fmt: skip


def test_what_the_top_level_lacks_is_refused_in_its_words(firm):
    with pytest.raises(PermissionProblem, match="Stock yield enhancement: not approved for the top-level advisor"):
        begun(firm, Permission("stock_yield"))
    assert not PermissionRequest.unscoped.exists()


def test_funds_that_multiply_need_experience_and_the_liquid_part_is_no_more_than_the_whole(firm):
    made = begun(firm, COMPLEX)
    with pytest.raises(PermissionProblem, match="needs at least a year of experience"):
        stated(firm, made, replace(SAID, experience=0))
    with pytest.raises(PermissionProblem, match="not more than the whole"):
        stated(firm, made, replace(SAID, liquid_worth=SAID.net_worth + Decimal("0.01")))
    with pytest.raises(DatabaseError, match="permission_request_means"), transaction.atomic():
        PermissionRequest.unscoped.filter(pk=made.pk).update(income=0, net_worth=1, liquid_worth=2)
    made.refresh_from_db()
    assert (made.state, made.income, made.document) == ("requested", None, "")
    assert stated(firm, made, SAID).state == "agreement"


def test_means_are_read_in_the_agreement_fixed_by_the_signature_and_offered_the_next_time(browse, firm):
    made = stated(firm, begun(firm, COMPLEX), SAID)
    assert "- Annual net income: 120,000.00\N{NO-BREAK SPACE}USD" in made.document
    assert "- Liquid net worth: 400,000.00\N{NO-BREAK SPACE}USD" in made.document
    with acting(firm.users["ana"].pk) as who:
        actions.sign(who=who, pk=made.pk, hand=Hand(name="Ana"), seen=made.document_hash, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        PermissionRequest.unscoped.filter(pk=made.pk).update(income=1)
    with acting(firm.users["alice"].pk) as who:
        actions.decide(who=who, pk=made.pk, approve=False, reason="not yet", at=AT)

    later = begun(firm, FRACTIONS)
    page = browse("ana").get(f"/trading/permissions/{later.pk}/").content.decode()
    assert 'value="120000.00"' in page and 'value="900000.50"' in page


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        # Thursday 19 November 10:00 in New York: Monday at the same hour.
        (datetime(2026, 11, 19, 15, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)),
        # Late on Thursday it is Friday in London, and still Thursday at the exchange.
        (datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 11, 24, 3, tzinfo=UTC)),
        # A Saturday's hours do not count: all of Monday and of Tuesday.
        (datetime(2026, 11, 21, 15, tzinfo=UTC), datetime(2026, 11, 25, 5, tzinfo=UTC)),
        # Thanksgiving is no business day: from Wednesday over Friday to Monday.
        (datetime(2026, 11, 25, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)),
        # Friday before the clocks go back: Tuesday at the same hour of New York.
        (datetime(2026, 10, 30, 14, tzinfo=UTC), datetime(2026, 11, 3, 15, tzinfo=UTC)),
    ],
)
def test_48_business_hours(submitted, due):
    assert due_at(submitted, calendar()) == due


def test_the_back_office_reads_where_requests_stand_and_which_are_late_and_changes_none(firm, office):
    made = stated(firm, begun(firm, COMPLEX), SAID)
    with acting(firm.users["ana"].pk) as who:
        actions.sign(who=who, pk=made.pk, hand=Hand(name="Ana"), seen=made.document_hash, at=AT)
    begun_later = firm["U1000002"]
    with acting(firm.users["ken"].pk) as who:
        actions.ask(who=who, account=begun_later, wanted=[FRACTIONS], at=AT)

    page = office.get("/office/broker/permissionrequest/").content.decode()
    assert "Leveraged and complex exchange-traded funds" in page and "U1000002" in page and "Under review" in page
    late = office.get("/office/broker/permissionrequest/?overdue=yes").content.decode()
    assert ("U1000001" in late) is (timezone.now() >= due_at(AT, calendar())) and "U1000002" not in late
    one = office.get(f"/office/broker/permissionrequest/{made.pk}/change/").content.decode()
    assert "900000.50" in one and "AGREEMENT ON TRADING PERMISSIONS" in one
    assert office.post(f"/office/broker/permissionrequest/{made.pk}/change/", {"state": "approved"}).status_code == 403
    made.refresh_from_db()
    assert made.state == "review"
