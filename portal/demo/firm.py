"""Makes the demo firm, or finishes and continues one that was begun: every step looks at what is there already."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from portal.demo import agreements, history, keys, settling
from portal.demo.broker import Plan, plan
from portal.demo.broker.calendar import next_business_day, previous_business_day

SEED = 20
NAME = "Northgate Advisors"


class DemoRefused(Exception):
    """The demo firm cannot be made or continued; the message says why."""


def make(
    *, clients: int, months: int, until: date | None, today: date, at: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """The firm with its people, schedules, statements and billed nights up to `until`; sign-ins and figures.

    `clients` and `months` count when the firm is made; afterwards they are what they were.
    """
    started = time.monotonic()
    until = until or previous_business_day(today)
    if until >= today + timedelta(days=1):
        raise DemoRefused(_("%(day)s has not come yet.") % {"day": until})
    remembered = keys.load() or _begin(clients=clients, months=months, until=until)
    firm = _plan(remembered)
    built = keys.day(remembered, "built")
    if not settling.stands(firm):
        settling.settle(firm, until=built, keep=lambda found: keys.save({**remembered, "sign_ins": found}))
        say(_("%(count)d accounts on three levels") % {"count": len(firm)})
        remembered = keys.load() or remembered
    if not remembered["sign_ins"]:
        raise DemoRefused(
            _("The database has a demo firm, but %(path)s, which holds its passwords, is gone.") % {"path": keys.path()}
        )
    agreed = agreements.agree_missing(firm)
    if agreed:
        say(_("%(count)d fee schedules agreed") % {"count": agreed})
    lived = history.catch_up(firm, built=built, until=max(built, until), at=at, say=say)
    return {
        "firm": firm.firm,
        "sign_ins": remembered["sign_ins"],
        "clients": firm.clients,
        "accounts": len(firm),
        "from": firm.since.isoformat(),
        "until": max(built, until).isoformat(),
        "schedules_agreed": agreed,
        **asdict(lived),
        **history.figures(firm),
        "seconds": round(time.monotonic() - started, 1),
    }


def deliver(*, until: date, at: datetime, say: Callable[[str], None]) -> dict[str, Any]:
    """The statements that are missing up to `until`, imported but not billed."""
    remembered = keys.load()
    if remembered is None or not settling.stands(_plan(remembered)):
        raise DemoRefused(_("There is no demo firm yet; manage.py demo_firm makes it."))
    built = keys.day(remembered, "built")
    lived = history.catch_up(_plan(remembered), built=built, until=until, at=at, say=say, bill=False)
    return asdict(lived)


def _begin(*, clients: int, months: int, until: date) -> dict[str, Any]:
    """The dates are settled once, so that a later start continues the same history."""
    year, month = divmod(until.year * 12 + until.month - 1 - months, 12)
    since = next_business_day(_same_day(year, month + 1, until.day) - timedelta(days=1))
    begun = {"seed": SEED, "clients": clients, "since": since.isoformat(), "built": until.isoformat(), "sign_ins": []}
    keys.save(begun)
    return begun


def _same_day(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def _plan(remembered: dict[str, Any]) -> Plan:
    return plan(remembered["seed"], remembered["clients"], since=keys.day(remembered, "since"), firm=NAME)
