"""manage.py firm: a firm, its top-level advisor's master account, and the advisor's user."""

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.ground.clock import exchange_today
from accounts.ground.people.actions import seat_advisor
from accounts.ground.tree.actions import create_firm
from accounts.ground.tree.models import CURRENCIES, Account
from accounts.ground.tree.rules import clean_number
from portal.management import people
from portal.management.base import PortalCommand, day


class Command(PortalCommand):
    help = "Makes a firm with its top-level advisor; accounts and further people are made in the pages or the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the firm's name")
        parser.add_argument("--number", required=True, help="the advisor's master account at the broker, like F1000001")
        parser.add_argument("--advisor", required=True, metavar="USER", help="what its advisor signs in with")
        parser.add_argument("--currency", default="USD", choices=CURRENCIES, metavar="CODE")
        parser.add_argument("--opened", type=day, metavar="DAY", help="default: today")
        parser.add_argument("--not-professional", action="store_true", help="a friends-and-family advisor")
        parser.add_argument("--not-registered", action="store_true", help="an advisor exempt from registration")
        people.ask_for(parser)

    def handle(self, *args: object, **options) -> None:
        with people.in_the_office():
            number = clean_number(options["number"])
            if Account.unscoped.filter(number=number).exists():
                raise CommandError(_("There is an account with this number already."))
            master = create_firm(
                name=options["name"],
                number=number,
                base_currency=options["currency"],
                day=options["opened"] or exchange_today(),
                is_professional=not options["not_professional"],
                is_registered=not options["not_registered"],
            )
            user = people.make(options["advisor"], options)
            seat_advisor(user=user, master=master)
        address = people.link(user, options)
        if options["json"]:
            self.answer({"firm": options["name"], "number": number, "user": user.username, "link": address})
            return
        told = {"firm": options["name"], "number": number, "name": user.username}
        self.stdout.write(_("%(firm)s has the master account %(number)s; %(name)s is its advisor.") % told)
        if address:
            self.stdout.write(people.link_words(address))
