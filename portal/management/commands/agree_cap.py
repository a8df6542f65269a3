"""manage.py agree_cap: puts an invoice limit that a client has signed into force, in the name of its advisor."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.tree.models import Practice
from fees.engine.agreement import CapKind
from fees.invoicing.actions import agree_cap
from fees.invoicing.models import InvoiceCap
from fees.schedules.rules import ScheduleRefused
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

KINDS = {one.name.lower().replace("_", "-"): one for one in CapKind}


class Command(PortalCommand):
    help = "Agrees an invoice limit for an account: a new version from --starts on; what was agreed before is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT")
        add_advisor(parser)
        parser.add_argument("--starts", required=True, type=day, metavar="DAY", help="the first day it applies")
        parser.add_argument("--ends", type=day, metavar="DAY", help="the first day it no longer applies")
        parser.add_argument(
            "--kind",
            default="monthly",
            choices=sorted(KINDS),
            help="the values it is made from: each of the month or quarter before, or the last",
        )
        parser.add_argument("--rate", type=rate, help="of the account's value: 0.02 or 2%% a year")
        parser.add_argument("--amount", type=amount, help="a month or quarter; with --rate the lower one binds")
        add_signature(parser)

    def handle(self, *args: object, **options: Any) -> None:
        with advisor(options["advisor"]) as who:
            cap = self._agreed(who, options)
        told = {
            "account": cap.account.number,
            "payee": cap.practice.name,
            "version": cap.version,
            "kind": options["kind"],
            "rate": None if cap.rate is None else str(cap.rate),
            "amount": None if cap.amount is None else str(cap.amount),
            "starts": cap.starts,
            "document": cap.document_hash,
        }
        if options["json"]:
            self.answer(told)
        else:
            words = _("%(payee)s may invoice %(account)s from %(starts)s on: version %(version)d of its limit.")
            self.stdout.write(words % told)

    def _agreed(self, who: Who, options: Any) -> InvoiceCap:
        signature = signature_of(options)
        if signature is None:
            raise CommandError(_("A limit needs the client's signature: --signed-name, --signed-at and --document."))
        try:
            return agree_cap(
                account=account_of(who, options["account"]),
                practice=Practice.unscoped.get(pk=who.practice_id),
                kind=KINDS[options["kind"]].value,
                rate=options["rate"],
                amount=options["amount"],
                starts=options["starts"],
                ends=options["ends"],
                signature=signature,
                by=who.user_id,
                at=timezone.now(),
            )
        except ScheduleRefused as refused:
            raise CommandError(problems_in_words(refused)) from refused
