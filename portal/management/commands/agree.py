"""manage.py agree: puts into force what a client has signed, in the name of the advisor who is paid."""

import argparse
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.tree.models import Account, Practice
from fees.engine.asked import PARAMETERS
from fees.engine.registry import EVERY, EVERY_BY_NAME
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Range
from fees.schedules.actions import agree
from fees.schedules.models import Schedule, Strategy
from fees.schedules.rules import Figures, ScheduleRefused, Signature
from portal.management.agreeing import (
    account_of,
    add_advisor,
    add_signature,
    advisor,
    amount,
    problems_in_words,
    rate,
    signature_of,
)
from portal.management.base import PortalCommand, day


class _Part(argparse.Action):
    """--method begins a fee; the figures that follow it are of that fee."""

    def __call__(self, parser: Any, namespace: Any, value: Any, option_string: str | None = None) -> None:
        fees: list[dict[str, Any]] = list(namespace.fees or [])
        name = str(option_string).removeprefix("--")
        if name == "method":
            fees.append({"method": value, "ranges": ()})
        elif not fees:
            parser.error(f"{option_string} belongs to a --method, which must come before it")
        elif name == "range":
            fees[-1] = {**fees[-1], "ranges": (*fees[-1]["ranges"], value)}
        else:
            fees[-1] = {**fees[-1], {"terms": "more"}.get(name, name): value}
        namespace.fees = fees


class Command(PortalCommand):
    help = "Agrees a fee schedule for an account: a new version from --starts on; what was agreed before is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT")
        add_advisor(parser)
        parser.add_argument("--starts", required=True, type=day, metavar="DAY", help="the first day it applies")
        parser.add_argument("--ends", type=day, metavar="DAY", help="the first day it no longer applies")
        parser.add_argument("--strategy", default=Strategy.AUTOMATIC.value, choices=Strategy.values)
        fee: dict[str, Any] = {"action": _Part, "dest": "fees", "default": None}
        parser.add_argument("--method", metavar="NAME", type=_method, help=", ".join(EVERY_BY_NAME), **fee)
        parser.add_argument("--rate", type=rate, help="of the method before it: 0.01 or 1%%", **fee)
        parser.add_argument("--flat", type=amount, metavar="AMOUNT", help="of the method before it: a year", **fee)
        parser.add_argument(
            "--range", type=_range, metavar="LOW:HIGH:RATE", help="of the method before it; no HIGH in the last", **fee
        )
        parser.add_argument("--terms", dest="fees", metavar="JSON", type=_terms, action=_Part, help=_terms_help())
        parser.add_argument("--mode", choices=[MARGINAL, WHOLE_BALANCE], help="how ranges apply", **fee)
        add_signature(parser)

    def handle(self, *args: object, **options) -> None:
        components = [_figures(one) for one in options["fees"] or ()]
        signature = signature_of(options)
        with advisor(options["advisor"]) as who:
            account = account_of(who, options["account"])
            schedule = self._agreed(who, account, components, signature, options)
        told = {
            "account": account.number,
            "payee": schedule.practice.name,
            "version": schedule.version,
            "strategy": schedule.strategy,
            "starts": schedule.starts,
            "document": schedule.document_hash,
        }
        if options["json"]:
            self.answer(told)
        else:
            words = _("%(account)s pays %(payee)s from %(starts)s on: version %(version)d of its schedule.")
            self.stdout.write(words % told)

    def _agreed(
        self, who: Who, account: Account, components: Sequence[Figures], signature: Signature | None, options: Any
    ) -> Schedule:
        try:
            return agree(
                account=account,
                practice=Practice.unscoped.get(pk=who.practice_id),
                strategy=options["strategy"],
                components=components,
                starts=options["starts"],
                ends=options["ends"],
                signature=signature,
                by=who.user_id,
                at=timezone.now(),
            )
        except ScheduleRefused as refused:
            raise CommandError(problems_in_words(refused)) from refused


def _figures(one: dict[str, Any]) -> Figures:
    return Figures(**{**one, "method": EVERY_BY_NAME[one["method"]].code})


def _method(words: str) -> str:
    if words.upper() not in EVERY_BY_NAME:
        msg = _("%(method)s is not a method; known are %(known)s.")
        raise argparse.ArgumentTypeError(msg % {"method": words, "known": ", ".join(EVERY_BY_NAME)})
    return words.upper()


def _terms(words: str) -> dict[str, object]:
    try:
        data = json.loads(words, parse_float=Decimal)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise argparse.ArgumentTypeError(_("%(words)s is not an object in JSON") % {"words": repr(words)})
    return data


def _terms_help() -> str:
    """Which terms each kind of fee has beside its figures."""
    told = {
        EVERY[code].family: ", ".join(one.name for one in asked if not one.column) for code, asked in PARAMETERS.items()
    }
    known = "; ".join(f"{family.replace('_', ' ')}: {names}" for family, names in told.items() if names)
    return f'of the method before it, such as {{"look_back": 4}}; {known}'


def _range(words: str) -> Range:
    parts = words.split(":")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(_("%(words)s is not LOW:HIGH:RATE") % {"words": repr(words)})
    return Range(amount(parts[0] or "0"), amount(parts[1]) if parts[1] else None, rate(parts[2]))
