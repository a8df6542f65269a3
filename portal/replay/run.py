"""Rebuilds what nights made in a copy of the database, from its inputs, and compares the two ledgers."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections, transaction
from psycopg2 import errors, sql

from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger.sets import LINE, WITH_BOOKS
from fees.funds.then import as_told_then
from portal import nightly
from portal.lib.words import gettext_noop
from portal.replay.inputs import strip

AT_ONCE = 10_000


class ReplayRefused(Exception):
    """The replay cannot be made; the message is an English one of the catalogue."""


@dataclass(frozen=True)
class Books:
    """What a ledger comes to: the hash of every movement, and each firm's last seal, which stands on all before it."""

    movements: int
    ledger: str
    seals: dict[str, str]
    days: int


@dataclass(frozen=True)
class Replayed:
    """The books as they are and as they were made again."""

    nights: int
    before: Books
    after: Books

    @property
    def is_same(self) -> bool:
        return self.before == self.after

    def told(self) -> dict[str, Any]:
        return {"nights": self.nights, "same": self.is_same, "before": asdict(self.before), "after": asdict(self.after)}


def replay(*, copy: str, keep: bool = False, say: Callable[[str], None] = lambda line: None) -> Replayed:
    """Copy the database under the name `copy`, empty it of what nights made, run them again, compare, and drop it.

    Nobody else may be connected to the database while it is copied: ReplayRefused says so.
    """
    source = connections["owner"].settings_dict["NAME"]
    with as_role("owner"):
        before = books()
    connections.close_all()
    _on_server(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(source)))
    try:
        with _elsewhere(copy):
            nights = _again(say)
            with as_role("owner"):
                after = books()
    finally:
        if not keep:
            _on_server(sql.SQL("DROP DATABASE {}").format(sql.Identifier(copy)))
    return Replayed(nights=nights, before=before, after=after)


def books() -> Books:
    """The hash of the whole ledger, movement by movement in the order of their ids, under a login that reads all."""
    hashed, movements = sha256(), 0
    with transaction.atomic(using="owner"), cursor() as cur:
        cur.execute(f"DECLARE line NO SCROLL CURSOR FOR SELECT {LINE} FROM accounts_transfer{WITH_BOOKS} ORDER BY t.id")
        while True:
            cur.execute(f"FETCH {AT_ONCE} FROM line")
            rows = cur.fetchall()
            movements += len(rows)
            for (line,) in rows:
                hashed.update(line.encode())
            if not rows:
                break
        cur.execute("SELECT DISTINCT ON (firm_id) firm_id, digest FROM accounts_seal ORDER BY firm_id, day DESC")
        seals = {str(firm): digest for firm, digest in cur.fetchall()}
        cur.execute("SELECT count(*) FROM accounts_seal")
        days = cur.fetchone()[0]
    return Books(movements=movements, ledger=hashed.hexdigest(), seals=seals, days=days)


def _again(say: Callable[[str], None]) -> int:
    with as_role("owner"), transaction.atomic(using="owner"):
        found = strip()
    for day, began, knew, closed in found.nights:
        with as_role("owner"), transaction.atomic(using="owner"):
            found.bring(knew, trades=closed)
        with as_told_then(found.funds[day]) if day in found.funds else nullcontext():
            done = nightly.night(day, at=began)
        say(f"{day}: {done['state']}")
        if done["state"] != "done":
            return len(found.nights)
    # What was told after the last night changes no ledger, but the copy is then whole.
    return len(found.nights)


@contextmanager
def _elsewhere(name: str) -> Iterator[None]:
    """Every login leads to another database inside the block, and no new statement file is looked for."""
    before = {alias: connections.settings[alias]["NAME"] for alias in connections}
    folder = getattr(settings, "STATEMENTS_DIR", None)
    connections.close_all()
    for alias in connections:
        connections.settings[alias]["NAME"] = name
    settings.STATEMENTS_DIR = None
    try:
        yield
    finally:
        settings.STATEMENTS_DIR = folder
        connections.close_all()
        for alias, known in before.items():
            connections.settings[alias]["NAME"] = known


def _on_server(statement: sql.Composed) -> None:
    """One statement about databases, by their owner."""
    to = connections.settings["owner"]
    connection = psycopg2.connect(
        dbname="postgres", user=to["USER"], password=to["PASSWORD"], host=to["HOST"], port=to["PORT"] or None
    )
    with closing(connection):
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        except errors.ObjectInUse as busy:
            raise ReplayRefused(
                gettext_noop("Others are connected to the database; stop the portal, or replay a restored copy.")
            ) from busy
        except errors.DuplicateDatabase as there:
            raise ReplayRefused(gettext_noop("There is a database of that name already.")) from there
