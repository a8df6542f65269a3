"""A request that waits, as something to write about."""

from uuid import UUID

from django.http import Http404
from django.urls import reverse

from accounts.desk.messages.topics import Topic
from accounts.ground.access.context import Who
from accounts.ground.requests.queries import visible


def request(who: Who, pk: UUID) -> Topic:
    """One that the person may see."""
    found = visible(who).filter(pk=pk, account__isnull=False).first()
    if found is None or found.account is None:
        raise Http404
    page = "clients:approvals" if who.is_owner else "dashboard:pending"
    return Topic(found.title, reverse(page), found.account.number)
