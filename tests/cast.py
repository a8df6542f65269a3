"""Fixtures about the cast of tests/world.py: the people, and the database roles they come through."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def world(db: None) -> "World":
    """The named cast, as new: the test's own transaction undoes what it does to it."""
    from tests.furnished import furnished

    return furnished.world()


@pytest.fixture
def as_role(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """`with as_role("portal_web"):` runs the block with that role's rights and policies, on the test's connection."""
    from django.db import connection

    @contextmanager
    def take(role: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")

    return take


@pytest.fixture
def office(world: "World") -> Any:
    """Olga in the back office, who gives her password with every post; errors of the server are shown as they are."""
    from django.test import Client

    from tests.world import PASSWORD

    class Sure(Client):
        def post(self, path: str, data: Any = None, **more: Any) -> Any:
            return super().post(path, {**(data or {}), "_password": PASSWORD}, **more)

    client = Sure()
    client.force_login(world.users["olga"])
    return client


@pytest.fixture
def browse(world: "World") -> Callable[[str], Any]:
    """`browse("alice")` is a test client signed in as that person; `browse("")` is nobody."""
    from django.test import Client

    def sign_in(name: str) -> Client:
        client = Client(raise_request_exception=False)
        if name:
            client.force_login(world.users[name])
        return client

    return sign_in
