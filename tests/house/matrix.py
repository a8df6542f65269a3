"""The generated access matrix: person x route x method x account, with the answer that the rules demand.

Nothing here asks the product what is allowed: expectations come from tests/house/rights.py and from the gate a view
states. A leak is a foreign account's word in the answer, an answer that opens what should be shut, or a refusal after
which a row has changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test import Client

from accounts.ground.access.gates import OFFICE, PUBLIC, SIGNED_IN
from tests.house import rights, trading
from tests.house.routes import Route, routes
from tests.world import CANARIES, World

MISSING = "U9999999"
NOWHERE = "00000000-0000-4000-8000-000000000000"
METHODS = ("get", "post", "delete")
NOBODY = ("", "dora")
# Rows of these belong to a practice alone: not even the level above reads them.
TOLD_TO_A_PRACTICE = ("notification", "thread", "api_thread", "invoice", "cancel_invoice", "api_invoice")

# A refusal is itself noted in the trail, and a question for a second proof leaves its grant.
LEAVES_A_TRACE = ("accounts_stepupgrant", "accounts_trailentry")

# What a route's parameter stands for, per account: by "route.parameter" or by the parameter's name alone. A row of the
# scenery, the same for every account, or a value that leads nowhere. A new parameter gets its line here.
Specimen = Callable[[World, str], object]
SPECIMENS: dict[str, Specimen] = {
    "number": lambda world, number: number,
    **{
        kind: lambda world, number, kind=kind: 10**9 if number == MISSING else world.rows[kind].get(number)
        for kind in ("seat", "role", "rule", "address")
    },
    "authorization": lambda world, number: NOWHERE,
    "token": lambda world, number: NOWHERE,
    "secret": lambda world, number: "no-such-link",
    "uidb36": lambda world, number: "1",
    "key": lambda world, number: "no-such-key",
    "sha256": lambda world, number: "0" * 64,
    "month": lambda world, number: "2025-09",
    **{
        f"{name}.pk": lambda world, number: NOWHERE if number == MISSING else None
        for name in ("decide", "cancel", "api_link", "api_link_decision")
    },
    "notification.pk": lambda world, number: world.rows["notification"].get(number, 10**9),
    # None of the files is written; tests/portal/exports says whose a written one is.
    "file.job": lambda world, number: NOWHERE if number == MISSING else None,
    "job": lambda world, number: world.rows["job"].get(number, NOWHERE),
    **{
        f"{name}.pk": lambda world, number: world.rows["thread"].get(number, NOWHERE if number == MISSING else None)
        for name in ("thread", "api_thread")
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["invoice"].get(number, NOWHERE if number == MISSING else None)
        for name in ("invoice", "cancel_invoice", "api_invoice")
    },
    **{
        f"{name}.pk": lambda world, number: world.rows["charge"].get(number, NOWHERE if number == MISSING else None)
        for name in ("proof", "recompute", "api_charge_proof")
    },
}

for trading_route, trading_rows in trading.ROWS.items():
    SPECIMENS[f"{trading_route}.pk"] = partial(trading.row_of, trading_rows)


@dataclass
class Tally:
    """What one pass has tried and what went wrong."""

    cells: int = 0
    leaks: list[str] = field(default_factory=list)


class _Back(Exception):
    """Rolls a cell back."""


def targets(world: World, route: Route) -> Iterator[tuple[str | None, dict[str, object]]]:
    """(account number, parameters) for every account that a route can name; (None, {}) for one without parameters."""
    if not route.parameters:
        yield None, {}
        return
    for number in (*CANARIES, MISSING):
        values = {
            name: (SPECIMENS.get(f"{route.name}.{name}") or SPECIMENS[name])(world, number) for name in route.parameters
        }
        if None not in values.values():
            yield number, values


def headers_of(world: World, name: str) -> dict[str, str]:
    """How a program comes in: by a token and no session."""
    return {"Authorization": f"Bearer {world.rows['secret'][name]}"} if name in rights.OWNER else {}


def portal_routes() -> list[Route]:
    """Routes of the portal itself; the back office's are walked apart."""
    return [route for route in routes() if route.gate.right != OFFICE.right and "<" not in route.template]


def walk(world: World, name: str, *, statuses: bool = True) -> Tally:
    """One person against every route, method and account; each cell is rolled back."""
    tally = Tally()
    client = Client(raise_request_exception=False, headers=headers_of(world, name))
    if name and name not in rights.OWNER:
        client.force_login(world.users[name])
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    # Every cell is rolled back, so one look at the rows serves as "before" for all of them.
    before = fingerprint_of_rows()
    for route in portal_routes():
        for number, values in targets(world, route):
            for method in METHODS:
                tally.cells += 1
                problem = _cell(client, name, route, method, number, route.url(**values), statuses, before)
                if problem:
                    tally.leaks.append(f"{name or 'nobody'} {method} {route.url(**values)}: {problem}")
                client.cookies.load(cookies)
    return tally


def _cell(
    client: Client,
    name: str,
    route: Route,
    method: str,
    number: str | None,
    url: str,
    statuses: bool,
    before: list[tuple[Any, ...]],
) -> str | None:
    problem = None
    try:
        with transaction.atomic():
            written = _written() if method != "get" else None
            answer = getattr(client, method)(url)
            problem = _words(name, answer) or (statuses and _status(name, route, method, number, answer)) or None
            if problem is None and answer.status_code >= 400 and written not in (None, _written()):
                problem = None if fingerprint_of_rows() == before else "a refusal has moved something"
            raise _Back
    except _Back:
        pass
    return problem


def _words(name: str, answer: Any) -> str | None:
    """A canary that this person may not read."""
    text = answer.content.decode("utf-8", "replace") + str(answer.headers)
    for number, word in CANARIES.items():
        if word in text and not rights.may_read_word(name, number):
            return f"reads {word}"
    return None


def _status(name: str, route: Route, method: str, number: str | None, answer: Any) -> str | None:
    """Compares the status with what the rules demand; 405 tells nothing about any row and is always fine."""
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    if status == 405:
        return None
    expected = expectation(name, route, method, number)
    if expected == "anything" or (expected == "in" and status not in (401, 403, 404) and not _to_sign_in(answer)):
        return None
    if expected == "sign in" and (status == 401 or _to_sign_in(answer)):
        return None
    if str(status) == expected:
        return None
    return f"answered {status}, the rules say {expected}"


def expectation(name: str, route: Route, method: str, number: str | None) -> str:
    """'anything', 'in', 'sign in' or a status."""
    gate = route.gate
    assert gate is not None, f"{route} has no gate"
    if gate == PUBLIC:
        return "anything"
    if name in NOBODY or (name in rights.OWNER and not route.template.startswith("api/")):
        return "sign in"
    if gate.right == SIGNED_IN.right:
        return "anything"
    if name in ("frank", "olga") or not rights.may_ever(name, gate.right) or rights.lacks(name, gate.ability):
        return "403"
    if gate.step_up and method != "get":
        return "anything"
    if name == "vera" and route.name in trading.NEEDS_THE_WHOLE_PRACTICE:
        return "403" if number is None else "404"
    if name == "vera" and route.name in trading.INHERITED and number == "F200002":
        return "403"  # it holds for one of her accounts too, so she sees it
    if number is None:
        return "in"
    if {"seat", "role", "rule"} & set(route.parameters):
        return "in" if rights.PLACE.get(name) == number else "404"
    if "job" in route.parameters:
        return "in" if rights.ASKED_FOR_A_FILE.get(name) == number else "404"
    if number not in (rights.OWN_PRACTICE if route.name in TOLD_TO_A_PRACTICE else rights.SEES).get(
        rights.person(name), ()
    ):
        return "404"
    return "in" if rights.may(name, gate.right, number) else "403"


def _to_sign_in(answer: Any) -> bool:
    return answer.status_code in (302, 204) and "/sign-in/login/" in (
        answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
    )


def _written() -> int:
    """How many rows this transaction has written so far, whether it kept them or not; cheap, unlike a look at them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


_TABLES: list[str] = []


def fingerprint_of_rows() -> list[tuple[Any, ...]]:
    """Per tenant table: how many rows there are and the youngest row version; changes when any row does."""
    if not _TABLES:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND c.relforcerowsecurity ORDER BY 1"
            )
            _TABLES.extend(name for (name,) in cursor.fetchall())
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM {table}"
                for table in _TABLES
                if table not in LEAVES_A_TRACE
            )
        )
        return cursor.fetchall()
