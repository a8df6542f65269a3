"""A real installation, step by step as docker-compose.yml and docs/runbook.md have it: from a server that knows nothing
of the portal to a sealed night, its backup, and the backup restored elsewhere."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from portal.lib.business_days import Calendar, nyse
from portal.servers import knock, launcher, postgres, processes
from tests.conftest import CHECKOUT

TODAY = datetime.now(ZoneInfo("America/New_York")).date()
DAYS = Calendar((day for day, _ in nyse(TODAY.year - 1, TODAY.year)), years=(TODAY.year - 1, TODAY.year))
NIGHT = DAYS.previous(TODAY)
OPENED = DAYS.add(NIGHT, -2)
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
RUNBOOK = (CHECKOUT / "docs" / "runbook.md").read_text()


@dataclass
class Machine:
    """A server of one's own and the environment of the portal's processes there."""

    folder: Path
    env: dict[str, str]

    def shell(self, script: str, *, words: str = "", code: int = 0) -> str:
        """Run lines of the documentation from a folder of our own; what they print."""
        lines = script.replace("python manage.py", f"python {CHECKOUT}/manage.py")
        done = subprocess.run(
            ["/bin/sh", "-ec", lines],
            cwd=self.folder,
            env=self.env,
            input=words,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def manage(self, words: str, *, code: int = 0, typed: str = "") -> dict:
        return json.loads(self.shell(f"python manage.py {words} --json", code=code, words=typed).splitlines()[-1])


def machine(folder: Path) -> Machine:
    """PostgreSQL and Valkey that stand for servers of one's own, with addresses as `--env` prints them."""
    folder.chmod(0o711)
    servers = launcher.ensure(folder / "servers")
    admin = launcher.superuser_environment(folder / "servers")
    host = admin["DATABASE_ADMIN_URL"].split("@")[1].split("/")[0]
    path = f"{Path(sys.executable).parent}{os.pathsep}{admin['PATH']}"
    printed = subprocess.run(
        [sys.executable, "-m", "portal.servers.roles", "--env", host],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    addresses = dict(line.split("=", 1) for line in printed.split())
    addresses["REDIS_URL"] = servers.env["REDIS_URL"]
    state = folder / "state"
    state.mkdir()
    return Machine(
        folder,
        {
            "PATH": path,
            "HOME": str(folder),
            "PYTHONPATH": str(CHECKOUT),
            "DATABASE_ADMIN_URL": admin["DATABASE_ADMIN_URL"],
            "PORTAL_STATE": str(state),
            **addresses,
        },
    )


@pytest.fixture(scope="module")
def machines() -> Iterator[list[Machine]]:
    made: list[Machine] = []
    with tempfile.TemporaryDirectory(prefix="portal-test-") as one, tempfile.TemporaryDirectory() as two:
        for folder in (Path(one), Path(two)):
            made.append(machine(folder))
        yield made
        for each in made:
            for part in launcher.running(each.folder / "servers").values():
                processes.stop(postgres.process_of(part))


@pytest.fixture(scope="module")
def installed(machines: list[Machine]) -> Machine:
    """What the service `prepare` of docker-compose.yml does, word for word."""
    here = machines[0]
    command = COMPOSE["services"]["prepare"]["command"]
    assert command[:2] == ["sh", "-c"]
    here.shell(command[2])
    return here


@pytest.fixture(scope="module")
def billed(installed: Machine) -> Machine:
    """The first firm, by the commands that the runbook has under that name, with the days of this test."""
    (section,) = re.findall(r"## The first firm\n.*?```\n(.*?)```", RUNBOOK, re.S)
    opened, started = OPENED.isoformat(), NIGHT.isoformat()
    steps = section.replace("2026-11-02", opened).replace("2026-11-03", started)
    (installed.folder / "agreement.pdf").write_text("what Ana signed")
    (installed.folder / "values.csv").write_text(f"account,date,nlv\nU1000001,{started},252000.00\n")
    installed.shell(steps)
    return installed


def test_env_gives_what_compose_asks_for(installed):
    asked = set(re.findall(r"\$\{(\w+):\?", (CHECKOUT / "docker-compose.yml").read_text()))

    assert asked <= set(installed.env)


def test_a_new_installation_has_a_calendar_that_reaches_far_enough(installed):
    broken = {one["check"] for one in installed.manage("selfcheck")["breaks"]}

    assert broken == set()


def test_the_first_night_is_billed_and_sealed(billed):
    """252,000 at 1 % a year is ten dollars a business day, worked by hand."""
    night = billed.manage(f"night --day {NIGHT}")
    (fee,) = billed.manage(f"explain U1000001:PERCENTOFEQUITY:{NIGHT}")["fees"]

    assert (night["state"], night["accounts"], night["held"], len(night["seals"])) == ("done", 1, 0, 1)
    assert (fee["amount"], fee["payee"], fee["agrees"]) == ("10.00", "Field Advisors", True)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("office_user NORA.field", "Somebody signs in as NORA.field already."),
        ("firm Second --number F1000001 --advisor somebody", "There is an account with this number already."),
        ("account U1000001 --below F1000001 --title X", "There is an account with this number already."),
        ("account U1000002 --below F7777777 --title X", "There is no account F7777777."),
        ("createsuperuser --username root", "manage.py office_user NAME"),
        (f"agree U1000001 --as nobody --starts {TODAY} --strategy none", "Nobody signs in as nobody."),
        (f"agree U1000001 --as nora.field --starts {TODAY} --strategy none", "nora.field is not an advisor's user."),
        (f"agree U7777777 --as ada.field --starts {TODAY} --strategy none", "There is no account U7777777."),
        (f"agree U1000001 --as ada.field --starts {TODAY} --method FLAT", None),
        (f"agree U1000001 --as ada.field --starts {TODAY} --rate 1%", None),
        (
            f"agree U1000001 --as ada.field --starts {TODAY} --method PERCENTOFEQUITY --rate 0.01",
            "signature: Automatic fees need the client's signed authorization.",
        ),
        (
            f"agree U1000001 --as ada.field --starts {NIGHT} --strategy none",
            f"starts: The night of {NIGHT} has been billed; the schedule can start on a later day only.",
        ),
    ],
)
def test_what_may_not_be_is_refused_in_words(billed, words, problem):
    told = billed.manage(words, code=2 if problem is None else 1)

    assert told["ok"] is False
    assert (problem or "") in told["problem"]


def test_ranges_and_further_fees_can_be_agreed(billed):
    starts = DAYS.next(NIGHT) if DAYS.next(NIGHT).year == TODAY.year else TODAY
    told = billed.manage(
        f"agree U1000001 --as ada.field --starts {starts} --signed-name 'Ana Alvarez' --signed-at {OPENED}T15:40"
        " --document agreement.pdf --method BLENDEDPERCENTOFEQUITY_EOM --range 0:250000:1.1% --range 250000::0.5%"
        " --method ANNUALFLATFEE_MONTHLY --flat 600"
    )

    assert (told["ok"], told["version"], told["payee"]) == (True, 2, "Field Advisors")
    assert told["document"] == hashlib.sha256(b"what Ana signed").hexdigest()


def test_a_password_may_come_from_standard_input(billed):
    told = billed.manage("office_user second.person --password-stdin", typed="a long and quiet river\n")
    weak = billed.manage("office_user third.person --password-stdin", typed="short\n", code=1)

    assert (told["ok"], told["link"]) == (True, "")
    assert "too short" in weak["problem"]


def test_the_image_serves_and_calls_itself_well(billed):
    """The image's own command, on a port of this machine, and its own health check."""
    (command,) = re.findall(r"^CMD (\[.*\])$", (CHECKOUT / "Dockerfile").read_text(), re.M)
    port = processes.free_port()
    words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in json.loads(command)]
    log = billed.folder / "web.log"
    child = processes.start(
        [Path(sys.executable).parent / words[0], *words[1:]], log=log, environment=billed.env, cwd=CHECKOUT
    )
    web = processes.Process(child.pid, processes.birth(child.pid))
    try:
        processes.wait_until(lambda: knock.main(port) == 0, web, name="web", log=log, patience=60)
    finally:
        processes.stop(web, patience=20)


def test_a_backup_is_restored_elsewhere(billed, machines):
    """Both blocks of the runbook, the second against the server of another machine."""
    backup, restore = re.findall(r"```\n((?:pg_dump|pg_restore).*?)```", RUNBOOK, re.S)
    (Path(billed.env["PORTAL_STATE"]) / "files").mkdir(exist_ok=True)
    there = machines[1]
    billed.shell(backup)
    there.shell("python -m portal.servers.roles")
    for name in ("portal.dump", "state.tar.gz"):
        (billed.folder / name).rename(there.folder / name)

    told = there.shell(restore.replace("manage.py migrate", "manage.py migrate --plan"))

    assert "No planned migration operations." in told
    assert " 0 broken" in told
    assert (Path(there.env["PORTAL_STATE"]) / "secret_key").read_bytes() == (
        Path(billed.env["PORTAL_STATE"]) / "secret_key"
    ).read_bytes()
    assert there.manage(f"night --day {NIGHT}")["state"] == "done"


def test_the_embedded_servers_lend_their_superuser_to_a_command(machines):
    """`python -m portal.servers.launcher COMMAND`, which the runbook names for backups."""
    state = machines[0].folder / "servers"
    script = 'psql -Atc "select current_user" "${DATABASE_ADMIN_URL%/*}/portal"; echo "$PORTAL_STATE"'
    env = {"PATH": os.environ["PATH"], "PORTAL_STATE": str(state)}

    done = subprocess.run(
        [sys.executable, "-m", "portal.servers.launcher", "sh", "-c", script],
        cwd=CHECKOUT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["postgres", str(state)]
