"""What every test stands on: throw-away servers, the test database, closed sockets, a real browser.

Ordinary tests run inside one transaction on the owner's connection, shared by all aliases; `as_role` switches the
role on it. A test that needs real logins, several connections or other processes asks for `own_database`: a clone of
the test database in which each alias signs in as itself.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

# Processes of pytest-xdist inherit what the first process has set.
if "PORTAL_TESTING" not in os.environ:
    from portal.servers import launcher, places

    os.environ["PORTAL_TESTING"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the thread of the tests
    os.environ["MAILBOX_DNS"] = "none"  # no name server outside this machine
    os.environ["PORTAL_STATE"] = str(places.state_dir() / "tests")
    if not os.environ.get("DATABASE_URL"):
        launcher.join(durable=False)

# Only now may Django read the settings.
import django  # noqa: E402
import hypothesis  # noqa: E402
import pytest  # noqa: E402

django.setup()

from pytest_django.plugin import blocking_manager_key  # noqa: E402

from tests.furnished import furnished  # noqa: E402

# How long one example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """The same examples in every run, however it is started; PORTAL_SEED or --hypothesis-seed tries others."""
    if config.getoption("--hypothesis-seed", None) is None:
        hypothesis.core.global_force_seed = int(os.environ.get("PORTAL_SEED", "20"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests begin first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture of the test, and so before its transaction."""
    with item.config.stash[blocking_manager_key].unblock():
        furnished.prepare(item)


pytest_plugins = ["tests.browser", "tests.cast"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def closed_sockets() -> Iterator[None]:
    """Nothing may leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def files_looked_for_once() -> Iterator[None]:
    """Every client of a test loads the middleware anew, and with it a look at every published file."""
    from whitenoise.base import WhiteNoise

    look, seen = WhiteNoise.update_files_dictionary, {}

    def once(self: Any, root: str, prefix: str) -> None:
        if (root, prefix) not in seen:
            before = set(self.files)
            look(self, root, prefix)
            seen[root, prefix] = {url: file for url, file in self.files.items() if url not in before}
        self.files.update(seen[root, prefix])

    WhiteNoise.update_files_dictionary = once
    yield
    WhiteNoise.update_files_dictionary = look


@pytest.fixture(autouse=True)
def cheap_guesses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage password costs a thousandth of the memory, like passwords to sign in: it is opened some thousand times.

    What a guess must cost is tested where the keys are made, and where other processes derive the same keys: such
    modules say `WHOLE_COST = True`.
    """
    if getattr(request.module, "WHOLE_COST", False):
        return
    from crm.vault.engine import keys

    dear = keys.hash_secret_raw

    def cheap(secret: bytes, salt: bytes, passes: int, memory: int, *more: Any) -> bytes:
        return dear(secret, salt, passes, memory // 1024, *more)

    monkeypatch.setattr(keys, "hash_secret_raw", cheap)


@pytest.fixture(autouse=True)
def shared_connection(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every alias uses the connection whose transaction the test rolls back."""
    if "own_database" in request.fixturenames or not (
        request.node.get_closest_marker("django_db") or "db" in request.fixturenames
    ):
        yield
        return
    request.getfixturevalue("db")
    from django.db import connections

    replaced = {alias: connections[alias] for alias in connections if alias != "default"}
    for alias in replaced:
        connections[alias] = connections["default"]
    yield
    for alias, connection in replaced.items():
        connections[alias] = connection


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rate limits and other cached things do not pass from one test to the next."""
    from django.core.cache import cache

    cache.clear()


# Once Playwright's event loop runs, Django keeps other connection objects; these would then stay open unseen.
_first_connections: list[Any] = []


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Build the test database whatever is run: a journey alone clones it without being marked for it.

    Each process of pytest-xdist builds one of its own: the second fixture has given it a name.
    """
    from django.db import connections
    from django.test.utils import teardown_databases

    from tests.template import test_databases

    with django_db_blocker.unblock():
        built = test_databases()
        _first_connections.extend(connections.all())
        furnished.begin()
    yield
    with django_db_blocker.unblock():
        furnished.end()
        for connection in (*_first_connections, *connections.all()):
            connection.close()
        # A thread that still ends, or a connection in another event loop's context, must not fail the last test.
        _on_server(*(_ending(name) for name in {connection.settings_dict["NAME"] for connection in _first_connections}))
        teardown_databases(built, verbosity=0)


class OwnDatabase:
    """A clone of the test database; `env` holds what another process needs to use it as in production."""

    def __init__(self, name: str, env: dict[str, str]) -> None:
        self.name = name
        self.env = env


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any, settings: Any) -> Iterator[OwnDatabase]:
    from django.db import connections

    with django_db_blocker.unblock():
        template = connections["default"].settings_dict["NAME"]
        clone = f"{template}_own"
        before = {alias: dict(connections.settings[alias]) for alias in connections}
        for connection in (*_first_connections, *connections.all()):
            connection.close()
        _on_server(*_dropping(clone), f'create database "{clone}" template "{template}"')
        from portal.lib import env

        for alias in connections:
            # The clone cannot be dropped while a thread of the served site keeps a connection for its next request.
            connections.settings[alias].update(NAME=clone, CONN_MAX_AGE=0)
        web = env.database("DATABASE_URL_WEB")
        connections.settings["default"].update(USER=web["USER"], PASSWORD=web["PASSWORD"])
        settings.SWITCH_DATABASE_ROLES = False
        try:
            yield OwnDatabase(clone, _environment(clone))
        finally:
            connections.close_all()
            for alias, values in before.items():
                connections.settings[alias].update(values)
            _on_server(*_dropping(clone))


def _dropping(name: str) -> tuple[str, str]:
    """Only our own connections are ended: WITH (FORCE) is refused while autovacuum looks at the database, a plain DROP
    asks it to leave."""
    return _ending(name), f'DROP DATABASE IF EXISTS "{name}"'


def _ending(name: str) -> str:
    """End the sessions of programs in one database and wait until they are gone."""
    ours = f"datname = '{name}' AND backend_type = 'client backend'"
    return f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {ours}"


def _on_server(*statements: str) -> None:
    """Run statements outside every transaction, next to the database that they concern."""
    import psycopg2

    from portal.lib import env

    owner = env.database("DATABASE_URL")
    connection = psycopg2.connect(
        host=owner["HOST"], port=owner["PORT"], user=owner["USER"], password=owner["PASSWORD"], dbname="postgres"
    )
    connection.autocommit = True
    try:
        for statement in statements:
            connection.cursor().execute(statement)
    finally:
        connection.close()


def _environment(name: str) -> dict[str, str]:
    from urllib.parse import urlsplit

    env = {key: value for key, value in os.environ.items() if key != "PORTAL_TESTING"}
    for key in [key for key in env if key.startswith("DATABASE_URL")]:
        env[key] = urlsplit(env[key])._replace(path=f"/{name}").geturl()
    return env


@pytest.fixture
def own_world(own_database: OwnDatabase) -> Any:
    """The named cast (tests/world.py), committed in `own_database`: for journeys and several processes."""
    from accounts.ground.access.context import as_role
    from tests import world as cast

    with as_role("owner"):
        return cast.build()


@pytest.fixture
def site(own_database: OwnDatabase, django_db_blocker: Any, settings: Any) -> Iterator[str]:
    """The address of the portal, served by a thread over `own_database`; files come straight from their sources."""
    from pytest_django.live_server_helper import LiveServer

    settings.WHITENOISE_USE_FINDERS = True
    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        try:
            yield server.url
        finally:
            server.stop()


@pytest.fixture
def checkout() -> Path:
    return CHECKOUT
