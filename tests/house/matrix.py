"""The generated access matrix: person x route x method x account, with the answer that the rules demand.

Nothing here asks the product what is allowed: expectations come from tests/house/rights.py and from the gate a view
states. A leak is a foreign account's word in the answer, an answer that opens what should be shut, or a refusal after
which a row has changed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.ground.access.gates import OFFICE, PUBLIC, SIGNED_IN
from tests.house import rights, trading
from tests.house.routes import Route, routes
from tests.house.specimens import MISSING, SPECIMENS, TOLD_TO_A_PRACTICE
from tests.house.written import fingerprint_of_rows, written
from tests.world import CANARIES, World

METHODS = ("get", "post", "delete")
# Accounts which stand in the same place of the tree: of those that somebody must not even find, a route meets one of
# each kind and the next route the next one. `manage.py access_matrix` meets them all.
ALIKE = (
    ("F100001", "U1000001", "U1000002"),
    ("F200002", "F200003"),
    ("U2000001", "U3000001"),
    ("I4000001", "U4000001", "U4000002"),
    ("F900001", "U9000001"),
)
WHOLE = os.environ.get("PORTAL_MATRIX") == "whole"
# What a session learns at its first request would otherwise be learnt, and written, in every cell anew.
BEGINS_A_VISIT = "/notifications/"
NOBODY = ("", "dora")
# A streamlined authority is ended by who manages the account, or by who signs for it.
ENDS_AUTHORITY = {("end_authority", "post"), ("api_authority", "delete")}
# Tools and exam packs are for advisors: whoever owns the account finds none.
TOOLS = (
    *("tools/", "api/v1/distributions/", "api/v1/goals/", "api/v1/impact/"),
    *("reports/examination/", "api/v1/exam-packs/"),
    "marketplace/hedge-funds/",
    "api/v1/marketplace/hedge-funds/",
)
# What only an advisor files or reads.
FILED = {"form-13f", "form-13d", "form-adv", "delivery-audit", "questionnaire-history"}
# Programs listen for practices, and practices write mail; whoever owns an account finds neither.
PRACTICES_OWN = ("settings/webhooks/", "api/v1/webhooks/", "email/mailboxes/", "api/v1/mailboxes/")
# Queries are asked with secure login only, which nobody of the cast has; tests/portal/tools says what they find.
WITH_A_DEVICE = ("tools/queries/", "api/v1/client-queries/")
# What distributions are worked out from is written down by the account's own practice.
WRITTEN_BY_ITS_PRACTICE = ("rmd_facts",)
# Only a second level has a level above to bring in.
BRINGS_IN = ("share_thread", "api_share_thread")
SECOND_LEVEL = ("bob", "carol")
# A plain conversation is closed by nobody; tests/desk/tickets says who closes what.
CLOSES = ("close_thread", "api_close_thread")


@dataclass
class Tally:
    """What one pass has tried and what went wrong."""

    cells: int = 0
    leaks: list[str] = field(default_factory=list)


# What a view does not take, it takes from nobody: 405 is answered before anything is known of the person.
_NOT_TAKEN: set[tuple[str, str]] = set()


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


@dataclass
class Cell:
    """One request of one person."""

    name: str
    route: Route
    method: str
    number: str | None
    url: str


def walk(world: World, name: str, *, statuses: bool = True, foreign: bool = False, every: int = 1) -> Tally:
    """One person against every route, method and account; each cell is rolled back.

    With `foreign`, what the rules open to the person at an account is left out: a wall is tried by what it must stop.
    There every third place meets a method, the others the next ones: with both walls all of them meet all. With
    `every`, one place in so many is tried with both walls too.
    Who must be stopped at the gate, before any row is looked for, is tried at the first, a middle and the last account.
    """
    tally = Tally()
    step = 1 if WHOLE else 3 if foreign else every
    visit = Visit(world, name)
    for turn, route in enumerate(portal_routes()):
        there = [(number, route.url(**values)) for number, values in targets(world, route)]
        if len(there) > 3 and stopped_at_the_gate(name, route):
            there = [there[0], there[len(there) // 2], there[-1]]
        elif not WHOLE:
            there = one_of_each_kind(name, there, turn)
        for method in METHODS:
            if (route.template, method) in _NOT_TAKEN:
                continue
            places = [one for one in there if not (foreign and is_open(name, route, method, one[0]))]
            if step > 1 and len(places) > step:
                places = places[(turn + METHODS.index(method)) % step :: step]
            closed = 0
            # The last place leads nowhere: a method closed there and at the first place is closed whatever the account.
            for number, url in (*places[:1], *places[:0:-1]):
                tally.cells += 1
                status, problem = visit.attempt(Cell(name, route, method, number, url), statuses=statuses)
                if problem:
                    tally.leaks.append(f"{name or 'nobody'} {method} {url}: {problem}")
                closed += status == 405
                if closed == 2:
                    _NOT_TAKEN.add((route.template, method))
                    break
    return tally


def one_of_each_kind(name: str, every: list[tuple[str | None, str]], turn: int) -> list[tuple[str | None, str]]:
    """All places but those of accounts that this person must not find: of these, one of each kind, by turns."""
    hidden = {
        kind: [number for number, _url in every if number in kind and not rights.sees(name, number)] for kind in ALIKE
    }
    left_out = {
        number for numbers in hidden.values() for place, number in enumerate(numbers) if place != turn % len(numbers)
    }
    return [(number, url) for number, url in every if number not in left_out]


class Visit:
    """One person's browser or program, and what the rows looked like when it came."""

    def __init__(self, world: World, name: str) -> None:
        self.client = Client(raise_request_exception=False, headers=headers_of(world, name))
        if name and name not in rights.OWNER:
            self.client.force_login(world.users[name])
            self.client.get(BEGINS_A_VISIT)
        self.cookies = {key: morsel.value for key, morsel in self.client.cookies.items()}
        # Every cell is rolled back, so one look at the rows serves as "before" for all of them.
        self.before = fingerprint_of_rows()
        self.written = written()

    def attempt(self, cell: Cell, *, statuses: bool) -> tuple[int, str | None]:
        """The status of one request, rolled back, and what is wrong with its answer."""
        try:
            with transaction.atomic():
                answer = getattr(self.client, cell.method)(cell.url)
                status = answer.status_code
                problem = _words(cell.name, answer) or (statuses and _status(cell, status, answer)) or None
                had_written, self.written = self.written, written()
                if not problem and status >= 400 and self.written != had_written:
                    problem = None if fingerprint_of_rows() == self.before else "a refusal has moved something"
                raise _Back
        except _Back:
            self.client.cookies.load(self.cookies)
        return status, problem


def _words(name: str, answer: Any) -> str | None:
    """A canary that this person may not read."""
    text = answer.content.decode("utf-8", "replace") + str(answer.headers)
    for number, word in CANARIES.items():
        if word in text and not rights.may_read_word(name, number):
            return f"reads {word}"
    return None


def _status(cell: Cell, status: int, answer: Any) -> str | None:
    """Compares the status with what the rules demand; 405 tells nothing about any row and is always fine."""
    if status >= 500:
        return f"broke with {status}"
    if status == 405:
        return None
    expected = expectation(cell.name, cell.route, cell.method, cell.number)
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
    if stopped := stopped_at_the_gate(name, route):
        return stopped
    if "job" in route.parameters:
        return "in" if rights.ASKED_FOR_A_FILE.get(name) == number else "404"
    if gate.right == SIGNED_IN.right:
        return "anything"
    if route.template.startswith(WITH_A_DEVICE):
        return "403" if rights.person(name) not in rights.OWNERS - {"sam"} else "404"
    if (route.template.startswith(TOOLS) or route.name in FILED) and rights.person(name) in rights.OWNERS:
        return "404"
    if gate.step_up and method != "get":
        return "anything"
    if route.template.startswith(PRACTICES_OWN) and rights.person(name) in rights.OWNERS:
        return "404"
    if name == "max" and number in rights.SEES["max"] and route.name in trading.NOT_FOR_A_MANAGER and method == "post":
        return trading.NOT_FOR_A_MANAGER[route.name]
    if name == "vera" and route.name in trading.NEEDS_THE_WHOLE_PRACTICE:
        return "403" if number is None else "404"
    if name == "vera" and route.name in trading.INHERITED and number == "F200002":
        return "403"  # it holds for one of her accounts too, so she sees it
    if number is None:
        return "in"
    if {"seat", "role", "rule"} & set(route.parameters):
        return "in" if rights.PLACE.get(name) == number else "404"
    if number not in (rights.OWN_PRACTICE if route.name in TOLD_TO_A_PRACTICE else rights.SEES).get(
        rights.person(name), ()
    ):
        return "404"
    if route.name in WRITTEN_BY_ITS_PRACTICE and number not in rights.OWN_PRACTICE.get(rights.person(name), ()):
        return "403"
    if route.name in BRINGS_IN and method == "post" and rights.person(name) not in SECOND_LEVEL:
        return "403"
    if route.name in CLOSES and method == "post":
        return "403"
    if (route.name, method) in ENDS_AUTHORITY:
        if name in rights.OWNER:  # the token reads, and was given nothing that changes
            return "403"
        return "in" if rights.may(name, "manage", number) or rights.may(name, "sign", number) else "403"
    owns = rights.person(name) in trading.OWNS.get(number, ())
    if (route.name, method) in trading.TAKEN_BACK_BY_THE_OWNER and not owns:
        return "404"
    if route.name in trading.STATED_BY_THE_OWNER and method == "post" and not owns:
        return "403"
    if (route.name, method) == ("ask_permission", "post") and number.startswith("F") and not owns:
        return "403"  # nobody begins a request for another advisor's own master
    return "in" if rights.may(name, gate.right, number) else "403"


def stopped_at_the_gate(name: str, route: Route) -> str:
    """'sign in' or a status, where the rules stop this person whatever the account; else nothing."""
    gate = route.gate
    if gate is None or gate == PUBLIC:
        return ""
    if name in NOBODY or (name in rights.OWNER and not route.template.startswith("api/")):
        return "sign in"
    if "job" in route.parameters or gate.right == SIGNED_IN.right:
        return ""
    no_right = name in ("frank", "olga") or not rights.may_ever(name, gate.right)
    return "403" if no_right or rights.lacks(name, gate.ability) else ""


def is_open(name: str, route: Route, method: str, number: str | None) -> bool:
    """Whether the rules let this person use the route at this very account."""
    return number is not None and expectation(name, route, method, number) == "in"


def _to_sign_in(answer: Any) -> bool:
    return answer.status_code in (302, 204) and "/sign-in/login/" in (
        answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
    )
