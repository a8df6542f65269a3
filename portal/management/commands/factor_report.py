"""`manage.py factor_report`: what every sign-in is proved with, for the compliance officer."""

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from auth2fa.report.queries import lines, restricted, totals
from portal.management import people
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Lists every sign-in with its seats and devices; those with a password or texts alone are marked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--weak", action="store_true", help="only sign-ins with a password or texts alone")

        parser.add_argument(
            "--restricted", action="store_true", help="every number that gets codes, and how many have moved on"
        )

    def handle(self, *args: object, **options) -> None:
        if options["restricted"]:
            self._restricted(is_json=options["json"])
            return
        with people.in_the_office():
            found = lines(timezone.now())
        shown = [one for one in found if not options["weak"] or one.is_weak]
        if options["json"]:
            self.answer({"totals": totals(found), "sign_ins": [one.facts() for one in shown]})
            return
        for one in shown:
            concerns = [
                words
                for is_one, words in (
                    (one.is_password_alone, _("password alone")),
                    (one.is_text_alone, _("texts alone")),
                    (bool(one.opted_out), _("has opted out")),
                    (one.has_switched_off, _("a device is switched off")),
                    (one.is_disabled, _("disabled after wrong passwords")),
                )
                if is_one
            ]
            if one.is_text_alone and one.reminded:
                concerns.append(_("reminded on %(day)s") % {"day": f"{one.reminded:%Y-%m-%d}"})
            parts = [one.username, ", ".join(one.seats) or "—", ", ".join(one.kinds) or "—", "; ".join(concerns)]
            self.stdout.write("  ".join(part for part in parts if part))
        sums = totals(found)
        words = _("%(sign_ins)s sign-ins, %(password_alone)s with a password alone, %(text_alone)s with texts alone")
        self.stdout.write(words % sums)

    def _restricted(self, *, is_json: bool) -> None:
        with people.in_the_office():
            rows, sums = restricted(timezone.now())
        if is_json:
            self.answer({"totals": sums, "numbers": [one.facts() for one in rows]})
            return
        for one in rows:
            concerns = [
                words
                for is_one, words in (
                    (one.is_alone, _("texts alone")),
                    (one.is_closed, _("a device is switched off")),
                    (one.ends, _("the firm ends texts on %(day)s") % {"day": one.ends}),
                )
                if is_one
            ]
            since = _("since %(day)s") % {"day": f"{one.since:%Y-%m-%d}"}
            parts = [one.username, one.number, one.line, since, "; ".join(concerns)]
            self.stdout.write("  ".join(part for part in parts if part))
        words = _(
            "%(numbers)s numbers, %(alone)s of people with nothing better; %(moved_in_a_year)s people moved on within a"
            " year. In 30 days %(codes_in_30_days)s codes left, %(answered_in_30_days)s came back,"
            " %(notices_in_30_days)s notices, USD %(usd_in_30_days)s."
        )
        self.stdout.write(words % sums)
