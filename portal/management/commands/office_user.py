"""manage.py office_user: a person of the back office, the first one of an installation too."""

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.ground.people.actions import seat_office
from portal.management import people
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Makes a person who works in the back office (/office/), and prints the link to choose a password by."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="what the person signs in with")
        people.ask_for(parser)

    def handle(self, *args: object, **options) -> None:
        with people.in_the_office():
            user = people.make(options["username"], options)
            seat_office(user=user)
        address = people.link(user, options)
        if options["json"]:
            self.answer({"user": user.username, "link": address})
            return
        self.stdout.write(_("%(name)s works in the back office now.") % {"name": user.username})
        if address:
            self.stdout.write(people.link_words(address))
