"""What every command of the portal's own promises: --json, and one JSON object as the last line, whatever happens."""

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import timezone

from portal.management.base import PortalCommand

# A Wednesday early in November: never a holiday.
NEXT_YEAR = next(
    day for day in (date(timezone.now().year + 1, 11, number) for number in range(4, 11)) if day.isoweekday() == 3
)
OURS = sorted(name for name, app in get_commands().items() if app == "portal")


@pytest.mark.parametrize("name", OURS)
def test_each_stands_on_the_same_base(name):
    assert isinstance(load_command_class("portal", name), PortalCommand)


def refused(capsys, *words):
    """(exit code, last line) of a command as the shell runs it, in this process."""
    command = load_command_class("portal", words[0])
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", *words, "--json"])
    return end.value.code, json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["night", "--day", "2026-11-21"], 1, "2026-11-21 is not a business day; there is nothing to bill."),
        (["night", "--day", str(NEXT_YEAR)], 1, f"{NEXT_YEAR} has not come yet."),
        (["night", "--day", "1999-01-04"], 1, "The business calendar does not reach 1999-01-04."),
        (["night", "--day", "soon"], 2, "argument --day: 'soon' is not a day like 2026-11-20"),
        (["night"], 2, "one of the arguments --day --through --due is required"),
        (["night", "--due", "--loudly"], 2, "unrecognized arguments: --loudly"),
        (["explain", "rubbish"], 1, "Write a charge's id or ACCOUNT:METHOD:PERIOD."),
        (["explain", "U1000001:1:2025-09"], 1, "There is no such fee: U1000001:1:2025-09"),
        (["figures", "--from", "/nowhere"], 1, "No figures in /nowhere: run the tests first."),
        (["import_statements"], 1, "Name at least one FILE, or a --query."),
    ],
)
@pytest.mark.django_db
def test_a_refusal_is_one_object_too(world, capsys, words, code, problem):
    assert refused(capsys, *words) == (code, {"ok": False, "problem": problem})


def test_statements_of_unknown_accounts_only_are_a_failure(world, capsys, tmp_path):
    statement = tmp_path / "strangers.csv"
    statement.write_text("date,account,nlv,currency\n2025-10-01,U7777777,100.00,USD\n")

    code, told = refused(capsys, "import_statements", str(statement))

    assert code == 1
    assert (told["ok"], told["new"], told["rejected"][0]["account"]) == (False, 0, "U7777777")
    assert told["problem"] == "Nothing was loaded: no row is of an account that the portal has."


def test_from_a_program_a_refusal_is_raised_as_well(world):
    out = StringIO()
    with pytest.raises(CommandError, match="no such fee"):
        call_command("explain", "U1000001:1:2025-09", "--json", stdout=out)
    assert json.loads(out.getvalue())["ok"] is False


def test_a_night_that_is_not_done_is_not_well(world):
    """Nothing has come from the broker, so the night is held."""
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("night", "--day", "2025-10-01", "--json", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue().splitlines()[-1])
    assert (told["ok"], told["state"]) == (False, "held")
    assert "No net asset value of 2025-10-01" in told["problem"]


def test_the_shell_gets_the_object_where_the_database_cannot_be_reached(tmp_path):
    url = "postgresql://{}:x@127.0.0.1:9/portal"
    env = {"PATH": os.environ["PATH"], "PORTAL_STATE": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:9/0"}
    env |= {f"DATABASE_URL{part}": url.format("x") for part in ("", "_WEB", "_WORKER", "_NIGHT", "_OFFICE")}
    command = [sys.executable, "manage.py", "explain", "U1000001:1:2025-09", "--json"]

    done = subprocess.run(command, cwd=Path(__file__).parents[3], env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False
    assert "Connection refused" in json.loads(done.stdout)["problem"]
    assert "Traceback" not in done.stderr
