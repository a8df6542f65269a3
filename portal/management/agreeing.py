"""What commands share that put into force what a client has signed: who acts, for which account, signed by whom."""

import argparse
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.access.scope import account_for, answer
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account
from fees.schedules.rules import ScheduleRefused, Signature
from portal.lib.exchange import EXCHANGE_ZONE


def add_advisor(parser: CommandParser) -> None:
    parser.add_argument(
        "--as", dest="advisor", required=True, metavar="USER", help="the advisor who agrees it and is paid"
    )


def add_signature(parser: CommandParser) -> None:
    parser.add_argument("--signed-name", default="", metavar="NAME", help="the client's name as signed")
    parser.add_argument("--signed-at", type=instant, metavar="TIME", help="like 2026-11-18T15:40, New York time")
    parser.add_argument("--document", type=Path, metavar="FILE", help="what was signed; its SHA-256 is kept")


@contextmanager
def advisor(name: str) -> Iterator[Who]:
    """Act as this advisor, with its rights and no others."""
    with as_role("office"):
        user = User.objects.filter(username__iexact=name, is_active=True).first()
    if user is None:
        raise CommandError(_("Nobody signs in as %(name)s.") % {"name": name})
    with acting(user.pk) as who:
        if who is None or who.practice_id is None:
            raise CommandError(_("%(name)s is not an advisor's user.") % {"name": name})
        yield who


def account_of(who: Who, number: str) -> Account:
    """The account, if this person may see it and set its fees."""
    try:
        account = account_for(who, number)
    except Http404:
        raise CommandError(_("There is no account %(number)s.") % {"number": number}) from None
    rule = answer(who, Function.SET_FEES, account)
    if not rule.allowed:
        raise CommandError(str(rule.words))
    return account


def signature_of(options: Any) -> Signature | None:
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


def problems_in_words(refused: ScheduleRefused) -> str:
    """A line for each, with the field it is about."""
    return "\n".join(f"{one.field}: {_(one.sentence.msgid) % one.sentence.params}" for one in refused.problems)


def amount(words: str) -> Decimal:
    try:
        amount = Decimal(words)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise argparse.ArgumentTypeError(_("%(words)s is not a number") % {"words": repr(words)})
    return amount


def rate(words: str) -> Decimal:
    return amount(words[:-1]) / 100 if words.endswith("%") else amount(words)


def instant(words: str) -> datetime:
    try:
        instant = datetime.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("%(words)s is not a time like 2026-11-18T15:40") % {"words": repr(words)}
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=EXCHANGE_ZONE)
