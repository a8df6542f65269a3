"""`manage.py import_cards FILE`: a vendor's file of card keys (PSKC, RFC 6030) into stock."""

import sys
from pathlib import Path

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auth2fa.cards.actions import stock
from auth2fa.factors.pskc import BadFile, read
from portal.management import people
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Takes the cards of a vendor's file into stock: all of them, or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the file's password from standard input"
        )

    def handle(self, *args: object, **options) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        try:
            seeds = read(options["file"].read_bytes(), password=password)
            with people.in_the_office():
                count = stock(seeds=seeds, at=timezone.now())
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        except BadFile as problem:
            raise CommandError(_("Nothing was taken: %(problem)s.") % {"problem": problem}) from problem
        if options["json"]:
            self.answer({"cards": count})
            return
        self.stdout.write(
            ngettext("%(count)s card is in stock.", "%(count)s cards are in stock.", count) % {"count": count}
        )
