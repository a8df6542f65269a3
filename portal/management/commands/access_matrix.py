"""manage.py access_matrix: builds the generated matrix of rights anew and walks it, both walls and each wall alone."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand
from portal.management.commands.figures import added_up, facts_in

TESTS = ("tests/house/test_matrix.py", "tests/house/test_forged_ids.py")
# What this process was told of the portal's own servers; the tests start others, and read settings after that.
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_PROCESS", "PORTAL_TESTING")
LAST_LINES = 20


class Command(PortalCommand):
    help = "Walks person x route x method x account in a throw-away database; exits with 1 where something leaks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="people or passes whose names contain this")

    def handle(self, *args: object, **options) -> None:
        # The matrix is a test of the checkout, told by people of its own; the portal only calls it.
        if not (settings.BASE_DIR / TESTS[0]).is_file():
            raise CommandError(_("The tests are not part of this installation; walk the matrix in a checkout."))
        with tempfile.TemporaryDirectory() as folder:
            code, text = _walk(Path(folder), options["only"])
            found = added_up(list(facts_in(Path(folder)))).get("access_matrix", {})
        if options["json"]:
            # Where the walk itself broke there are no figures; what it said last is then the answer.
            said = {} if code == 0 else {"problem": _problem(code, text)}
            self.answer({**found, **said}, ok=code == 0)
        else:
            self.stdout.write(text)
        if code:
            raise SystemExit(1)


def _problem(code: int, text: str) -> str:
    """What the walk said last, and who ended it if it did not end by itself."""
    lines = text.strip().splitlines()[-LAST_LINES:]
    if code < 0:
        lines.append(_("The walk was ended by signal %(number)s.") % {"number": -code})
    return "\n".join(lines)


def _walk(folder: Path, only: str) -> tuple[int, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    env |= {"PORTAL_FIGURES": str(folder), "PORTAL_MATRIX": "whole"}
    # The whole matrix is worth a database for each processor; a part of it is done before they would stand.
    at_once = ["-n0", "-k", only] if only else ["-n", str(os.cpu_count() or 1), "--maxschedchunk", "1"]
    asked = [sys.executable, "-m", "pytest", *TESTS, "-q", *at_once]
    ran = subprocess.run(asked, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr
