"""Reckoning what is owed of required distributions, and reminding of it: 90, 30 and 7 days before, each once."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import transaction

from accounts.ground.access.context import Who, as_role
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import Notification, NotificationKind
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop
from portal.tools.rmd.actions import forget_stale, keep
from portal.tools.rmd.deadlines import Deadline, deadlines
from portal.tools.rmd.owing import years_open
from portal.tools.rmd.queries import retirement_accounts

TITLES = {
    7: gettext_noop("A required distribution must be taken within 7 days"),
    30: gettext_noop("A required distribution must be taken within 30 days"),
    90: gettext_noop("A required distribution must be taken within 90 days"),
}
CHUNK = 200
log = logging.getLogger(__name__)
NOBODY = Who(user_id=0, seat_id=0, role="office", reach="office")


def remind_due(*, today: date) -> int:
    """Reckon what every account owes, and tell each practice of what is due soon and not taken; how many pieces of
    news. Run twice, it tells nothing new.

    Accounts that cannot be reckoned keep nobody else's waiting, and what stands of them stays.
    Who slept over a step is told of the next one only. How each person hears of it is the person's own choice.
    """
    told, is_whole = 0, True
    with as_role("office"):
        for year in years_open(today):
            for chunk in _chunks():
                try:
                    told += _tell(chunk, year, today)
                except Exception:
                    log.exception("distributions of %s: accounts %s to %s failed", year, chunk[0].pk, chunk[-1].pk)
                    is_whole = False
        if is_whole:
            forget_stale(today=today)
    return told


def step_of(day: date, today: date) -> int | None:
    """The nearest of the steps that a deadline has come to; None where it is over or too far."""
    left = (day - today).days
    return next((days for days in sorted(TITLES) if 0 <= left <= days), None)


def _tell(accounts: Sequence[Account], year: int, today: date) -> int:
    """What is owed by some accounts is kept, and told where a step has come."""
    with transaction.atomic(using="office"):
        owed = deadlines(NOBODY, accounts, year)
        keep(found=owed, accounts=accounts, year=year, today=today)
        found: dict[int, list[News]] = defaultdict(list)
        for one in owed:
            step = step_of(one.day, today)
            if step is not None:
                found[step].append(_news(one, step))
        keys = [one.natural_key for every in found.values() for one in every]
        known = set(Notification.unscoped.filter(natural_key__in=keys).values_list("practice_id", "natural_key"))
        told = 0
        for step, every in found.items():
            news = [one for one in every if (one.practice_id, one.natural_key) not in known]
            notify_many(news=news, kind=NotificationKind.MESSAGE, title=TITLES[step], day=today)
            told += len(news)
        return told


def _news(one: Deadline, step: int) -> News:
    account = one.account
    return News(account.firm_id, account.practice_id, account.pk, f"distribution {account.pk} {one.day} {step}")


def _chunks() -> Iterator[list[Account]]:
    last = 0
    while rows := list(retirement_accounts(NOBODY).filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield rows
        last = rows[-1].pk
