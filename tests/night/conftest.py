"""Fixtures of whole nights: committed rows, real logins, several processes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from accounts.ground.access.context import as_role
from accounts.ground.runs import work
from portal import nightly
from tests import world as cast
from tests.conftest import _on_server
from tests.night import book
from tests.night.crash import Eve, drop, real_logins, run_night, written
from tests.world import World


@pytest.fixture
def billed_world(own_world: World) -> World:
    """The cast with the book of tests.night.book, ready for its first night."""
    book.build(own_world)
    return own_world


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four accounts a chunk, so that there is something to share and to lose."""
    monkeypatch.setattr(work, "SMALLEST_CHUNK", 4)


@pytest.fixture(scope="session")
def eve_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Eve]:
    """The eve of a night that closes every period, made once: the nights before it are done."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "SMALLEST_CHUNK", 4)
        template = connections["default"].settings_dict["NAME"]
        name = f"{template}_eve"
        connections.close_all()
        drop(name)
        _on_server(f'create database "{name}" template "{template}"')
        with real_logins(name):
            with as_role("owner"):
                world = cast.build()
            book.build(world)
            for night in nightly.through(nightly.calendar().previous(book.CLOSING), at=book.EVENING):
                assert night["state"] == "done", night["problem"]
    yield Eve(name)
    drop(name)


@pytest.fixture(scope="session")
def undisturbed(eve_database: Eve, django_db_blocker: Any) -> dict[str, list[str]]:
    """What the night writes when nobody disturbs it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, eve_database.clone():
        patch.setattr(work, "SMALLEST_CHUNK", 4)
        run_night()
        return written()


@pytest.fixture
def eve(eve_database: Eve, small_chunks: None, django_db_blocker: Any) -> Iterator[Eve]:
    """The eve, for one test to clone."""
    with django_db_blocker.unblock():
        yield eve_database
