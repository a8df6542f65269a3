"""manage.py demo_once: loads the demo firm's next statements and runs one night."""

from time import monotonic

from django.core.management.base import CommandError
from django.utils import timezone

from portal.demo import firm
from portal.lib.exchange import EXCHANGE_ZONE
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Loads the demo firm's next statements, runs the night and sums it up."

    def handle(self, *args: object, **options: object) -> None:
        began, at = monotonic(), timezone.now()
        try:
            found = firm.once(today=at.astimezone(EXCHANGE_ZONE).date(), at=at, say=self.stdout.write)
        except firm.DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        found["seconds"] = round(monotonic() - began, 1)
        if options["json"]:
            self.answer(found)
            return
        for name, value in found.items():
            self.stdout.write(f"{name}: {value}")
