"""Sentences about the settings of an account."""

from django.utils.translation import gettext as _

from accounts.desk.lei.models import ELECTED, LeiChoice
from portal.confirming.wish import Untold, Wish


def elect_lei(wish: Wish) -> str:
    """What is elected for which account."""
    if (choice := str(wish.said.get("choice"))) not in ELECTED:
        raise Untold
    if choice == LeiChoice.HELD:
        return _("Report account %(account)s under the LEI %(lei)s, for good.") % {
            "account": wish.account(),
            "lei": wish.text("lei"),
        }
    if choice == LeiChoice.APPLY:
        return _("Have an LEI applied for on behalf of account %(account)s, for good.") % {"account": wish.account()}
    return _("Elect that account %(account)s has no LEI and wants none.") % {"account": wish.account()}


def enroll_recovery(wish: Wish) -> str:
    """Whose claims are filed, and what it costs."""
    return _(
        "Enroll account %(account)s in securities class action recovery; 20 percent of each recovered amount is the"
        " fee."
    ) % {"account": wish.account()}


def leave_recovery(wish: Wish) -> str:
    """Whose claims are filed no more."""
    return _("Unsubscribe account %(account)s from securities class action recovery.") % {"account": wish.account()}
