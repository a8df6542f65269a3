"""manage.py replay: makes everything that nights made once more, in a copy, and compares the two ledgers."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand
from portal.replay.run import ReplayRefused, replay


class Command(PortalCommand):
    help = "Rebuilds a fresh copy of the database from its inputs and exits with 1 unless the ledger is the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--copy", default="portal_replay", help="name of the copy (default portal_replay)")
        parser.add_argument("--keep", action="store_true", help="do not drop the copy afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = replay(copy=options["copy"], keep=options["keep"], say=self.stderr.write)
        except ReplayRefused as refused:
            raise CommandError(_(str(refused))) from refused
        if options["json"]:
            self.answer(found.told(), ok=found.is_same)
        else:
            for name, one in (("before", found.before), ("again", found.after)):
                self.stdout.write(f"{name:<7} {one.movements} movements  {one.ledger}  {one.days} seals")
            self.stdout.write(_("The same ledger.") if found.is_same else _("The ledgers differ."))
        if not found.is_same:
            sys.exit(1)
