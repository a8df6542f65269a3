"""manage.py import_prices: closing prices of benchmarks, from tables of symbol, day and price."""

import sys
from pathlib import Path

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.broker.prices.actions import record_prices
from accounts.broker.prices.rules import read
from accounts.ground.access.context import as_role
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = (
        "Loads closing prices of benchmarks from CSV files with symbol, day and price. Loading a file again changes"
        " nothing; another price for a known day is a correction, and what nights have used stays as they used it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: object, **options) -> None:
        new, count, refused = 0, 0, []
        for path in options["files"]:
            try:
                text = path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
            prices, wrong = read(text)
            with as_role("office"):
                new += record_prices(prices, source=path.name, at=timezone.now)
            count += len(prices)
            refused += [
                {"file": path.name, "line": line, "problem": _(sentence.msgid) % sentence.params}
                for line, sentence in wrong
            ]
        if options["json"]:
            self.answer({"prices": count, "new": new, "refused": refused}, ok=not refused)
        else:
            self.stdout.write(_("%(count)d prices, %(new)d new or corrected") % {"count": count, "new": new})
            for one in refused:
                self.stderr.write(f"{one['file']}:{one['line']}: {one['problem']}")
        if refused:
            sys.exit(1)
