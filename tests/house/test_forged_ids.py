"""The fourth pass of the matrix: every field of every form, and every query of every page, with ids of other people."""

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.ground.access.gates import PUBLIC, SIGNED_IN
from tests.figures import write
from tests.house import matrix, rights
from tests.house.forms import forms_in, query_fields
from tests.house.scenery import dress
from tests.world import CANARIES


class _Back(Exception):
    """Rolls a try back."""


@pytest.mark.parametrize("name", ["alice", "bob", "sam", "ana"])
def test_no_forged_field_opens_or_moves_what_is_somebody_elses(world, name):
    dress(world)
    client = Client(raise_request_exception=False)
    client.force_login(world.users[name])
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    foreign = [number for number in CANARIES if not rights.sees(name, number)]
    forged = forged_values(world, foreign)
    tried, leaks = 0, []
    for method, action, fields in wishes(client, name):
        for field in fields:
            for value in forged:
                tried += 1
                problem = attempt(client, name, world, foreign, method, action, {**fields, field: value})
                if problem:
                    leaks.append(f"{name} {method} {action} {field}={value}: {problem}")
                client.cookies.load(cookies)

    write("access_matrix", f"forged ids/{name}", cells=tried, leaks=len(leaks))
    assert not leaks, "\n".join(leaks)
    assert tried > 20


def forged_values(world, foreign):
    """Numbers, keys and names of accounts, practices, news and seats that are not this person's; two of each."""
    some = [foreign[0], foreign[-1]]
    accounts = [world[number] for number in some]
    return [
        *some,
        *(str(account.pk) for account in accounts),
        *(str(account.practice_id) for account in accounts),
        *(str(world.rows["notification"][number]) for number in some),
        str(world.seats["mallory"].pk),
    ]


def wishes(client, name):
    """(method, address, fields) of every form and query on the pages that this person can open."""
    found = []
    for route in matrix.portal_routes():
        if route.parameters or route.gate == PUBLIC or "logout" in route.template:
            continue
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
    return list(unique.values())


def attempt(client, name, world, foreign, method, action, fields):
    problem = None
    try:
        with transaction.atomic():
            before = rows_of(world, foreign)
            answer = getattr(client, method)(action, fields)
            text = answer.content.decode("utf-8", "replace") + str(answer.headers)
            for number in foreign:
                if CANARIES[number] in text and not rights.may_read_word(name, number):
                    problem = f"reads {CANARIES[number]}"
            if answer.status_code >= 500:
                problem = f"broke with {answer.status_code}"
            if rows_of(world, foreign) != before:
                problem = "moved a row of somebody else"
            raise _Back
    except _Back:
        pass
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
