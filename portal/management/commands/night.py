"""manage.py night: runs the night of a business day, or all nights up to one."""

import json
import sys
import time
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import nightly


class Command(BaseCommand):
    help = "Bills every account for a business day and seals the day; run again, it continues or changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--day", type=date.fromisoformat, help="the night of this business day")
        which.add_argument("--through", type=date.fromisoformat, metavar="DAY", help="every night still due up to DAY")
        which.add_argument("--due", action="store_true", help="whatever is due now, as the workers would")
        parser.add_argument("--workers", type=int, default=1, help="processes that share each night (default 1)")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: object, **options) -> None:
        if options["workers"] < 1:
            raise CommandError(_("A night needs at least one worker."))
        if options["due"]:
            count = nightly.claim_due_nights(at=timezone.now())
            self.stdout.write(json.dumps({"nights": count}) if options["json"] else _("%d nights run") % count)
            return
        began = time.monotonic()
        last: dict[str, object] = {}
        nights = 0
        try:
            for last in self._nights(options):
                nights += 1
                self.stderr.write(self._line(last))
        except nightly.NightRefused as refused:
            raise CommandError(str(refused)) from refused
        if not last:
            self.stderr.write(_("Every night up to that day is done."))
        if options["json"]:
            whole = (
                {"nights": nights, "total_seconds": round(time.monotonic() - began, 3)} if options["through"] else {}
            )
            self.stdout.write(json.dumps({**last, **whole}))
        if last and last["state"] != "done":
            sys.exit(1)

    def _nights(self, options):
        settled = {"at": timezone.now(), "workers": options["workers"]}
        if options["day"]:
            return [nightly.night(options["day"], progress=self._progress, **settled)]
        return nightly.through(options["through"], **settled)

    def _progress(self, stage: str, done: int, rows: int) -> None:
        self.stderr.write(_("%(stage)s: %(done)d done, %(rows)d rows") % {"stage": stage, "done": done, "rows": rows})

    def _line(self, night: dict) -> str:
        money = ", ".join(f"{total} {currency}" for currency, total in night["posted"].items())
        told = {**night, "posted": money or "0", "sealed": len(night["seals"])}
        line = _(
            "%(day)s: %(state)s; %(accounts)d accounts, %(accruals)d accruals, %(charges)d charges, posted %(posted)s,"
            " %(held)d held, %(sealed)d firms sealed, %(seconds)s s"
        )
        return line % told + (f"\n  {night['problem']}" if night["problem"] else "")
