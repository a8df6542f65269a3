"""manage.py goal: how likely a goal is reached, from figures that are typed; it asks no database."""

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand, amount, day, percent
from portal.tools.goals.actions import ran
from portal.tools.goals.rules import LONGEST_WAIT, PROFILES, Aim, Kind, band, check
from portal.tools.goals.words import BANDS

MOST_SEED = 2**62


class Command(PortalCommand):
    help = "Runs the simulation of the Goal Tracker: probability, band, closed form where there is one, and the paths."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--start", type=amount, required=True, help="what the account is worth today")
        parser.add_argument("--amount", type=amount, required=True, help="in today's money; see --kind")
        parser.add_argument(
            "--kind",
            choices=[one.value for one in Kind],
            default=Kind.OTHER.value,
            help="what for: the amount is paid once, for college in each of four years, for retirement each month",
        )
        when = parser.add_mutually_exclusive_group(required=True)
        when.add_argument("--on", type=day, help="the day of the goal")
        when.add_argument("--in-years", type=int, metavar="YEARS", help="the same in whole years from --today")
        parser.add_argument("--profile", choices=list(PROFILES), help="instead of --return and --volatility")
        parser.add_argument("--return", dest="mean", type=percent, help="a year, such as 7%%")
        parser.add_argument("--volatility", type=percent, help="a year, such as 10%%")
        parser.add_argument("--contribution", type=amount, default=Decimal(0), help="put in at the end of each month")
        parser.add_argument("--social-security", type=amount, default=Decimal(0), help="a month of the retirement")
        parser.add_argument("--retirement-years", type=int, default=0)
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same paths")
        parser.add_argument("--today", type=day, help="the day from which months are counted")

    def handle(self, *args: object, **options: Any) -> None:
        options["today"] = options["today"] or timezone.localdate()
        aim = _aim(options)
        problems = check(aim, options["start"], options["today"])
        if problems:
            raise CommandError(" ".join(_(words) for words in problems.values()))
        if not 0 <= options["seed"] < MOST_SEED:
            raise CommandError(_("A seed lies between 0 and %(most)s.") % {"most": MOST_SEED - 1})
        found = ran(aim, options["start"], options["seed"], options["today"])
        read = band(found["probability"])
        if options["json"]:
            told = {"band": read.value, **found["outcome"]}
            self.answer({"seed": found["seed"], "probability": found["probability"], **told})
        else:
            self.stdout.write(f"{BANDS[read][0]}: {100 * found['probability']:.2f}%, {found['outcome']['needed']}")


def _aim(options: dict[str, Any]) -> Aim:
    """What was typed as the rules take it."""
    mean, volatility = PROFILES.get(options["profile"], (options["mean"], options["volatility"]))
    if mean is None or volatility is None:
        raise CommandError(_("Say --profile, or --return and --volatility."))
    return Aim(
        name=options["kind"],
        kind=options["kind"],
        amount=options["amount"],
        starts_on=options["on"] or _later(options["today"], options["in_years"]),
        mean=mean,
        volatility=volatility,
        contribution=options["contribution"],
        social_security=options["social_security"],
        years=options["retirement_years"],
    )


def _later(today: date, years: int) -> date:
    """The same day some years on; the last of February where there is no 29th."""
    if not 0 < years <= LONGEST_WAIT:
        raise CommandError(_("Choose a day from today on, in the next fifty years."))
    year = today.year + years
    return today.replace(year=year, day=min(today.day, monthrange(year, today.month)[1]))
