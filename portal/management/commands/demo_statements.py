"""manage.py demo_statements: the demo broker delivers the statements of the business days that are missing."""

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from portal.demo import firm
from portal.lib.exchange import EXCHANGE_ZONE
from portal.management.base import PortalCommand, day


class Command(PortalCommand):
    help = "Writes and imports the demo firm's next statements; `manage.py night` bills them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", type=day, metavar="DAY", help="default: today")
        parser.add_argument(
            "--missing", action="store_true", help="deliver the value that was left out on purpose instead"
        )

    def handle(self, *args: object, **options: object) -> None:
        at = timezone.now()
        today = at.astimezone(EXCHANGE_ZONE).date()
        try:
            if options["missing"]:
                delivered = firm.deliver_missing(at=at)
            else:
                until = options["until"] or today
                delivered = firm.deliver(until=until, at=at, say=self.stdout.write)  # type: ignore[arg-type]
        except firm.DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.answer(delivered)
