"""Sentences about the settings of an account."""

from django.utils.translation import gettext as _

from accounts.desk.hedge_funds.queries import requests
from accounts.desk.lei.models import ELECTED, LeiChoice
from accounts.desk.market_data.queries import offer_of
from accounts.ground.amounts import money_words
from portal.confirming.wish import Untold, Wish, account_words, one_of


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


def sign_fund(wish: Wish) -> str:
    """Which account asks to invest how much in which fund."""
    row = one_of(requests(wish.seat), wish.place["pk"])
    return _("Sign the request to invest %(amount)s in %(fund)s from account %(account)s.") % {
        "amount": money_words(row.amount, row.currency),
        "fund": row.fund.name,
        "account": account_words(row.account),
    }


def enroll_recovery(wish: Wish) -> str:
    """Whose claims are filed, and what it costs."""
    return _(
        "Enroll account %(account)s in securities class action recovery; 20 percent of each recovered amount is the"
        " fee."
    ) % {"account": wish.account()}


def leave_recovery(wish: Wish) -> str:
    """Whose claims are filed no more."""
    return _("Unsubscribe account %(account)s from securities class action recovery.") % {"account": wish.account()}


def market_data(wish: Wish) -> str:
    """Which package, at which price, on top of what others pay."""
    offer = offer_of(str(wish.place["code"]))
    if offer is None:
        raise Untold
    if wish.method == "DELETE":
        return _("End the subscription of your user to %(name)s.") % {"name": offer.name}
    return _(
        "Subscribe your user to %(name)s for %(fee)s a month, charged to the primary user beside what other users pay."
    ) % {"name": offer.name, "fee": money_words(offer.fee, offer.currency)}
