"""manage.py funding_status: what waits of money in and out, for whom, since when, and what did not reach the broker."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Count, F, Min, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.broker.funding.models import UNDER_WAY, FundingRequest
from accounts.broker.transmit.queries import undelivered
from accounts.ground.access.context import as_role
from accounts.ground.tree.models import Account
from portal.management.base import PortalCommand

LISTED = 100


class Command(PortalCommand):
    help = (
        "Counts what waits of money in and out by firm, kind and status, and lists files that did not reach the broker;"
        " exits with 1 while there is such a file. With --account, every request of it that has not ended."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="NUMBER")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_role("office"):
            rows = FundingRequest.unscoped.filter(status__in=UNDER_WAY)
            if options["account"]:
                rows = rows.filter(account__in=_accounts(options["account"]))
            waiting = _counted(rows)
            requests = _listed(rows) if options["account"] else []
            failed = [
                {
                    "firm": one.firm_id,
                    "name": one.name,
                    "written_at": one.written_at,
                    "why": one.delivery_problem,  # type: ignore[attr-defined]
                }
                for one in undelivered()[:LISTED]
            ]
        if options["json"]:
            self.answer({"waiting": waiting, "requests": requests, "undelivered": failed}, ok=not failed)
        else:
            self._print(waiting, requests, failed)
        if failed:
            raise SystemExit(1)

    def _print(self, waiting: list[dict[str, Any]], requests: list[dict[str, Any]], failed: list[dict]) -> None:
        for one in waiting:
            amount = f"{one['amount']} {one['currency']}" if one["amount"] is not None else ""
            self.stdout.write(
                f"firm {one['firm']}  {one['kind']:<13} {one['status']:<20} {one['count']:>6}  since {one['since']}"
                f"  {amount}"
            )
        for one in requests:
            self.stdout.write(
                f"{one['id']}  {one['kind']:<13} {one['status']:<20} {one['amount']} {one['currency']}  {_where(one)}"
            )
        for one in failed:
            self.stdout.write(f"not delivered: {one['name']} of {one['written_at']}  {one['why']}")
        if not (waiting or requests or failed):
            self.stdout.write(_("Nothing waits."))


def _accounts(number: str) -> "QuerySet[Account]":
    found = Account.unscoped.filter(number=number.upper())
    if not found.exists():
        raise CommandError(_("There is no account %(number)s.") % {"number": number})
    return found


def _counted(rows: "QuerySet[FundingRequest]") -> list[dict[str, Any]]:
    counted = rows.order_by("firm_id", "kind", "status", "currency").values("firm_id", "kind", "status", "currency")
    return [
        {
            "firm": one["firm_id"],
            "kind": one["kind"],
            "status": one["status"],
            "currency": one["currency"],
            "count": one["count"],
            "amount": one["amount_of_all"],
            "since": one["since"],
        }
        for one in counted.annotate(count=Count("pk"), amount_of_all=Sum("amount"), since=Min("requested_on"))
    ]


def _listed(rows: "QuerySet[FundingRequest]") -> list[dict[str, Any]]:
    """A bank by the name it had when it was asked for, also when it has been deleted since."""
    names = ("id", "kind", "status", "amount", "currency", "requested_on", "hold_until", "sent_at")
    found = rows.order_by("asked_at", "pk").values(*names, to=F("bank__name"), to_deleted_at=F("bank__deleted_at"))
    return list(found[:LISTED])


def _where(one: dict[str, Any]) -> str:
    gone = f" (deleted {one['to_deleted_at']:%Y-%m-%d})" if one["to_deleted_at"] else ""
    return f"to {one['to']}{gone}" if one["to"] else ""
