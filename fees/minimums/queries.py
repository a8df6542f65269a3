"""What a practice chose about allocation minimums: for all its clients, and for single ones."""

from datetime import date

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.minimums.models import MinimumChoice
from fees.minimums.rules import Standing, standing

LATEST = ("-starts", "-pk")
# More choices than this lie ahead of no day.
MOST_READ = 50


def choices(who: Who) -> "QuerySet[MinimumChoice]":
    """Every choice of one's own practice; what the levels below chose is theirs."""
    return scope(who, MinimumChoice).filter(practice_id=who.practice_id)


def for_all(who: Who, day: date) -> Standing:
    """What stands for all clients."""
    return standing(choices(who).filter(account=None).order_by(*LATEST)[:MOST_READ], day)


def last_of(who: Who, account: Account) -> MinimumChoice | None:
    """The latest word about one client."""
    return choices(who).filter(account=account).order_by(*LATEST).first()


def exceptions(who: Who) -> "QuerySet[MinimumChoice]":
    """Clients of whom something else was said than of all, each with the latest word."""
    latest = choices(who).filter(account__isnull=False).order_by("account_id", *LATEST).distinct("account_id")
    rows = choices(who).filter(pk__in=latest.values("pk")).exclude(payer="")
    return rows.select_related("account")
