"""manage.py selfcheck: asks everything that must be true of the books, the rights and the configuration."""

import sys
import time
from collections.abc import Callable, Iterator

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from accounts.ground.ledger.checks import Break
from portal.lib.words import english
from portal.management.base import PortalCommand
from portal.selfcheck import books, configuration, rights
from portal.selfcheck.books import Look

Asked = tuple[str, str, list[Break]]


class Command(PortalCommand):
    help = "Asks every invariant of the books, the rights and the configuration; exits with 1 when one is broken."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--whole", action="store_true", help="every accrual and fee ever sealed again, not only those due today"
        )

    def handle(self, *args: object, **options) -> None:
        began, asked, broken = time.monotonic(), 0, []
        for group, name, found in _ask(Look(timezone.now().date(), options["whole"])):
            asked += 1
            if not options["json"]:
                self.stdout.write(f"{'BROKEN' if found else 'ok':8}{group}: {name.replace('_', ' ')}")
            for one in found:
                broken.append({"group": group, "check": name, "firm": one.firm_id, "words": english(one.sentence)})
                self.stderr.write(f"  {one.invariant}: {english(one.sentence)}")
        if options["json"]:
            answer = {"checks": asked, "breaks": broken, "seconds": round(time.monotonic() - began, 3)}
            self.answer(answer, ok=not broken)
        else:
            self.stdout.write(_("%(asked)d checks, %(broken)d broken") % {"asked": asked, "broken": len(broken)})
        if broken:
            sys.exit(1)


def _ask(how: Look) -> Iterator[Asked]:
    for check in books.CHECKS:
        yield "books", check.__name__, _in_one_snapshot(check)
    for check_by_turns in books.CHECKS_BY_TURNS:
        yield "books", check_by_turns.__name__, _in_one_snapshot(lambda ask=check_by_turns: ask(how))
    for check in rights.CHECKS:
        with as_role("night"):
            yield "rights", check.__name__, check()
    for check_on in configuration.CHECKS:
        yield "configuration", check_on.__name__, check_on(how.today)


def _in_one_snapshot(check: Callable[[], list[Break]]) -> list[Break]:
    """The night's login reads every firm; one snapshot, so that a night at work is not half seen."""
    with as_role("night"), transaction.atomic(using="night"):
        return check()
