"""The fourth pass of the matrix: every field of every form, and every query of every page, with ids of other people."""

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.ground.access.gates import PUBLIC, SIGNED_IN
from tests.figures import write
from tests.house import matrix, rights
from tests.house.forms import forms_in, query_fields
from tests.house.scenery import dress
from tests.house.written import written
from tests.world import CANARIES


class _Back(Exception):
    """Rolls a try back."""


NAMES_SOMEBODY = (
    "account",
    "practice",
    "client",
    "person",
    "user",
    "seat",
    "number",
    "master",
    "owner",
    "template",
    "_id",
)
NAMES = ["alice", "bob", "sam", "ana"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_forged_field_opens_or_moves_what_is_somebody_elses(world, name):
    dress(world)
    forger = Forger(world, name)
    tried, leaks = 0, []
    for method, action, forged, fields in wishes(forger.client, name):
        # Of neighbours in the list one meets a field with these values and the next with those.
        values = forged_values(world, forger.foreign, (len(forged[0]) + NAMES.index(name)) % 2)
        for value in asked_of(values, method, forged, fields):
            tried += 1
            problem = forger.attempt(method, action, {**fields, **dict.fromkeys(forged, value)})
            if problem:
                leaks.append(f"{name} {method} {action} {','.join(forged)}={value}: {problem}")

    write("access_matrix", f"forged ids/{name}", cells=tried, leaks=len(leaks))
    assert not leaks, "\n".join(leaks)
    assert tried > 20


def asked_of(values, method, forged, fields):
    """Which values a field meets: all of them where its name sounds like somebody, or where nothing else is asked.

    All parts of a query together meet a number, a key and a seat; each part alone, and each field of a form that does
    not sound like somebody, meets one value, its neighbour the next.
    """
    if len(forged) > 1:
        return [values[0], values[2], values[-1]]
    if len(fields) == 1 or (method == "post" and any(word in forged[0] for word in NAMES_SOMEBODY)):
        return values
    return [values[sorted(fields).index(forged[0]) % len(values)]]


def forged_values(world, foreign, turn):
    """Numbers and keys of two accounts that are not this person's, a practice, news and a seat.

    The practice is that of the one account and the news that of the other: which, is said by `turn`.
    """
    some = [foreign[0], foreign[-1]]
    one, other = some[turn], some[1 - turn]
    return [
        *some,
        *(str(world[number].pk) for number in some),
        str(world[one].practice_id),
        str(world.rows["notification"][other]),
        str(world.seats["mallory"].pk),
    ]


def wishes(client, name):
    """(method, address, forged fields, fields) of every form and query on the pages that this person can open."""
    found = []
    for route in matrix.portal_routes():
        if route.parameters or route.gate == PUBLIC or "logout" in route.template:
            continue
        if route.name.startswith("alias-") or route.name == "api_schema":
            continue  # the one only leads on to an address of this list, the other describes the API and reads no row
        if route.gate.right != SIGNED_IN.right and not rights.may_ever(name, route.gate.right):
            continue
        answer = client.get(route.url())
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            found.append(("get", route.url(), {"account": "", "practice": "", "search": ""}))
            continue
        html = answer.content.decode()
        found += [
            (form.method, form.action, form.fields)
            for form in forms_in(html, route.url())
            if form.fields and "logout" not in form.action
        ]
        queries = query_fields(html) | {"account", "practice"}
        found.append(("get", route.url(), dict.fromkeys(sorted(queries), "")))
    unique = {(method, action, tuple(sorted(fields))): (method, action, fields) for method, action, fields in found}
    alone = [(method, action, [field], fields) for method, action, fields in unique.values() for field in fields]
    queries = [(action, fields) for method, action, fields in unique.values() if method == "get" and len(fields) > 1]
    together = [("get", action, sorted(fields), fields) for action, fields in queries]
    return [*alone, *together]


class Forger:
    """One person's browser, and what the rows of everybody else looked like when it came."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.foreign = [number for number in CANARIES if not rights.sees(name, number)]
        self.client = Client(raise_request_exception=False)
        self.client.force_login(world.users[name])
        self.client.get(matrix.BEGINS_A_VISIT)
        self.cookies = {key: morsel.value for key, morsel in self.client.cookies.items()}
        # Every try is rolled back, so one look at the rows serves as "before" for all of them.
        self.before = rows_of(world, self.foreign)
        self.written = written()

    def attempt(self, method, action, fields):
        """What is wrong with the answer to one request, which is rolled back."""
        problem = None
        try:
            with transaction.atomic():
                answer = getattr(self.client, method)(action, fields)
                text = answer.content.decode("utf-8", "replace") + str(answer.headers)
                for number in self.foreign:
                    if CANARIES[number] in text and not rights.may_read_word(self.name, number):
                        problem = f"reads {CANARIES[number]}"
                if answer.status_code >= 500:
                    problem = f"broke with {answer.status_code}"
                had_written, self.written = self.written, written()
                if self.written != had_written and rows_of(self.world, self.foreign) != self.before:
                    problem = "moved a row of somebody else"
                raise _Back
        except _Back:
            self.client.cookies.load(self.cookies)
        return problem


_QUERY: list[str] = []


def rows_of(world, foreign):
    """Count and youngest version of the rows that hang on foreign accounts, table by table."""
    if not _QUERY:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
            )
            _QUERY.append(
                " UNION ALL ".join(
                    f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM {table} WHERE account_id = ANY (%(ids)s)"
                    for (table,) in cursor.fetchall()
                )
            )
    with connection.cursor() as cursor:
        cursor.execute(_QUERY[0], {"ids": [world[number].pk for number in foreign]})
        return cursor.fetchall()
