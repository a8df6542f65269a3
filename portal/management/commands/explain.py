"""manage.py explain: the proof of a fee in words."""

import re
from datetime import date
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from fees.engine.registry import EVERY, EVERY_BY_NAME
from fees.posting.models import Charge
from fees.proofs.actions import Verdict, recompute_charge
from fees.proofs.queries import Proof, proof
from fees.proofs.words import method_title, tell
from portal.management.base import PortalCommand

MONTHS_A_QUARTER = 3


class Command(PortalCommand):
    help = (
        "Prints how a fee was worked out and whether it works out again. FEE is a charge's id or ACCOUNT:METHOD:PERIOD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "fee",
            metavar="FEE",
            help="id, or for example U1000001:PERCENTOFEQUITY_EOM:2025-09, :2025-Q3, :2025-09-30",
        )

    def handle(self, *args: object, **options) -> None:
        # The night's login: an operator at the shell may read every firm.
        with as_role("night"):
            found = list(
                charges(options["fee"]).select_related("account", "practice").order_by("practice_id", "revision")
            )
            if not found:
                raise CommandError(_("There is no such fee: %(fee)s") % {"fee": options["fee"]})
            opened = [(one := proof(charge), recompute_charge(charge, one.evidence)) for charge in found]
        for one, verdict in opened:
            if not options["json"]:
                self.stdout.write("\n".join(_lines(one, verdict)))
        if options["json"]:
            self.answer({"fees": [_told(one, verdict) for one, verdict in opened]})


def charges(fee: str) -> "QuerySet[Charge]":
    """The charges that the words mean: one by its id; by account, method and period one for each payee."""
    try:
        return Charge.unscoped.filter(pk=UUID(fee))
    except ValueError:
        pass
    parts = fee.split(":")
    if len(parts) != 3:
        raise CommandError(_("Write a charge's id or ACCOUNT:METHOD:PERIOD."))
    number, method, period = parts
    return Charge.unscoped.filter(account__number=number.upper(), method=_code(method), starts=_first_day(period))


def _code(method: str) -> int:
    if method.upper() in EVERY_BY_NAME:
        return EVERY_BY_NAME[method.upper()].code
    if method.isdigit() and int(method) in EVERY:
        return int(method)
    raise CommandError(
        _("%(method)s is not a method; known are %(known)s.") % {"method": method, "known": ", ".join(EVERY_BY_NAME)}
    )


def _first_day(period: str) -> date:
    """2025-09 is the month, 2025-Q3 the quarter, 2025-09-30 the day, 2025 the year."""
    try:
        if quarter := re.fullmatch(r"(\d{4})-Q([1-4])", period, re.I):
            return date(int(quarter[1]), (int(quarter[2]) - 1) * MONTHS_A_QUARTER + 1, 1)
        if re.fullmatch(r"\d{4}", period):
            return date(int(period), 1, 1)
        return date.fromisoformat(f"{period}-01" if re.fullmatch(r"\d{4}-\d{2}", period) else period)
    except ValueError as error:
        raise CommandError(_("%(period)s is not a day, month, quarter or year.") % {"period": period}) from error


def _lines(one: Proof, verdict: Verdict) -> list[str]:
    charge = one.charge
    head = _(
        "%(label)s of account %(number)s, %(starts)s to %(last)s, paid to %(payee)s: %(amount)s %(currency)s, %(state)s"
    )
    return [
        head
        % {
            "label": method_title(charge.method),
            "number": charge.account.number,
            "starts": charge.starts,
            "last": charge.period_end_day,
            "payee": charge.practice.name,
            "amount": charge.amount,
            "currency": charge.currency,
            "state": charge.get_state_display(),
        },
        *(f"  {tell(sentence)}" for sentence in one.story),
        *(f"    {line}" for line in _input_lines(one)),
        "  " + _("Fingerprint %(digits)s") % {"digits": charge.fingerprint},
        "  " + _verdict_words(verdict),
    ]


def _input_lines(one: Proof) -> list[str]:
    """What was multiplied, line by line as it is stored, but without the keys of rows, which say nothing to people."""
    lines = one.charge.inputs.splitlines()
    if one.made_of is None:
        return lines
    if one.made_of.closing:
        return [lines[0], *(line.partition(" ")[2] for line in lines[1:])]
    return [line.rpartition(" ")[0] for line in lines]


def _verdict_words(verdict: Verdict) -> str:
    if verdict.agrees:
        return _("Worked out again: it agrees.")
    if verdict.problem:
        return _("It cannot be worked out again: %(why)s") % {"why": tell(verdict.problem)}
    return _("Worked out again: %(amount)s (%(exact)s); it differs.") % {
        "amount": verdict.amount,
        "exact": verdict.exact,
    }


def _told(one: Proof, verdict: Verdict) -> dict[str, object]:
    charge = one.charge
    return {
        "id": str(charge.pk),
        "account": charge.account.number,
        "payee": charge.practice.name,
        "method": one.method.name,
        "starts": charge.starts.isoformat(),
        "ends": charge.ends.isoformat(),
        "currency": charge.currency,
        "exact": str(charge.exact),
        "amount": str(charge.amount),
        "state": charge.state,
        "posted_on": charge.posted_on.isoformat() if charge.posted_on else None,
        "inputs": charge.inputs.splitlines(),
        "words": [tell(sentence) for sentence in one.story],
        "fingerprint": charge.fingerprint,
        "agrees": verdict.agrees,
        "recomputed": None if verdict.exact is None else str(verdict.exact),
    }
