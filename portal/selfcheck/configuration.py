"""The installation: framework checks, the database's settings and logins, migrations, the calendar."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from celery import Celery
from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from accounts.ground.access.context import ROLE_OF_ALIAS, as_role, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.ledger.checks import Break
from portal.celery import app
from portal.lib.business_days import DayOutsideCalendar
from portal.lib.words import Sentence, gettext_noop

OLDEST_SERVER = 150000
# So far ahead the calendar must know the exchange's days: half a year of schedules can then be planned.
AHEAD = timedelta(days=180)
# Half an hour of those that are called every minute.
MANY_WAIT = 30
SECONDS_TO_ANSWER = 3.0


def the_framework_finds_nothing(today: date) -> list[Break]:
    """Django's own checks; those about HTTPS only where the portal is reached over it."""
    found = checks.run_checks(include_deployment_checks=bool(getattr(settings, "HTTPS", False)))
    serious = [one for one in found if one.level >= checks.ERROR]
    return [_break(gettext_noop("%(id)s: %(message)s"), id=one.id, message=one.msg) for one in serious]


def debugging_is_off(today: date) -> list[Break]:
    """A page that shows settings and queries must not be reachable."""
    return [_break(gettext_noop("DEBUG is on."))] if settings.DEBUG else []


def every_migration_is_applied(today: date) -> list[Break]:
    """Code and tables belong together."""
    with as_role("owner"):
        executor = MigrationExecutor(connections["owner"])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    msgid = gettext_noop("The migration %(name)s is not applied.")
    return [_break(msgid, name=f"{migration.app_label}.{migration.name}") for migration, _ in waiting]


def the_server_is_new_and_safe_enough(today: date) -> list[Break]:
    """PostgreSQL 15 or newer, UTF-8, and nothing acknowledged that is not on disk."""
    found = []
    with cursor() as cur:
        cur.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
            " current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')"
        )
        version, encoding, fsync, pages, commits = cur.fetchone()
    if version < OLDEST_SERVER:
        found.append(_break(gettext_noop("The database server is too old: %(version)s."), version=version))
    if encoding != "UTF8":
        found.append(_break(gettext_noop("The database's encoding is %(name)s, not UTF-8."), name=encoding))
    if not settings.TESTING and ((fsync, pages) != ("on", "on") or commits == "off"):
        found.append(_break(gettext_noop("The database may lose what it has confirmed: fsync or its kin is off.")))
    return found


def every_login_is_its_own(today: date) -> list[Break]:
    """Each part of the portal signs in to the database as itself, so that grants mean something."""
    if settings.SWITCH_DATABASE_ROLES:
        return []
    found = []
    for alias, role in ROLE_OF_ALIAS.items():
        with connections[alias].cursor() as cur:
            cur.execute("SELECT session_user::text")
            login = cur.fetchone()[0]
        wanted = {role, "portal_worker"} if alias == "default" else {role}
        if login not in wanted:
            msgid = gettext_noop("The connection %(alias)s signs in as %(login)s instead of %(role)s.")
            found.append(_break(msgid, alias=alias, login=login, role=role))
    return found


def the_calendar_reaches_far_enough(today: date) -> list[Break]:
    """Days that it does not know would be refused in the middle of a night."""
    days = calendar()
    try:
        days.count(today - AHEAD, today + AHEAD)
    except DayOutsideCalendar as outside:
        return [_break(gettext_noop("The business calendar does not reach %(day)s."), day=outside.day)]
    return []


def every_line_of_jobs_has_a_worker(today: date) -> list[Break]:
    """Where workers are at work, one takes from each line; where none is, nothing has piled up."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return []
    try:
        lost = untaken(app)
    except OperationalError as problem:
        return [_break(gettext_noop("The broker of jobs does not answer: %(problem)s"), problem=str(problem))]
    return [_break(gettext_noop("No worker takes jobs from the line %(name)s."), name=name) for name in lost]


def untaken(of: Celery) -> list[str]:
    """Lines that no worker that answers takes from; where nobody answers at all, those in which many jobs wait.

    A portal that was stopped leaves some behind, which are done when it is started again.
    """
    answers = of.control.inspect(timeout=SECONDS_TO_ANSWER).active_queues() or {}
    lost = set(of.amqp.queues) - {line["name"] for lines in answers.values() for line in lines}
    if not answers:
        with of.connection_for_read() as link:
            lines: dict[str, Any] = {name: of.amqp.queues[name](link.default_channel) for name in lost}
            lost = {name for name, line in lines.items() if line.queue_declare().message_count >= MANY_WAIT}
    return sorted(lost)


CHECKS: tuple[Callable[[date], list[Break]], ...] = (
    the_framework_finds_nothing,
    debugging_is_off,
    every_migration_is_applied,
    the_server_is_new_and_safe_enough,
    every_login_is_its_own,
    the_calendar_reaches_far_enough,
    every_line_of_jobs_has_a_worker,
)


def _break(msgid: str, **params: object) -> Break:
    return Break("configuration", None, Sentence(msgid, params))
