"""manage.py agree: puts into force what a client has signed, in the name of the advisor who is paid."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.access.scope import account_for, answer
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Practice
from fees.engine.asked import PARAMETERS
from fees.engine.registry import EVERY, EVERY_BY_NAME
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Range
from fees.schedules.actions import EXCHANGE_ZONE, agree
from fees.schedules.models import Schedule, Strategy
from fees.schedules.rules import Figures, ScheduleRefused, Signature
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
        parser.add_argument(
            "--as", dest="advisor", required=True, metavar="USER", help="the advisor who agrees it and is paid"
        )
        parser.add_argument("--starts", required=True, type=day, metavar="DAY", help="the first day it applies")
        parser.add_argument("--ends", type=day, metavar="DAY", help="the first day it no longer applies")
        parser.add_argument("--strategy", default=Strategy.AUTOMATIC.value, choices=Strategy.values)
        fee: dict[str, Any] = {"action": _Part, "dest": "fees", "default": None}
        parser.add_argument("--method", metavar="NAME", type=_method, help=", ".join(EVERY_BY_NAME), **fee)
        parser.add_argument("--rate", type=_rate, help="of the method before it: 0.01 or 1%%", **fee)
        parser.add_argument("--flat", type=_amount, metavar="AMOUNT", help="of the method before it: a year", **fee)
        parser.add_argument(
            "--range", type=_range, metavar="LOW:HIGH:RATE", help="of the method before it; no HIGH in the last", **fee
        )
        parser.add_argument("--terms", dest="fees", metavar="JSON", type=_terms, action=_Part, help=_terms_help())
        parser.add_argument("--mode", choices=[MARGINAL, WHOLE_BALANCE], help="how ranges apply", **fee)
        parser.add_argument("--signed-name", default="", metavar="NAME", help="the client's name as signed")
        parser.add_argument("--signed-at", type=_instant, metavar="TIME", help="like 2026-11-18T15:40, New York time")
        parser.add_argument("--document", type=Path, metavar="FILE", help="what was signed; its SHA-256 is kept")

    def handle(self, *args: object, **options) -> None:
        components = [_figures(one) for one in options["fees"] or ()]
        signature = _signature(options)
        with as_role("office"):
            user = User.objects.filter(username__iexact=options["advisor"], is_active=True).first()
        if user is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": options["advisor"]})
        with acting(user.pk) as who:
            if who is None or who.practice_id is None:
                raise CommandError(_("%(name)s is not an advisor's user.") % {"name": options["advisor"]})
            account = _account(who, options["account"])
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
            words = [f"{one.field}: {_(one.sentence.msgid) % one.sentence.params}" for one in refused.problems]
            raise CommandError("\n".join(words)) from refused


def _account(who: Who, number: str) -> Account:
    """The account, if this person may see it and set its fees."""
    try:
        account = account_for(who, number)
    except Http404:
        raise CommandError(_("There is no account %(number)s.") % {"number": number}) from None
    rule = answer(who, Function.SET_FEES, account)
    if not rule.allowed:
        raise CommandError(str(rule.words))
    return account


def _figures(one: dict[str, Any]) -> Figures:
    return Figures(**{**one, "method": EVERY_BY_NAME[one["method"]].code})


def _signature(options: Any) -> Signature | None:
    """None where nothing about one was said; half a signature is refused by the rules."""
    name, at, document = options["signed_name"], options["signed_at"], options["document"]
    if not (name or at or document):
        return None
    if not (name and at and document):
        raise CommandError(_("A signature is --signed-name, --signed-at and --document together."))
    try:
        content = document.read_bytes()
    except OSError as error:
        raise CommandError(f"{document}: {error.strerror}") from error
    return Signature(name=name, at=at, document_hash=hashlib.sha256(content).hexdigest())


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


def _amount(words: str) -> Decimal:
    try:
        amount = Decimal(words)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise argparse.ArgumentTypeError(_("%(words)s is not a number") % {"words": repr(words)})
    return amount


def _rate(words: str) -> Decimal:
    return _amount(words[:-1]) / 100 if words.endswith("%") else _amount(words)


def _range(words: str) -> Range:
    parts = words.split(":")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(_("%(words)s is not LOW:HIGH:RATE") % {"words": repr(words)})
    return Range(_amount(parts[0] or "0"), _amount(parts[1]) if parts[1] else None, _rate(parts[2]))


def _instant(words: str) -> datetime:
    try:
        instant = datetime.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("%(words)s is not a time like 2026-11-18T15:40") % {"words": repr(words)}
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=EXCHANGE_ZONE)
