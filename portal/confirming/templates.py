"""What is confirmed of fee templates, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.patterns.queries import own, own_job
from portal.confirming.wish import Untold, Wish, account_words

SHOWN = 5


def keep_template(wish: Wish) -> str:
    """A new one, or its terms from nothing."""
    return _("Keep the fee template %(name)s as it stands on the screen; no client's fees change.") % {
        "name": wish.text("name")
    }


def _name(wish: Wish) -> str:
    found = own(wish.seat).filter(pk=wish.place["template"]).first()
    if found is None:
        raise Untold
    return found.name


def change_template(wish: Wish) -> str:
    """Other terms or another name; over the API also its end."""
    if wish.method == "DELETE":
        return delete_template(wish)
    return _("Change the fee template %(name)s to what stands on the screen.") % {"name": _name(wish)}


def default_template(wish: Wish) -> str:
    """What new clients begin with."""
    return _("Let new clients begin with the fee template %(name)s.") % {"name": _name(wish)}


def delete_template(wish: Wish) -> str:
    """Off the list."""
    return _("Delete the fee template %(name)s.") % {"name": _name(wish)}


def send_template(wish: Wish) -> str:
    """Proposing its terms to clients."""
    own_job(wish.seat, wish.place["task"])
    listed = wish.said.get("accounts")
    numbers = listed if isinstance(listed, list) else wish.request.POST.getlist("chosen")
    known = scope(wish.seat, Account, "set_fees").filter(number__in=[str(one).upper() for one in numbers[:SHOWN]])
    told = [account_words(one) for one in known.order_by("number")]
    if not told:
        raise Untold
    more = "" if len(told) == len(numbers) else " …"
    words = ngettext(
        "Propose the template's terms to %(count)s account: %(accounts)s",
        "Propose the template's terms to %(count)s accounts: %(accounts)s",
        len(numbers),
    )
    return words % {"count": len(numbers), "accounts": "; ".join(told) + more}
