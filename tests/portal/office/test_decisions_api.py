"""The back office decides over the API as on the pages; nobody else does."""

from datetime import date

import pytest

from accounts.broker.transmit.models import Instruction
from accounts.ground.runs.models import Hold, NightDecision
from fees.reconciliation.models import BreakNote
from tests.broker.transmit.conftest import ANA, told
from tests.broker.transmit.test_answers import answers, fee
from tests.world import PASSWORD

__all__ = ["told"]
NIGHT = "/api/v1/nights/2026-11-20/decisions/"
BREAKS = "/api/v1/reconciliation/"


def sure(office, address, wish):
    """A POST with the password beside it."""
    return office.post(address, wish, content_type="application/json", headers={"Confirm-Password": PASSWORD})


def test_an_account_is_held_back_and_let_in(browse, world, nights):
    office = browse("olga")
    wish = {"act": "hold", "account": "U2000001", "reason": "Being looked at"}
    unsure = office.post(NIGHT, wish, content_type="application/json")
    assert unsure.status_code == 403 and not NightDecision.unscoped.exists()
    made = sure(office, NIGHT, wish)
    assert made.status_code == 201, made.content
    assert (made.json()["night"], made.json()["account"]) == ("2026-11-20", "U2000001")

    again = sure(office, NIGHT, wish)
    assert again.status_code == 400 and b"held back already" in again.content
    let_in = sure(office, NIGHT, wish | {"act": "release"})
    assert let_in.status_code == 201
    assert Hold.unscoped.get(day=date(2026, 11, 20)).resolved_at
    assert list(NightDecision.unscoped.order_by("pk").values_list("kind", flat=True)) == ["hold", "release"]


def test_a_difference_is_looked_after_and_taken_back(browse, world, told):
    office = browse("olga")
    answers((fee(ANA).pk, "rejected", "closed"))
    what = {"kind": "rejected", "reference": str(fee(ANA).pk), "note": "Asked the broker"}

    for wrong in ({"owner": "alice"}, {"reference": "x"}):
        assert sure(office, f"{BREAKS}look-after/", what | wrong).status_code == 400
    noted = sure(office, f"{BREAKS}look-after/", what | {"owner": "olga"})
    assert noted.status_code == 204, noted.content
    assert BreakNote.unscoped.get().owner_id == world.users["olga"].pk
    back = sure(office, f"{BREAKS}take-back/", what | {"note": "Closed"})
    assert back.status_code == 204, back.content
    assert Instruction.unscoped.get(transfer=fee(ANA)).reverse_reason == "Closed"


@pytest.mark.parametrize("name", ["alice", "ana"])
def test_nobody_else_decides(client, world, nights, name):
    client.force_login(world.users[name])
    for address in (NIGHT, f"{BREAKS}look-after/", f"{BREAKS}take-back/"):
        assert client.post(address, {"act": "pause", "reason": "x"}).status_code in (403, 404)
    assert not NightDecision.unscoped.exists()
