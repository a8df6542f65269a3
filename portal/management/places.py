"""Which practice a command means: by the firm's or practice's name, or by an advisor's master account."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Account, Firm, Practice


def practice_of(words: str) -> Practice:
    """The practice of a master account, or the one of that name, or the top level of the firm of that name."""
    with as_role("owner"):
        account = Account.unscoped.filter(number__iexact=words.strip()).select_related("practice").first()
        if account is not None and account.practice is not None:
            return account.practice
        found = list(Practice.unscoped.filter(name__iexact=words.strip())[:2])
        if not found:
            firms = Firm.unscoped.filter(name__iexact=words.strip())
            found = list(Practice.unscoped.filter(firm__in=firms, level=1)[:2])
    if len(found) != 1:
        told = _("there is no firm “%(name)s”") if not found else _("“%(name)s” names several; take the master account")
        raise CommandError(told % {"name": words})
    return found[0]


def practice_of_person(user: User) -> Practice:
    """Where a person works."""
    seats = Seat.unscoped.filter(user=user, is_active=True, practice__isnull=False).select_related("practice")
    practices = {seat.practice for seat in seats if seat.practice is not None}
    if len(practices) != 1:
        raise CommandError(_("%(name)s does not work in one practice") % {"name": user.username})
    return practices.pop()
