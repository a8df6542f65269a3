"""Fixtures of whole nights: committed rows, real logins, several processes."""

import pytest
from django.db import connections

from accounts.ground.runs import work
from portal import nightly
from tests.conftest import OwnDatabase
from tests.night import book
from tests.night.crash import Eve, run_night, written
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


@pytest.fixture
def eve(own_database: OwnDatabase, billed_world: World, small_chunks: None) -> Eve:
    """The eve of a night that closes every period: the nights before it are done, and copies can be made."""
    before = nightly.calendar().previous(book.CLOSING)
    for night in nightly.through(before, at=book.EVENING):
        assert night["state"] == "done", night["problem"]
    connections.close_all()
    return Eve(own_database.name)


@pytest.fixture
def undisturbed(eve: Eve) -> dict[str, list[str]]:
    """What the night writes when nobody disturbs it."""
    with eve.clone():
        run_night()
        return written()
