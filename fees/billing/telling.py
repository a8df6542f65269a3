"""Mail to everybody of a practice who may set fees: a second person will be asked less often, unless they object."""

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.amounts import number_words
from accounts.ground.outbox.actions import owe_people
from fees.billing.models import BillingRule
from portal.lib.words import gettext_noop

# Stored under the practice's bell by the database, in the same transaction.
TITLE = gettext_noop("A second person will be asked less often to approve")
HIGHER = _(
    "From %(day)s on a second person approves invoices and reimbursements from %(amount)s on, until then from"
    " %(former)s on. If that is not what you want, choose the lower amount again at the billing desk: it holds at once."
)
NOBODY = _(
    "From %(day)s on no second person approves invoices and reimbursements, until then somebody does from %(former)s"
    " on. If that is not what you want, choose the amount again at the billing desk: it holds at once."
)
_words = lazy(number_words, str)


def tell_milder(rule: BillingRule) -> None:
    """A mail to each of them in their language, whoever chose it among them."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM fees_people_who_set_fees()")
        users = [user for (user,) in cur.fetchall()]
    owe_people(
        users=users,
        subject=gettext_lazy(TITLE),
        text=NOBODY if rule.threshold is None else HIGHER,
        said={
            "day": rule.holds_from,
            "amount": _words(rule.threshold),
            "former": _words(rule.former),
        },
        path=reverse("fees:billing"),
        natural_key=f"billing threshold {rule.practice_id} {rule.changed_at.isoformat()}",
        firm_id=rule.firm_id,
    )
