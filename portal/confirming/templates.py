"""What is confirmed of fee templates, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.patterns.actions import TemplateRefused
from fees.patterns.applying import terms_of
from fees.patterns.models import FeeTemplate
from fees.patterns.queries import own, own_job, wanted_of
from portal.confirming.terms import told, wanted
from portal.confirming.wish import Untold, Wish, account_words

SHOWN = 5


def keep_template(wish: Wish) -> str:
    """A new one, or its terms from nothing."""
    return _("Keep the fee template %(name)s; no client's fees change. Its terms: %(terms)s") % {
        "name": wish.text("name"),
        "terms": told(wanted(wish)),
    }


def _found(wish: Wish) -> FeeTemplate:
    found = own(wish.seat).filter(pk=wish.place["template"]).first()
    if found is None:
        raise Untold
    return found


def change_template(wish: Wish) -> str:
    """Other terms or another name; over the API also its end."""
    if wish.method == "DELETE":
        return delete_template(wish)
    said = {"name": _found(wish).name, "after": wish.text("name"), "terms": told(wanted(wish))}
    if said["after"] == said["name"]:
        return _("Change the terms of the fee template %(name)s: %(terms)s") % said
    return _("Call the fee template %(name)s %(after)s, with these terms: %(terms)s") % said


def default_template(wish: Wish) -> str:
    """What new clients begin with."""
    found = _found(wish)
    return _("Let new clients begin with the fee template %(name)s: %(terms)s") % {
        "name": found.name,
        "terms": told(wanted_of(found)),
    }


def delete_template(wish: Wish) -> str:
    """Off the list."""
    return _("Delete the fee template %(name)s.") % {"name": _found(wish).name}


def send_template(wish: Wish) -> str:
    """Proposing its terms to clients."""
    review = own_job(wish.seat, wish.place["task"])
    try:
        terms = told(terms_of(wish.seat, review))
    except TemplateRefused as refused:
        raise Untold from refused
    listed = wish.said.get("accounts")
    numbers = listed if isinstance(listed, list) else wish.request.POST.getlist("chosen")
    known = scope(wish.seat, Account, "set_fees").filter(number__in=[str(one).upper() for one in numbers[:SHOWN]])
    titles = [account_words(one) for one in known.order_by("number")]
    if not titles:
        raise Untold
    more = "" if len(titles) == len(numbers) else " …"
    words = ngettext(
        "Propose these terms to %(count)s account (%(accounts)s): %(terms)s",
        "Propose these terms to %(count)s accounts (%(accounts)s): %(terms)s",
        len(numbers),
    )
    return words % {"count": len(numbers), "accounts": "; ".join(titles) + more, "terms": terms}
