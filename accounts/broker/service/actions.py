"""Keeping Flex queries, and fetching one of them: throttled here, patient with the broker in `feed.web_service`."""

import os
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.broker.feed.web_service import FetchFailed, NotReady, fetch
from accounts.broker.service.models import FlexQuery
from accounts.broker.service.sealing import TokenLost, seal, unseal
from portal.lib.exchange import EXCHANGE_ZONE

# The broker counts requests by token; nobody is served by asking for the same statement twice in a minute.
BETWEEN = timedelta(minutes=1)
LATER = timedelta(minutes=30)
TOKEN = re.compile(r"[0-9A-Za-z]{8,100}")


class ServiceProblem(Exception):
    """Why a query cannot be kept or fetched, in words."""


def keep(*, query: FlexQuery, token: str = "") -> FlexQuery:
    """Store a query; a new token replaces the old one, none leaves it as it is."""
    if not re.fullmatch(r"[0-9]{1,20}", query.query_id):
        raise ServiceProblem(_("A query's number has digits only."))
    if token and not TOKEN.fullmatch(token):
        raise ServiceProblem(_("That does not look like a token: letters and digits only, at least eight."))
    if token:
        query.token_sealed = seal(token)
    query.next_at = None
    query.save()
    return query


def has_token(query: FlexQuery) -> bool:
    """Whether there is one to fetch with: its own, or the one of the environment."""
    return bool(query.token_sealed or os.environ.get("FLEX_TOKEN"))


def claim(*, query: FlexQuery, at: datetime) -> None:
    """Take the right to ask the broker now; refused when it was asked a moment ago."""
    free = Q(asked_at__isnull=True) | Q(asked_at__lte=at - BETWEEN)
    if not FlexQuery.unscoped.filter(free, pk=query.pk).update(asked_at=at):
        raise ServiceProblem(_("This query was asked for less than a minute ago; wait a little."))


def due(*, at: datetime, day: date) -> list[FlexQuery]:
    """Enabled queries whose hour has come on a business day and that have not been fetched for it."""
    now: time = at.astimezone(EXCHANGE_ZONE).time()
    waiting = Q(next_at__isnull=True) | Q(next_at__lte=at)
    fresh = Q(settled_on__isnull=True) | Q(settled_on__lt=day)
    quiet = Q(asked_at__isnull=True) | Q(asked_at__lte=at - BETWEEN)
    rows = FlexQuery.unscoped.filter(waiting, fresh, quiet, is_enabled=True, fetch_at__lte=now)
    return [query for query in rows.order_by("pk") if has_token(query)]


def fetch_query(*, query: FlexQuery, into: Path, at: datetime) -> Path:
    """Ask the broker and write the statement into a folder; how it went is remembered either way.

    "Not ready" is tried again in half an hour; everything else that went wrong waits for tomorrow or for a person.
    """
    day = at.astimezone(EXCHANGE_ZONE).date()
    try:
        token = unseal(query.token_sealed) if query.token_sealed else os.environ.get("FLEX_TOKEN", "")
        if not token:
            raise ServiceProblem(_("There is no token for this query."))
        path = fetch(token=token, query=query.query_id, into=into, address=settings.FLEX_SERVICE_URL)
    except (FetchFailed, TokenLost, ServiceProblem, OSError) as failure:
        words = str(failure) if not isinstance(failure, OSError) else _unreachable(failure)
        later = at + LATER if isinstance(failure, NotReady | OSError) else None
        settled_on = query.settled_on if later else day
        FlexQuery.unscoped.filter(pk=query.pk).update(last_words=words[:300], next_at=later, settled_on=settled_on)
        raise ServiceProblem(words) from failure
    FlexQuery.unscoped.filter(pk=query.pk).update(last_words="", next_at=None, settled_on=day)
    return path


def _unreachable(failure: OSError) -> str:
    """Without the address, which carries the token."""
    return _("The broker's service cannot be reached (%(why)s).") % {"why": type(failure).__name__}
