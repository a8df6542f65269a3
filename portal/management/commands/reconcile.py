"""manage.py reconcile: what was expected, what the ledger took and what the broker booked, with every difference."""

import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.ground.access.context import as_role
from accounts.ground.clock import exchange_today
from fees.reconciliation.queries import differences, notes_of, sides
from portal.management.base import PortalCommand, day

STRETCH = timedelta(days=30)


class Command(PortalCommand):
    help = "Compares expected fees, the ledger and the broker's own fee lines; exits with 1 while something differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=day, help="as of the end of this day (default today)")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["day"] or exchange_today()
        with as_role("night"), transaction.atomic(using="night"):
            found = differences(asked)
            totals = sides(asked - STRETCH, asked)
            notes = notes_of(found)
        told = {
            "day": asked,
            "totals": [
                {"currency": one.currency, "expected": one.expected, "ledger": one.ledger, "broker": one.broker}
                for one in totals
            ],
            "counts": dict(Counter(one.kind.value for one in found)),
            "differences": [
                {
                    "kind": one.kind.value,
                    "firm": one.firm_id,
                    "account": one.account,
                    "day": one.day,
                    "age": one.age,
                    "ours": one.ours,
                    "brokers": one.brokers,
                    "currency": one.currency,
                    "reference": one.reference,
                    "reason": one.reason,
                    "owner": getattr(notes.get((one.kind, one.reference)), "owner_id", None),
                    "note": getattr(notes.get((one.kind, one.reference)), "note", ""),
                }
                for one in found
            ],
        }
        if options["json"]:
            self.answer(told, ok=not found)
        else:
            for one in totals:
                self.stdout.write(f"{one.currency}: expected {one.expected}, ledger {one.ledger}, broker {one.broker}")
            for each in found:
                self.stdout.write(
                    f"{each.age:>3} days  {each.kind.value:<15} {each.account:<10} {each.day}"
                    f"  ours {each.ours}  broker {each.brokers} {each.currency}  {each.reference} {each.reason}"
                )
        if found:
            sys.exit(1)
