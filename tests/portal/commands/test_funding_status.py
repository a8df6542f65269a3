"""manage.py funding_status counts what waits, lists an account's, and fails while a file has not reached the broker."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.broker.funding.actions import delete_bank
from accounts.broker.funding.models import SavedBank
from accounts.broker.funding.sending import send_due
from accounts.ground.access.context import acting
from accounts.ground.clock import exchange_today
from accounts.ground.outbox.models import OutboxMessage
from tests.broker.funding.conftest import FRIDAY, till

__all__ = ["till"]


def told(capsys, *arguments):
    try:
        call_command("funding_status", *arguments, "--json")
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_what_waits_and_what_did_not_reach_the_broker(till, capsys):
    assert told(capsys) == (0, {"ok": True, "waiting": [], "requests": [], "undelivered": []})
    till.cash("U1000001", "1000")
    till.withdraw("ana", "U1000001", "100.50")
    till.withdraw("ana", "U1000001", "1")
    coming = till.deposit("ana", "U1000001", "5")
    till.deposit("chidi", "U2000001", "7")

    code, answer = told(capsys)

    assert code == 0
    waiting = [(one["kind"], one["status"], one["count"], one["amount"]) for one in answer["waiting"]]
    assert waiting == [("deposit", "pending", 2, "12.00"), ("withdrawal", "pending_advisor", 2, "101.50")]
    _code, answer = told(capsys, "--account", "u1000001")
    assert {one["id"] for one in answer["requests"]} >= {str(coming.pk)}
    assert len(answer["requests"]) == 3
    assert "12345" not in json.dumps(answer)
    with pytest.raises(CommandError, match="no account"):
        call_command("funding_status", "--account", "U7777777")

    send_due(at=FRIDAY)
    assert told(capsys)[0] == 0  # it is only on its way
    OutboxMessage.unscoped.filter(natural_key__startswith="funding file").update(
        last_error="no such folder", failed_at=timezone.now()
    )
    code, answer = told(capsys)
    (failed,) = answer["undelivered"]
    assert (code, answer["ok"], failed["why"]) == (1, False, "no such folder")


def test_what_goes_to_a_deleted_bank_keeps_its_name_in_the_history_and_here(till, world, browse, capsys):
    """Another bank of the same name since is another one."""
    today = timezone.now()
    till.cash("U1000001", "1000", day=exchange_today())
    first = till.bank("ana", "U1000001", name="Old house bank", at=today)
    bank = SavedBank.unscoped.get(pk=first.bank_id)
    asked = till.withdraw("ana", "U1000001", "100", method="WIRE", bank=bank, at=today)
    with acting(world.users["ana"].pk) as who:
        delete_bank(who=who, bank=bank, at=today)
    again = till.bank("ana", "U1000001", name="Old house bank", number="87654321", at=today)
    assert again.bank_id != first.bank_id

    for name in ("ana", "alice"):
        history = browse(name).get("/api/v1/transactions/?q=U1000001").json()["results"]
        shown = [row for row in history if row["type"] == "withdrawal"]
        assert [row["description"] for row in shown] == ["Old house bank"], history
        assert "Old house bank" in browse(name).get("/transactions/").content.decode()
    _code, answer = told(capsys, "--account", "U1000001")
    named = {one["id"]: (one["to"], one["to_deleted_at"] is not None) for one in answer["requests"]}
    assert named[str(asked.pk)] == ("Old house bank", True)
    call_command("funding_status", "--account", "U1000001")
    assert f"to Old house bank (deleted {today:%Y-%m-%d})" in capsys.readouterr().out
