"""The API is what its description says: every operation of the whole schema is asked what it allows and what it does
not, by several kinds of people, and answers as it says it does.

Schemathesis makes the requests up; addresses are filled with rows that the person's own lists show, and what was made
stays, so that later requests meet it. PORTAL_SCHEMA_EXAMPLES=50 tries many more of each operation.
"""

import os
import re
from collections import Counter
from contextlib import contextmanager

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.crm.vault.people import begun, unlock
from tests.house.routes import routes
from tests.house.scenery import DAY, dress
from tests.house.specimens import NOWHERE, SPECIMENS
from tests.world import PASSWORD

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Making comes first and taking away last, so that there is something to be read and changed.
ORDER = ("post", "get", "put", "patch", "delete")
ACCOUNT = "U1000001"
# So many answers with something in them each gets at least: what is only ever refused proves nothing.
GETS = {"alice": 100, "ana": 40, "olga": 5}
CSRF = "a" * 32
ANYTHING = {"type": "object", "additionalProperties": {}}
NAMES_OF_ROWS = ("id", "number", "code", "key")
TRIED = hypothesis.settings(
    max_examples=int(os.environ.get("PORTAL_SCHEMA_EXAMPLES", "1")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    deadline=None,
)


class Visit:
    """One person at the door of the whole application, as a server would call it."""

    def __init__(self, world, browser):
        self.world, self.browser = world, browser
        self.cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        self.application = get_wsgi_application()
        self.routes = {nameless(f"/{route.template}"): route for route in routes()}
        self.known, self.answers = {}, Counter()

    def __call__(self, environ, start_response):
        """The answer; only what was made stays."""
        environ["HTTP_COOKIE"] = f"{self.cookies}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        environ["HTTP_X_CSRFTOKEN"], environ["HTTP_CONFIRM_PASSWORD"] = CSRF, PASSWORD
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        told = []
        with transaction.atomic(), connection_kept():
            answer = self.application(environ, lambda status, headers, _fault=None: told.append((status, headers)))
            body = b"".join(answer)
            answer.close()
            transaction.set_rollback(not told[0][0].startswith("201"))
        self.answers[told[0][0][:3]] += 1
        start_response(*told[0])
        return [body]

    def place(self, path):
        """What stands in an address: rows that this person's own lists show, else the scenery's, else nothing's."""
        route, values, so_far = self.routes[nameless(path)], {}, ""
        names = iter(route.parameters)
        for part in path.strip("/").split("/"):
            if part.startswith("{"):
                values[part.strip("{}")] = part = str(self._listed(so_far + "/") or self._staged(route, next(names)))
            so_far += f"/{part}"
        return values

    def _listed(self, url):
        if self.known.get(url) is None:
            answer = self.browser.get(url)
            rows = answer.json() if answer.status_code == 200 else []
            rows = rows.get("results", []) if isinstance(rows, dict) else rows
            row = rows[0] if rows and isinstance(rows[0], dict) else {}
            self.known[url] = next((row[name] for name in NAMES_OF_ROWS if row.get(name)), "")
        return self.known[url]

    def _staged(self, route, name):
        if name == "day":
            return DAY
        made = SPECIMENS.get(f"{route.name}.{name}") or SPECIMENS.get(name)
        return (made and made(self.world, ACCOUNT)) or NOWHERE


@contextmanager
def connection_kept():
    """The test's transaction outlives a request, as it does with Django's own test client."""
    for signal in request_started, request_finished:
        signal.disconnect(close_old_connections)
    yield
    for signal in request_started, request_finished:
        signal.connect(close_old_connections)


def nameless(path):
    """The description calls a row's key `id` where the route calls it `pk`."""
    return re.sub(r"{\w+}", "{}", path)


def faults_of(operation, mode, visits):
    """What was wrong with the answers of one operation, by person."""
    faults = {}

    @given(case=operation.as_strategy(generation_mode=mode))
    @TRIED
    def ask(case):
        made_up = case.path_parameters
        for name, visit in visits.items():
            # Only what is wrong in itself is asked for at an address that is wrong.
            if made_up and (mode == GenerationMode.POSITIVE or operation.body or operation.query):
                case.path_parameters = visit.place(operation.path)
            try:
                case.call_and_validate(app=visit, checks=CHECKS)
            except FailureGroup as group:
                for one in group.exceptions:
                    faults.setdefault(f"{name} {operation.label}: {one.title}", str(group))

    try:
        ask()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE, f"{operation.label} allows nothing"
    return faults


def described():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_every_answer_with_a_body_says_what_it_holds():
    bodies = {
        f"{method} {path} {code}": body.get("schema", {})
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
        for code, answer in operation["responses"].items()
        for body in answer.get("content", {}).values()
    }

    assert [name for name, said in bodies.items() if said in ({}, ANYTHING)] == []
    assert len(bodies) > 2000


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described(world, browse):
    dress(world)
    people = {name: browse(name) for name in GETS}
    begun(people["alice"])
    unlock(people["alice"])
    assert people["alice"].post("/api/v1/contacts/bring-in/", {}, content_type="application/json").status_code < 300
    visits = {name: Visit(world, browser) for name, browser in people.items()}
    schema = schemathesis.openapi.from_dict(described())
    # Who asks is the visit's business: a made-up token would be nobody.
    schema.config.generation.update(with_security_parameters=False)

    faults = {}
    operations = sorted((one.ok() for one in schema.get_all_operations()), key=lambda one: ORDER.index(one.method))
    for operation in operations:
        faults |= faults_of(operation, GenerationMode.POSITIVE, visits)
        faults |= faults_of(operation, GenerationMode.NEGATIVE, {"alice": visits["alice"]})

    assert list(faults) == [], "\n\n".join(list(faults.values())[:5])
    assert len(operations) > 400
    assert [name for name, visit in visits.items() if visit.answers["200"] < GETS[name]] == []
