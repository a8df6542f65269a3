"""A second test database in which the named cast lives, committed: tests that ask for `world` run in it.

Most of the time of ordinary tests went into building the same cast anew. Whatever a test does there is rolled back; a
test that does not ask for the cast finds the empty database.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

if TYPE_CHECKING:
    from tests.world import World


class Furnished:
    """One of each process: its connection takes the place of the default one while a test wants it."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._plain: Any = None
        self._cast: Any = None
        self._has_server = False
        self._item: pytest.Item | None = None

    def begin(self) -> None:
        """The test databases are there; the first test that wants one is waiting for it."""
        self._has_server = True
        if self._item is not None:
            self.prepare(self._item)

    def prepare(self, item: pytest.Item) -> None:
        """Lead the default connection where the coming test wants it."""
        self._item = item
        if not self._has_server:
            return
        here = connections["default"]
        if wanted_by(item):
            if self._connection is None:
                self._build()
            if here is not self._connection:
                self._plain = here
                connections["default"] = self._connection
        elif here is self._connection:
            connections["default"] = self._plain

    def world(self) -> World:
        """The cast as it was built, a copy for one test."""
        return copy.deepcopy(self._cast)

    def _build(self) -> None:
        from tests.template import alone, fresh
        from tests.world import build

        plain = connections["default"]
        name = f"{plain.settings_dict['NAME']}_cast"
        with alone() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{fresh()}"')
        self._connection = plain.copy()
        self._connection.settings_dict = {**plain.settings_dict, "NAME": name}
        connections["default"] = self._connection
        try:
            self._cast = build()
        finally:
            connections["default"] = plain

    def end(self) -> None:
        """Drop it with the other test databases."""
        from tests.template import alone

        if self._connection is None:
            return
        if connections["default"] is self._connection:
            connections["default"] = self._plain
        self._connection.close()
        with alone() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self._connection.settings_dict["NAME"]}"')


def wanted_by(item: pytest.Item) -> bool:
    """Tests of several connections clone the empty database and put the cast into the clone themselves."""
    names = getattr(item, "fixturenames", ())
    return "world" in names and "own_database" not in names


furnished = Furnished()
