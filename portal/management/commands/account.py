"""manage.py account: an account that the broker has opened already, put below its master."""

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.ground.clock import exchange_today
from accounts.ground.tree.actions import create_account, open_account
from accounts.ground.tree.models import CURRENCIES, Account, Kind
from accounts.ground.tree.rules import clean_number
from portal.management import people
from portal.management.base import PortalCommand, day

_KINDS = (Kind.CLIENT, Kind.STL_MASTER, Kind.STL_SUB)


class Command(PortalCommand):
    help = "Makes an open account below an advisor's master account, or below an STL master."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="as at the broker, like U1000001")
        parser.add_argument("--below", required=True, metavar="MASTER", help="the number of its master account")
        parser.add_argument("--title", required=True)
        parser.add_argument("--kind", default=Kind.CLIENT.value, choices=[kind.value for kind in _KINDS])
        parser.add_argument("--currency", default="USD", choices=CURRENCIES, metavar="CODE")
        parser.add_argument("--opened", type=day, metavar="DAY", help="default: today")

    def handle(self, *args: object, **options) -> None:
        since = options["opened"] or exchange_today()
        with people.in_the_office():
            number = clean_number(options["number"])
            if Account.unscoped.filter(number=number).exists():
                raise CommandError(_("There is an account with this number already."))
            parent = Account.unscoped.filter(number=options["below"].upper()).select_related("firm").first()
            if parent is None:
                raise CommandError(_("There is no account %(number)s.") % {"number": options["below"]})
            account = create_account(
                parent=parent,
                kind=options["kind"],
                number=number,
                title=options["title"],
                base_currency=options["currency"],
                day=since,
            )
            open_account(account=account, day=since)
        if options["json"]:
            self.answer({"number": number, "below": parent.number, "opened": since})
        else:
            self.stdout.write(_("%(number)s is open below %(master)s.") % {"number": number, "master": parent.number})
