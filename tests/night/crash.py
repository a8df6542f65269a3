"""Nights in processes of their own that can be killed, and everything a night wrote as comparable text.

A fork of the warmed test process is as real a worker as a new interpreter: it opens its own connections with the
night's login, and SIGKILL leaves it no time to say good-bye to the database. It only starts faster.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from django.conf import settings
from django.db import connections

from portal import nightly
from portal.lib import env
from tests.conftest import _on_server
from tests.night.book import CLOSING, CLOSING_EVENING

# Row numbers depend on which attempt drew them from the sequence, and instants on the clock; all else must agree.
# Movements name their chunk by its stage and range, holds their account, and so on.
WRITTEN = {
    "accruals": "SELECT * FROM fees_accrual",
    "rollup": "SELECT * FROM fees_adviserdaily",
    "charges": "SELECT to_jsonb(c) - 'created_at' FROM fees_charge c",
    "results": "SELECT * FROM fees_periodresult",
    "trade fees": "SELECT to_jsonb(f) - 'id' FROM fees_tradefee f",
    "fund values": "SELECT to_jsonb(v) - ARRAY['id', 'recorded_at'] FROM fees_fundvalue v",
    "cuts": "SELECT * FROM fees_cut",
    "borne": "SELECT * FROM fees_bornecharge",
    "books": "SELECT to_jsonb(b) - 'id' FROM accounts_book b",
    "transfers": """
        SELECT to_jsonb(t) - ARRAY['posted_at', 'chunk_id', 'debit_id', 'credit_id'],
               to_jsonb(d) - 'id', to_jsonb(e) - 'id', s.name, c.lo, c.hi
          FROM accounts_transfer t JOIN accounts_book d ON d.id = t.debit_id JOIN accounts_book e ON e.id = t.credit_id
          LEFT JOIN accounts_runchunk c ON c.id = t.chunk_id LEFT JOIN accounts_runstage s ON s.id = c.stage_id""",
    "instructions": "SELECT * FROM broker_instruction",
    "files of instructions": "SELECT * FROM broker_instructionfile",
    "reimbursements": "SELECT * FROM fees_reimbursement",
    "notices": "SELECT * FROM fees_notice",
    "told": "SELECT to_jsonb(m) - 'at' FROM desk_message m",
    "retired": "SELECT transfer_id, line_id, seen_on FROM broker_retirement",
    "holds": "SELECT to_jsonb(h) - ARRAY['id', 'created_at', 'resolved_at'], resolved_at IS NULL FROM accounts_hold h",
    "requests": """
        SELECT kind, status, title, detail, natural_key, day, firm_id,
               practice_id, account_id, finished_at IS NULL FROM accounts_request""",
    "events": "SELECT to_jsonb(e) - ARRAY['id', 'at', 'created_at'] FROM accounts_event e",
    "notifications": "SELECT to_jsonb(n) - ARRAY['id', 'at', 'created_at'] FROM accounts_notification n",
    "owed": "SELECT to_jsonb(o) - ARRAY['id', 'created_at', 'due_at'] FROM accounts_outboxmessage o",
    "runs": "SELECT id, day, state, problem FROM accounts_run",
    "stages": "SELECT run_id, ordinal, name, state, rows, figures FROM accounts_runstage",
    "chunks": """
        SELECT s.run_id, s.name, c.lo, c.hi, c.state, c.rows, c.total, c.digest
          FROM accounts_runchunk c JOIN accounts_runstage s ON s.id = c.stage_id""",
    "seals": "SELECT to_jsonb(s) - ARRAY['id', 'sealed_at'] FROM accounts_seal s",
    "trail": """
        SELECT "table", operation, role, firm_id, account_id, old - 'resolved_at', new - 'resolved_at'
          FROM accounts_trailentry""",
}


@dataclass(frozen=True)
class Eve:
    """A database just before a night, to be cloned: the night can be killed in each clone."""

    template: str

    @contextmanager
    def clone(self) -> Iterator[str]:
        """Every connection leads to a new copy inside the block, each alias by its own login."""
        name = f"{self.template}_kill"
        _on_server(f'create database "{name}" template "{self.template}" strategy file_copy')
        try:
            with real_logins(name):
                yield name
        finally:
            drop(name)


@contextmanager
def real_logins(name: str) -> Iterator[None]:
    """As in production: every alias signs in to the database as itself."""
    before = {alias: dict(connections.settings[alias]) for alias in connections}
    connections.close_all()
    for alias in connections:
        connections.settings[alias].update(NAME=name, CONN_MAX_AGE=0)
    web = env.database("DATABASE_URL_WEB")
    connections.settings["default"].update(USER=web["USER"], PASSWORD=web["PASSWORD"])
    switched, settings.SWITCH_DATABASE_ROLES = settings.SWITCH_DATABASE_ROLES, False
    try:
        yield
    finally:
        settings.SWITCH_DATABASE_ROLES = switched
        connections.close_all()
        for alias, values in before.items():
            connections.settings[alias].update(values)


def drop(name: str, *, within: float = 30) -> None:
    """The server needs a moment to notice that a killed worker is gone, and its owner may not hurry it."""
    deadline = time.monotonic() + within
    while True:
        try:
            return _on_server(f'drop database if exists "{name}"')
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def written() -> dict[str, list[str]]:
    """Every row that nights wrote, as text in a fixed order."""
    with connections["owner"].cursor() as cur:
        found = {}
        for name, query in WRITTEN.items():
            cur.execute(f'SELECT row::text FROM ({query}) row ORDER BY row::text COLLATE "C"')
            found[name] = [text for (text,) in cur.fetchall()]
    return found


def differing(expected: dict[str, list[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """What is missing and what is too much, by kind of row."""
    found = written()
    return {
        name: (set(rows) - set(found[name]), set(found[name]) - set(rows))
        for name, rows in expected.items()
        if rows != found[name]
    }


def run_night() -> None:
    """What a worker does, to the end."""
    nightly.night(CLOSING, at=CLOSING_EVENING)


def start(task: Callable[[], object] = run_night, **environment: str) -> int:
    """A worker process of its own; its id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.environ.update(environment)
        task()
        status = 0
    finally:
        os._exit(status)


def end(child: int, *, within: float = 60) -> int:
    """Wait for a worker: its exit status, or minus the signal that killed it."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError(f"worker {child} did not end within {within} s")


def killed_at(point: str, task: Callable[[], object] = run_night) -> bool:
    """Run the night in a worker that dies at `point`; False when it was done before."""
    status = end(start(task, PORTAL_DIE_AT=point))
    assert status in (0, -signal.SIGKILL), f"the worker failed by itself: {status}"
    return status == -signal.SIGKILL
