"""manage.py report: a report as a file, in a person's name."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import Http404, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.ground.access.context import acting, as_role
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.people.models import User
from portal.management.base import PortalCommand, private_file
from portal.reports.actions import at_once
from portal.reports.files import FORMATS, TooLong
from portal.reports.periods import Choice
from portal.reports.queries import Asked
from portal.reports.wishes import Kind, Wish

SAID = ("accounts", "period", "first", "last", "mode", "by", "frequency", "detail", "measure", "currency")


class Command(PortalCommand):
    help = "Writes the report NAME with what PERSON may see, to a file or to the standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", choices=[one.value for one in Kind])
        parser.add_argument("--as", dest="person", metavar="PERSON", required=True, help="the sign-in name")
        parser.add_argument("--period", choices=[one.value for one in Choice], help="by default the report's usual one")
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--out", metavar="FILE", help="where to write it; the standard output without it")
        parser.add_argument("--accounts", metavar="NUMBERS", help="numbers of accounts or advisors, a space between")
        for name in SAID[2:]:
            parser.add_argument(f"--{name}", metavar=name.upper(), help="as in the address of the page")

    def handle(self, *args: object, **options: Any) -> None:
        with as_role("office"):
            user = User.objects.filter(username__iexact=options["person"], is_active=True).first()
        if user is None:
            raise CommandError(_("Nobody can sign in as %(name)s.") % {"name": options["person"]})
        content = _made(user, options)
        if options["out"]:
            with private_file(Path(options["out"])) as file:
                file.write(content)
        else:
            sys.stdout.buffer.write(content)


def _made(user: User, options: dict[str, Any]) -> bytes:
    """In the person's own name and seat, so that both walls stand."""
    query = QueryDict(mutable=True)
    for name in SAID:
        if options[name]:
            query[name] = options[name]
    with acting(user.pk) as who, translation.override(user.language):
        if who is None or not may_pass(who, Gate("report")):
            raise CommandError(_("%(name)s may see no reports.") % {"name": user.username})
        try:
            made = at_once(Asked.by(who, Wish.of(Kind(options["name"]), query)), options["format"], at=timezone.now())
        except Http404 as missing:
            raise CommandError(_("There is no such account among those the person sees.")) from missing
        except TooLong as problem:
            raise CommandError(str(problem)) from problem
    if made is None:
        raise CommandError(_("Nothing of this period is closed yet."))
    return made[0]
