"""manage.py createsuperuser: refused, because nobody here is above the rules; it names what to use instead."""

from typing import NoReturn

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Not offered: manage.py office_user NAME makes a person of the back office."

    def run_from_argv(self, argv: list[str]) -> None:
        """Whatever Django's own would take is answered by the same sentence."""
        super().run_from_argv([*argv[:2], *(word for word in argv[2:] if word in ("--json", "--help", "-h"))])

    def handle(self, *args: object, **options: object) -> NoReturn:
        raise CommandError(_("People of the back office need a seat there: use manage.py office_user NAME."))
