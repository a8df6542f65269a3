"""What is confirmed of the client book's keys, in sentences; what is typed for them stands in none."""

from django.utils.translation import gettext as _

from crm.vault.queries import colleagues
from crm.vault.rules import member_seat
from portal.confirming.wish import Untold, Wish


def _colleague(wish: Wish) -> str:
    found = colleagues(member_seat(wish.seat)).filter(pk=wish.place["member"]).first()
    if found is None:
        raise Untold
    return found.user.get_full_name() or found.user.username


def recover(_wish: Wish) -> str:
    """One's own way back."""
    return _("Make a new storage password with your recovery code.")


def sheets(_wish: Wish) -> str:
    """The practice's way back."""
    return _("Make new keys for yourself with two of the practice's sheets; every member is told.")


def admit(wish: Wish) -> str:
    """A grant; over the API also its end."""
    if wish.method == "DELETE":
        return take_out(wish)
    return _("Let %(name)s into the client book.") % {"name": _colleague(wish)}


def take_out(wish: Wish) -> str:
    """The end of a grant."""
    return _("Take %(name)s out of the client book.") % {"name": _colleague(wish)}
