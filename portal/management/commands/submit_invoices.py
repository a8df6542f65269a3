"""manage.py submit_invoices FILE --as ADVISOR: takes a file of invoices and says what becomes of every row."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.ground.access.context import acting
from accounts.ground.people.models import User
from fees.invoicing.upload import known, parse, submit_file
from fees.sending.rules import EXCHANGE_ZONE, Verdict
from portal.lib.csvtext import BadCsv
from portal.lib.words import english
from portal.management.base import PortalCommand, content_of


class Command(PortalCommand):
    help = "Take a CSV file of invoices (account, amount, money_manager, memo) for an advisor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--as", dest="advisor", metavar="ADVISOR", required=True, help="username of the advisor")
        parser.add_argument(
            "--at", type=_instant, metavar="INSTANT", help="when it counts as sent; without an offset, New York time"
        )
        parser.add_argument("--decimal-comma", action="store_true", help="amounts are written as 1.234,50")
        parser.add_argument("--dry-run", action="store_true", help="judge every row and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refused rows are part of an answer; a file that cannot be read is an error."""
        user = User.objects.filter(username=options["advisor"]).first()
        if user is None:
            raise CommandError(f"nobody signs in as {options['advisor']}")
        try:
            file = parse(content_of(options["file"]), name=options["file"].name, decimal_comma=options["decimal_comma"])
        except BadCsv as error:
            raise CommandError(str(error)) from error
        with acting(user.pk) as who:
            if who is None or not who.is_advisor:
                raise CommandError(f"{user.username} is no advisor")
            before = known(who, file)
            day, verdicts = submit_file(who=who, file=file, at=options["at"], save=not options["dry_run"])
        answer = {
            "file": file.name,
            "sha256": file.sha256,
            "encoding": file.encoding,
            "decimal_comma": options["decimal_comma"],
            "writes_decimal_comma": file.writes_decimal_comma,
            "uploaded_before": before.uploaded_at.isoformat() if before else None,
            "business_day": day.isoformat(),
            "saved": not options["dry_run"],
            "accepted": sum(one.is_accepted for one in verdicts),
            "rejected": sum(not one.is_accepted for one in verdicts),
            "rows": [_told(one) for one in verdicts],
        }
        if options["json"]:
            self.answer(answer)
            return
        for row in answer["rows"]:
            self.stdout.write(f"{row['line']:>6}  {row['account']:<10} {row['amount']:>14}  {row['words'] or 'ok'}")
        kept = "" if answer["saved"] else "; nothing was kept"
        self.stdout.write(f"{answer['accepted']} accepted for {day}, {answer['rejected']} refused{kept}")


def _told(one: Verdict) -> dict[str, Any]:
    return {
        "line": one.line,
        "account": one.account,
        "amount": "" if one.amount is None else str(one.amount),
        "currency": one.currency,
        "verdict": one.reason or "ok",
        "words": english(one.sentence) if one.sentence else "",
        "available": None if one.available is None else str(one.available),
        "invoice": one.invoice or None,
    }


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=EXCHANGE_ZONE)
