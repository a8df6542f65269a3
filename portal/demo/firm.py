"""Makes the demo firm, or finishes and continues one that was begun: every step looks at what is there already."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Run
from portal import nightly
from portal.demo import (
    agreements,
    applying,
    book,
    choices,
    elections,
    funding,
    history,
    impact,
    invoices,
    keys,
    mailboxes,
    marketplace,
    proposals,
    settling,
    templates,
)
from portal.demo import tickets as asking
from portal.demo.broker import Plan, plan
from portal.demo.broker.calendar import is_business_day, next_business_day, previous_business_day
from portal.lib.exchange import EXCHANGE_ZONE
from portal.tools.rmd.reminding import remind_due

SEED = 23
# In the exchange's zone: before the night begins to look for them.
STATEMENTS_AT = time(20, 0)
NAME = "Northgate Advisors"
# What its people have asked for and chosen, by the name under which it is counted; made again it changes nothing.
UNDER_WAY: Mapping[str, Callable[..., int]] = {
    "fees_proposed": proposals.send_missing,
    "tickets": asking.ask_missing,
    "applications": applying.invite_missing,
    "movements_asked": funding.ask_missing,
    "settings_chosen": choices.choose_missing,
    "mailboxes_asked": mailboxes.ask_missing,
    "clients_asked_what_they_value": impact.ask_missing,
    "marketplace": marketplace.list_missing,
    "entitled_to_choose": elections.announce_missing,
}


class DemoRefused(Exception):
    """The demo firm cannot be made or continued; the message says why."""


def make(
    *, clients: int, months: int, until: date | None, today: date, at: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """The firm with its people, schedules, statements and billed nights up to `until`; sign-ins and figures.

    `clients` and `months` count when the firm is made; afterwards they are what they were.
    """
    started = monotonic()
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
    limited = invoices.agree_missing(firm)
    lived = history.catch_up(firm, built=built, until=max(built, until), at=at, say=say)
    templates.keep_missing(firm, at=at)
    under_way = {name: make_missing(firm, at=at) for name, make_missing in UNDER_WAY.items()}
    if "storage_password" not in remembered:
        remembered = {**remembered, "storage_password": keys.new_password()}
        keys.save(remembered)
    kept = book.keep_missing(firm, password=remembered["storage_password"], at=at)
    remind_due(today=today)
    _keep_living()
    return {
        "firm": firm.firm,
        "sign_ins": remembered["sign_ins"],
        "storage_password": remembered["storage_password"],
        "contacts_written": kept,
        "clients": firm.clients,
        "accounts": len(firm),
        "from": firm.since.isoformat(),
        "until": max(built, until).isoformat(),
        **asdict(lived),
        "schedules_agreed": agreed + lived.schedules_agreed,
        **under_way,
        "limits_agreed": limited + lived.limits_agreed,
        **history.figures(firm),
        "seconds": round(monotonic() - started, 1),
    }


def deliver_missing(*, at: datetime) -> dict[str, Any]:
    """The value that was left out on the day the firm was made for, as a second, whole statement file of that day."""
    firm, built = _standing()
    return asdict(history.complete(firm, built=built, at=at))


def _keep_living() -> None:
    """An entry of the time table, so that a demo left running gets its statements every evening."""
    with as_role("office"):
        every = IntervalSchedule.objects.get_or_create(every=15, period=IntervalSchedule.MINUTES)[0]
        PeriodicTask.objects.get_or_create(
            name="Demo broker: deliver statements",
            defaults={"task": "demo.live_on", "interval": every, "expire_seconds": 14 * 60},
        )


def deliver(*, until: date, at: datetime, say: Callable[[str], None]) -> dict[str, Any]:
    """The statements that are missing up to `until`, imported but not billed."""
    firm, built = _standing()
    lived = history.catch_up(firm, built=built, until=max(built, until), at=at, say=say, bill=False)
    return asdict(lived)


def once(*, today: date, at: datetime, say: Callable[[str], None]) -> dict[str, Any]:
    """One night: of the next business day if it has come, else of the last one, which is done and only says so."""
    firm, built = _standing()
    with as_role("night"):
        last = Run.unscoped.order_by("-day").values_list("day", flat=True).first() or built
    day = next_business_day(last)
    if day > today:
        day = last
    lived = history.catch_up(firm, built=built, until=max(built, day), at=at, say=say, bill=False)
    told: dict[str, Any] = nightly.night(day, at=at)
    figures = history.figures(firm)
    return {
        **{name: told[name] for name in ("day", "state", "accounts", "accruals", "charges", "posted", "held")},
        "ledger_balanced": told["ledger_balanced"],
        "seal": next(iter(told["seals"].values()), None),
        "statements_loaded": lived.statements,
        "nights_sealed": figures["seals"],
        "charges_posted": figures["charges_posted"],
    }


def live_on(*, at: datetime, say: Callable[[str], None]) -> history.Lived | None:
    """What has become due since the firm was made or last looked at; None where nothing has."""
    remembered = keys.load()
    if remembered is None:
        return None
    local = at.astimezone(EXCHANGE_ZONE)
    until = local.date() if is_business_day(local.date()) and local.time() >= STATEMENTS_AT else None
    until = until or previous_business_day(local.date())
    firm, built = _plan(remembered), keys.day(remembered, "built")
    if until <= built or not settling.stands(firm) or history.is_complete(firm, built=built, until=until):
        return None
    return history.catch_up(firm, built=built, until=until, at=at, say=say)


def _standing() -> tuple[Plan, date]:
    remembered = keys.load()
    if remembered is None or not settling.stands(_plan(remembered)):
        raise DemoRefused(_("There is no demo firm yet; manage.py demo_firm makes it."))
    return _plan(remembered), keys.day(remembered, "built")


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
