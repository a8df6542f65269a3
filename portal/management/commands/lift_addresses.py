"""`manage.py lift_addresses USERNAME`: for somebody whose own IP restrictions shut everybody out."""

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.addresses.actions import lift
from accounts.ground.people.models import User
from portal.management import people
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Lifts a person's IP restrictions at the nightly restart in one to two days, and tells the person at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="what the person signs in with")

    def handle(self, *args: object, **options) -> None:
        with people.in_the_office():
            user = User.objects.filter(username__iexact=options["username"]).first()
            if user is None:
                raise CommandError(_("Nobody signs in as %(name)s.") % {"name": options["username"]})
            count = lift(user=user, at=timezone.now())
        if options["json"]:
            self.answer({"user": user.username, "lifted": count})
            return
        words = ngettext("%(count)s restriction will be lifted.", "%(count)s restrictions will be lifted.", count)
        self.stdout.write(words % {"count": count})
