"""A fee as something to write about."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.desk.messages.topics import Topic
from accounts.ground.access.context import Who
from accounts.ground.amounts import money_words
from fees.proofs.queries import charge_for


def fee(who: Who, pk: UUID) -> Topic:
    """A charge that the person may see."""
    charge = charge_for(who, pk)
    words = _("Fee of %(amount)s, period to %(day)s") % {
        "amount": money_words(charge.amount, charge.currency),
        "day": charge.period_end_day.isoformat(),
    }
    return Topic(words, reverse("fees:proof", args=[charge.pk]), charge.account.number)
