"""manage.py selfcheck: asks everything that must be true of the books, the rights and the configuration."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from accounts.ground.ledger.checks import Break
from portal.lib.words import english
from portal.selfcheck import books, configuration, rights

Asked = tuple[str, str, list[Break]]


class Command(BaseCommand):
    help = "Asks every invariant of the books, the rights and the configuration; exits with 1 when one is broken."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: object, **options) -> None:
        began, asked, broken = time.monotonic(), 0, []
        for group, name, found in _ask(timezone.now().date()):
            asked += 1
            if not options["json"]:
                self.stdout.write(f"{'BROKEN' if found else 'ok':8}{group}: {name.replace('_', ' ')}")
            for one in found:
                broken.append({"group": group, "check": name, "firm": one.firm_id, "words": english(one.sentence)})
                self.stderr.write(f"  {one.invariant}: {english(one.sentence)}")
        if options["json"]:
            answer = {"checks": asked, "breaks": broken, "seconds": round(time.monotonic() - began, 3)}
            self.stdout.write(json.dumps({"ok": not broken, **answer}))
        else:
            self.stdout.write(_("%(asked)d checks, %(broken)d broken") % {"asked": asked, "broken": len(broken)})
        if broken:
            sys.exit(1)


def _ask(today: date) -> Iterator[Asked]:
    for check in books.CHECKS:
        # The night's login reads every firm; one snapshot a check, so that a night at work is not half seen.
        with as_role("night"), transaction.atomic(using="night"):
            yield "books", check.__name__, check()
    yield from _plain("rights", rights.CHECKS)
    for check_on in configuration.CHECKS:
        yield "configuration", check_on.__name__, check_on(today)


def _plain(group: str, checks: tuple[Callable[[], list[Break]], ...]) -> Iterator[Asked]:
    for check in checks:
        with as_role("night"):
            yield group, check.__name__, check()
