"""What is confirmed about the client book in sentences: who may open it, by which papers, and what leaves it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.vault.models import Member
from portal.confirming.wish import Untold, Wish


def new_code(wish: Wish) -> str:
    """Another recovery code for oneself."""
    return _("Make a new recovery code for your storage password; the old one will no longer work.")


def change_password(wish: Wish) -> str:
    """Another storage password for oneself."""
    return _("Change your storage password; every browser that is unlocked is locked.")


def recover(wish: Wish) -> str:
    """A storage password by the code."""
    return _("Set a new storage password with your recovery code.")


def sheets(wish: Wish) -> str:
    """Keys by two sheets."""
    return _("Make new keys of the client book with two of the practice's sheets.")


def let_in(wish: Wish) -> str:
    """A colleague in; over the API, the same address takes one out."""
    if wish.method == "DELETE":
        return take_out(wish)
    return _("Let %(name)s into the client book.") % {"name": _colleague(wish)}


def take_out(wish: Wish) -> str:
    """A colleague out."""
    return _("Take %(name)s out of the client book.") % {"name": _colleague(wish)}


def copy(wish: Wish) -> str:
    """Everything as a file."""
    return _("Take a copy of the whole client book, which anybody who has the file can read.")


def _colleague(wish: Wish) -> str:
    rows: QuerySet[Any] = scope(wish.seat, Member).filter(pk=wish.place["member"], left_at=None)
    found = rows.exclude(user_id=wish.seat.user_id).select_related("user").first()
    if found is None:
        raise Untold
    return found.user.get_full_name() or found.user.username
