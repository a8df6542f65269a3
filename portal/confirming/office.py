"""What the back office confirms about nights and differences, in sentences.

Over the API rows of the office cannot be read before its gate; then what was typed stands in the sentence.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from accounts.broker.feed.models import NavDaily
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import current_alias
from accounts.ground.amounts import money_words
from accounts.ground.days.queries import calendar
from accounts.ground.people.queries import desk_users
from accounts.ground.runs.models import Hold
from portal.confirming.wish import Untold, Wish, account_words


def decide_night(wish: Wish) -> str:
    """A pause, an account held back or let in, or the value of the day before."""
    act, day = wish.text("act"), wish.place.get("day") or wish.text("day")
    if act in ("pause", "resume"):
        words = _("Pause the night of %(day)s.") if act == "pause" else _("Let the night of %(day)s go on.")
        return words % {"day": day}
    hold = _hold(wish, day)
    if hold and wish.said.get("account"):
        raise Untold
    account = account_words(hold.account) if hold else wish.text("account").upper()
    said = {"account": account, "day": day}
    if act == "hold":
        return _("Hold account %(account)s back from the night of %(day)s.") % said
    if act == "release":
        return _("Let account %(account)s into the night of %(day)s.") % said
    if act != "carry":
        raise Untold
    value = _value_before(hold) if hold else ""
    if not value:
        return _("Use the value of the day before for account %(account)s on %(day)s.") % said
    return _("Use %(value)s, the value of the day before, for account %(account)s on %(day)s.") % {
        **said,
        "value": value,
    }


def _hold(wish: Wish, day: object) -> Hold | None:
    """The held account that the page acts on: that of the day, read as its form reads it."""
    if current_alias.get() != "office" or not wish.said.get("hold"):
        return None
    try:
        pk, on = forms.IntegerField().clean(wish.said["hold"]), forms.DateField().clean(day)
    except forms.ValidationError:
        raise Untold from None
    if not 0 < pk < 2**63:
        raise Untold
    return Hold.unscoped.filter(pk=pk, day=on).select_related("account").first()


def _value_before(hold: Hold) -> str:
    before = NavDaily.unscoped.filter(account_id=hold.account_id, nav_date=calendar().previous(hold.day)).first()
    return money_words(before.nlv, before.currency) if before else ""


def watch_nights(wish: Wish) -> str:
    """Who is woken when a night stops; the page names a user by key, the API by name."""
    if not wish.said.get("user"):
        return _("Wake nobody when a night stops.")
    told = wish.text("user")
    by_api = wish.request.resolver_match.view_name == "api_night_watch"  # type: ignore[union-attr]
    name = told if by_api else {str(pk): name for pk, name in desk_users()}.get(told)
    if name is None:
        raise Untold
    return _("Wake %(name)s when a night stops.") % {"name": name}


def look_after(wish: Wish) -> str:
    """Who looks after a difference, and what is known about it."""
    return _("Note about a difference of the reconciliation: %(note)s") % {"note": wish.said.get("note") or "—"}


def take_back(wish: Wish) -> str:
    """A movement that the broker rejected."""
    # The page is told what by one field, the API by another; who fills both is told nothing of either.
    if wish.said.get("what") and wish.said.get("reference"):
        raise Untold
    by_api = wish.request.resolver_match.view_name == "api_take_back"  # type: ignore[union-attr]
    reference = wish.text("reference") if by_api else wish.text("what").partition("|")[2]
    found: Any = None
    if current_alias.get() == "office":
        rows = Instruction.unscoped.filter(transfer_id=UUID(reference))
        found = rows.select_related("account").order_by("-attempt").first()
    if found is None:
        return _("Take back the movement %(reference)s, which the broker rejected.") % {"reference": reference[:40]}
    return _("Take back %(amount)s of account %(account)s, which the broker rejected.") % {
        "amount": money_words(Decimal(found.amount), found.currency),
        "account": account_words(found.account),
    }
