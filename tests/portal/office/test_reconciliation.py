"""The page of the reconciliation: who looks after a difference, how old it is, and taking back what was rejected."""

import pytest

from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.reconciliation import queries
from fees.reconciliation.models import BreakNote
from tests.broker.transmit.conftest import ANA, CHIDI, told
from tests.broker.transmit.test_answers import answers, fee
from tests.broker.transmit.test_reversal import spent
from tests.portal.office.test_nights import text_of

__all__ = ["told"]
ADDRESS = "/office/reconciliation/"


@pytest.fixture
def rejected(told):
    answers((fee(ANA).pk, "rejected", "no such account"))
    return f"rejected|{fee(ANA).pk}"


def test_somebody_looks_after_a_difference_and_says_what_is_known(office, world, rejected):
    olga = world.users["olga"]
    page = text_of(office.get(ADDRESS))
    assert "no such account" in page and "nobody" in page and "5 days and older" in page

    told = {"what": rejected, "owner": olga.pk, "note": "Asked the broker on Monday"}
    assert "Noted." in text_of(office.post(f"{ADDRESS}note/", told, follow=True))

    assert "Asked the broker on Monday" in text_of(office.get(f"{ADDRESS}?owner=me"))
    assert "Asked the broker on Monday" not in text_of(office.get(f"{ADDRESS}?owner=none"))
    assert "what is noted already" in text_of(office.post(f"{ADDRESS}note/", told, follow=True))
    assert BreakNote.unscoped.count() == 1
    for wrong in ({"owner": world.users["alice"].pk}, {"what": "rejected|other"}, {"note": "x" * 301}):
        office.post(f"{ADDRESS}note/", told | wrong)
    assert BreakNote.unscoped.count() == 1


def test_a_rejected_fee_is_taken_back_with_a_reason(office, rejected):
    assert "Say why" in text_of(office.post(f"{ADDRESS}take-back/", {"what": rejected, "note": " "}, follow=True))
    done = office.post(f"{ADDRESS}take-back/", {"what": rejected, "note": "Closed there"}, follow=True)

    assert "The next night takes it back." in text_of(done)
    with as_role("owner"):
        told = Instruction.unscoped.get(transfer=fee(ANA))
    assert told.reverse_reason == "Closed there"
    other = office.post(f"{ADDRESS}take-back/", {"what": "unanswered|x", "note": "Closed"}, follow=True)
    assert "Only a fee, an invoice or the charge" in text_of(other)


def test_what_the_client_has_back_already_is_not_given_up(office, rejected):
    """1.00 was rejected, 0.50 went back before: 0.50 of it is left, and the page refuses to give it up whole."""
    spent(ANA, "0.50", "reimburse")

    answer = office.post(f"{ADDRESS}take-back/", {"what": rejected, "note": "Closed there"}, follow=True)

    assert "0.50 USD of it was given back already" in text_of(answer).replace("\N{NO-BREAK SPACE}", " ")
    with as_role("owner"):
        assert Instruction.unscoped.get(transfer=fee(ANA)).reverse_asked_at is None
        assert not Transfer.unscoped.filter(kind="reversal").exists()


def test_one_that_the_list_has_no_room_for_is_taken_back_all_the_same(office, told, monkeypatch):
    """Of each kind the list shows so many; Chidi's comes after Ana's."""
    monkeypatch.setattr(queries, "MOST_LISTED", 1)
    answers((fee(ANA).pk, "rejected", "closed"), (fee(CHIDI).pk, "rejected", "closed"))

    what = {"what": f"rejected|{fee(CHIDI).pk}", "note": "Closed there"}
    assert "takes it back" in text_of(office.post(f"{ADDRESS}take-back/", what, follow=True))

    with as_role("owner"):
        assert Instruction.unscoped.get(transfer=fee(CHIDI)).reverse_reason == "Closed there"


def test_advisors_look_after_nothing(client, world, rejected):
    client.force_login(world.users["alice"])

    for address in ("note/", "take-back/"):
        assert client.post(f"{ADDRESS}{address}", {"what": rejected, "note": "x"}).status_code in (302, 403, 404)

    assert not BreakNote.unscoped.exists()
    assert not Instruction.unscoped.filter(reverse_asked_at__isnull=False).exists()
