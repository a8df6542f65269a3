"""How often each page asks the database: at most twelve times, and what asks more is named here."""

import re

import pytest
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.figures import write
from tests.house.routes import routes
from tests.house.scenery import dress
from tests.house.specimens import SPECIMENS

MOST = 12
# What only tests send: they share one connection between the logins.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")
# Pages that ask more, each so often in all: none of them more for more rows. Who leaves hangs together with every room
# of the portal, and each is asked once; terms are shown with what they replace, what they come to and what the cap
# leaves; lots are worked out from everything that ever moved them.
MORE = {
    "leave": 23,
    "api_leave": 20,
    "configure_account": 15,
    "tax_lots": 15,
    "api_tax_lots": 13,
    "schedules": 14,
    "history_pdf": 14,
    "approval": 13,
    "now": 14,
}
ACCOUNTS = {"alice": ("U1000001", "F100001", "U2000001", "I4000001"), "ana": ("U1000001",), "olga": ("U1000001",)}


def addresses(world, numbers):
    """Each route that somebody can open with a row of the scenery: name and address, with one account after another."""
    for route in routes():
        for number in numbers:
            values = {}
            for parameter in route.parameters:
                specimen = SPECIMENS.get(f"{route.name}.{parameter}", SPECIMENS.get(parameter))
                values[parameter] = specimen(world, number) if specimen else None
            if None not in values.values():
                yield route.name, route.url(**values)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCOUNTS)
def test_no_page_asks_more_than_it_may(world, name):
    dress(world)
    client = Client(raise_request_exception=False)
    client.force_login(world.users[name])
    counted, too_many = {}, []
    for route, address in addresses(world, ACCOUNTS[name]):
        most = MORE.get(route, MOST)
        if route in counted:
            continue
        asked = questions(client, address)
        if asked is not None and len(asked) > most:
            # A first visit may write down what it has learnt.
            asked = questions(client, address)
        if asked is None:
            continue
        counted[route] = len(asked)
        if len(asked) > most:
            too_many.append(f"{address}: {len(asked)}\n" + "\n".join(one[:120] for one in asked))

    cheap = {route: counted[route] for route in MORE if counted.get(route, 99) <= MOST and name == "alice"}
    write("questions", name, pages=len(counted), most=max(counted.values()))
    assert len(counted) > 50
    assert not cheap, "no longer more than other pages"
    assert not too_many, "\n\n".join(too_many)


def questions(client, address):
    """What a page asks; None where it shows nothing."""
    reset_queries()
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return [one["sql"] for one in found if not TEST_ONLY.search(one["sql"])] if answer.status_code == 200 else None
