"""manage.py funding_status counts what waits, lists an account's, and fails while a file has not reached the broker."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.broker.funding.sending import send_due
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
