"""manage.py rmd: what must be taken out of an IRA in a year, from figures that are typed; it asks no database."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand, amount, day
from portal.tools.rmd import inherited
from portal.tools.rmd.inherited import Heir, Inheritance
from portal.tools.rmd.rules import Reason, Requirement, required
from portal.tools.rmd.tables import FIRST_YEAR
from portal.tools.rmd.words import DISCLAIMER, TABLES, sentences

LAST_YEAR = 2200


class Command(PortalCommand):
    help = "Table, factor, amount and due day of a required minimum distribution, as the RMD Calculator has them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--birth", type=day, help="of the owner; with --inherited of the heir")
        parser.add_argument("--year", type=int, required=True, help="the year of the distribution")
        parser.add_argument("--balance", type=amount, help="on 31 December of the year before")
        parser.add_argument("--rollover", type=amount, default=Decimal(0), help="on its way to the IRA on that day")
        parser.add_argument("--roth", action="store_true", help="the IRA is a Roth IRA")
        parser.add_argument("--spouse-birth", type=day, help="the owner's spouse")
        parser.add_argument("--spouse-sole-beneficiary", action="store_true", help="the whole year through")
        parser.add_argument("--inherited", metavar="HEIR", choices=[one.value for one in Heir], help=", ".join(Heir))
        parser.add_argument("--owner-birth", type=day, help="with --inherited")
        parser.add_argument("--owner-died", type=day, help="with --inherited")

    def handle(self, *args: object, **options: Any) -> None:
        _check(options)
        due = _required(options)
        said = [*sentences(due), str(DISCLAIMER)]
        if options["json"]:
            self.answer({**_facts(due), "why": " ".join(said)})
            return
        if due.amount is not None:
            table = f"{TABLES[due.table]} {due.factor}: " if due.table else ""
            until = f", {due.due}" if due.due else ""
            self.stdout.write(f"{table}{due.amount}{until}")
        for sentence in said:
            self.stdout.write(sentence)


def _check(options: dict[str, Any]) -> None:
    """Raises CommandError where the days do not fit together."""
    if not FIRST_YEAR <= options["year"] <= LAST_YEAR:
        said = _("The tables hold for the years from %(first)s to %(last)s.")
        raise CommandError(said % {"first": FIRST_YEAR, "last": LAST_YEAR})
    ended = date(options["year"], 12, 31)
    if any(options[name] and options[name] > ended for name in ("birth", "spouse_birth", "owner_birth", "owner_died")):
        raise CommandError(_("A day lies after the year."))
    born, died = options["owner_birth"], options["owner_died"]
    if options["inherited"]:
        if not born or not died:
            raise CommandError(_("Say with --owner-birth and --owner-died whose IRA it was."))
        if died < born:
            raise CommandError(_("Nobody dies before birth."))
    elif born or died:
        raise CommandError(_("Say with --inherited who has inherited."))


def _required(options: dict[str, Any]) -> Requirement:
    year, balance = options["year"], options["balance"]
    if balance is not None:
        balance += options["rollover"]
    if options["inherited"]:
        case = Inheritance(
            owner_born_on=options["owner_birth"],
            owner_died_on=options["owner_died"],
            heir=Heir(options["inherited"]),
            heir_born_on=options["birth"],
            was_roth=options["roth"],
        )
        return inherited.required(case, year=year, balance=balance)
    if options["roth"]:
        return Requirement(year, Reason.ROTH)
    return required(
        born_on=options["birth"],
        year=year,
        balance=balance,
        spouse_born_on=options["spouse_birth"],
        spouse_is_sole=options["spouse_sole_beneficiary"],
    )


def _facts(due: Requirement) -> dict[str, object]:
    """For machines: amounts and factors as exact texts, days as 2026-12-31."""
    return {
        "year": due.year,
        "reason": due.reason.value,
        "table": due.table.value if due.table else None,
        "factor": due.factor,
        "amount": due.amount,
        "whole_dollars": due.whole_dollars,
        "due": due.due,
        "age": due.age,
        "spouse_age": due.spouse_age,
        "first_year": due.first_year,
        "empty_by": due.empty_by,
        "waived": due.is_waived,
    }
