"""A fee proposal as something to write about."""

from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.desk.messages.topics import Topic
from accounts.ground.access.context import Who
from fees.proposals.queries import proposals


def fee_proposal(who: Who, pk: UUID) -> Topic:
    """A proposal that the person may see; owners and advisors have a page each."""
    found = proposals(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    words = _("Fee proposal %(version)s") % {"version": found.version}
    page = "fees:approval" if who.is_owner else "fees:proposal"
    return Topic(words, reverse(page, args=[found.pk]), found.account.number)
