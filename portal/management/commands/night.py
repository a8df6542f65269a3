"""manage.py night: runs the night of a business day, or all nights up to one."""

import sys
import time

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import nightly
from portal.management.base import PortalCommand, day
from portal.office.watching import tell_stopped


class Command(PortalCommand):
    help = "Bills every account for a business day and seals the day; run again, it continues or changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--day", type=day, help="the night of this business day")
        which.add_argument("--through", type=day, metavar="DAY", help="every night still due up to DAY")
        which.add_argument("--due", action="store_true", help="whatever is due now, as the workers would")
        parser.add_argument("--workers", type=int, default=1, help="processes that share each night (default 1)")

    def handle(self, *args: object, **options) -> None:
        if options["workers"] < 1:
            raise CommandError(_("A night needs at least one worker."))
        if options["due"]:
            try:
                count = nightly.claim_due_nights(at=timezone.now())
            finally:
                tell_stopped(at=timezone.now())
            if options["json"]:
                self.answer({"nights": count})
            else:
                self.stdout.write(ngettext("%(count)d night run", "%(count)d nights run", count) % {"count": count})
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
        done = not last or last["state"] == "done"
        if options["json"]:
            whole = (
                {"nights": nights, "total_seconds": round(time.monotonic() - began, 3)} if options["through"] else {}
            )
            self.answer({**last, **whole}, ok=done)
        if not done:
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
        seals = len(night["seals"])
        sealed = ngettext("%(count)d firm sealed", "%(count)d firms sealed", seals) % {"count": seals}
        told = {**night, "posted": money or "0", "sealed": sealed}
        line = _(
            "%(day)s: %(state)s; %(accounts)d accounts, %(accruals)d accruals, %(charges)d charges, posted %(posted)s,"
            " %(held)d held, %(sealed)s, %(seconds)s s"
        )
        return line % told + (f"\n  {night['problem']}" if night["problem"] else "")
