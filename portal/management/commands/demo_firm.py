"""manage.py demo_firm: the demo firm with its people, schedules, statements and billed nights; run again, it adds only
what is missing."""

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.demo import firm
from portal.lib.exchange import EXCHANGE_ZONE
from portal.management.base import PortalCommand, day


class Command(PortalCommand):
    help = "Makes the demo firm through the same doors as an operator would, or continues it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clients", type=int, default=200, help="how many, when the firm is made")
        parser.add_argument("--months", type=int, default=13, help="length of its history, when the firm is made")
        parser.add_argument("--until", type=day, metavar="DAY", help="default: the last business day")

    def handle(self, *args: object, **options: object) -> None:
        at = timezone.now()
        try:
            made = firm.make(
                clients=int(str(options["clients"])),
                months=int(str(options["months"])),
                until=options["until"],  # type: ignore[arg-type]
                today=at.astimezone(EXCHANGE_ZONE).date(),
                at=at,
                say=self.stdout.write,
            )
        except firm.DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.answer(made)
            return
        self.stdout.write(
            _("%(firm)s: %(accounts)d accounts, %(from)s to %(until)s, %(nights)d nights run, %(seconds)s s") % made
        )
        for entry in made["sign_ins"]:
            self.stdout.write("  {who}: {username}  {password}".format(**entry))
        self.stdout.write(_("  Storage password of the top-level advisor: %(storage_password)s") % made)
