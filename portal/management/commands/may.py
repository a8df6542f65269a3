"""manage.py may: whether a person may use a function on an account, and the rule that says so."""

from django.core.management.base import CommandError, CommandParser
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.ground.access.authority import Function
from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import account_for, relation_to
from accounts.ground.consents.queries import answer_for
from accounts.ground.people.models import User
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = "Answers yes or no: may PERSON use FUNCTION on ACCOUNT, and by which rule. Exits with 1 for no."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", metavar="PERSON", help="the sign-in name")
        parser.add_argument("function", metavar="FUNCTION", choices=[one.value for one in Function])
        parser.add_argument("account", metavar="ACCOUNT", help="its number")

    def handle(self, *args: object, **options) -> None:
        with as_role("office"):
            user = User.objects.filter(username__iexact=options["person"], is_active=True).first()
        if user is None:
            raise CommandError(_("Nobody can sign in as %(name)s.") % {"name": options["person"]})
        found = told(user.pk, options["function"], options["account"])
        if options["json"]:
            self.answer(found, ok=bool(found["allowed"]))
        else:
            self.stdout.write(f"{_('yes') if found['allowed'] else _('no')}: {found['why']}")
        if not found["allowed"]:
            raise SystemExit(1)


def told(user_id: int, function: str, number: str) -> dict[str, object]:
    """Asked in the person's own name and seat, so that both walls are in the answer."""
    asked: dict[str, object] = {"function": function, "account": number.upper()}
    with acting(user_id) as who:
        if who is None:
            return {**asked, "allowed": False, "role": None, "relation": None, "why": _("The person has no seat.")}
        asked["role"] = who.role
        try:
            account = account_for(who, number)
        except Http404:
            hidden = _("There is no such account among those the person sees.")
            return {**asked, "allowed": False, "relation": None, "why": hidden}
        rule = answer_for(who, Function(function), account)
        return {**asked, "allowed": rule.allowed, "relation": relation_to(who, account).value, "why": str(rule.words)}
