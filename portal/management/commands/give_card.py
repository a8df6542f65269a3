"""`manage.py give_card SERIAL NAME`: a card in stock for somebody who has asked for one."""

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.people.models import User
from auth2fa.cards.actions import give
from auth2fa.devices.actions import DeviceProblem
from portal.management import people
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Gives a card to somebody who has asked for one; mail it then, it is to be activated within 14 days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("serial", metavar="SERIAL")
        parser.add_argument("username", metavar="NAME", help="what the person signs in with")

    def handle(self, *args: object, **options) -> None:
        with people.in_the_office():
            user = User.objects.filter(username__iexact=options["username"]).first()
            if user is None:
                raise CommandError(_("Nobody signs in as %(name)s.") % {"name": options["username"]})
            try:
                device = give(user=user, serial=options["serial"], at=timezone.now())
            except DeviceProblem as problem:
                raise CommandError(_(problem.sentence.msgid) % problem.sentence.params) from problem
        assert device.activate_by is not None, "a card that was given has a day"
        if options["json"]:
            self.answer({"serial": device.serial, "user": user.username, "activate_by": device.activate_by.isoformat()})
            return
        said = {"name": user.username, "day": device.activate_by.date().isoformat()}
        self.stdout.write(_("%(name)s may activate the card until %(day)s.") % said)
