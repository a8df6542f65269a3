"""Making the logins on a server of one's own, by the command that the runbook names."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg2
import pytest

from portal.servers import launcher, roles


def run(checkout, env, *arguments):
    command = [sys.executable, "-m", "portal.servers.roles", *arguments]
    return subprocess.run(command, cwd=checkout, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.fixture
def server(state):
    """A server that knows nothing of the portal but a superuser."""
    servers = launcher.ensure(state, durable=False)
    record = launcher.running(state)["postgres"]
    host = f"127.0.0.1:{record['port']}"
    yield host, f"postgresql://postgres:{record['passwords']['postgres']}@{host}/postgres"
    servers.leave(anyway=True)


def test_the_printed_addresses_work_once_the_roles_are_made(server, checkout):
    host, admin = server
    printed = run(checkout, {}, "--env", host).stdout.split()
    env = dict(line.split("=", 1) for line in printed) | {"DATABASE_ADMIN_URL": admin}
    for name in [name for name in env if name.startswith("DATABASE_URL")]:
        env[name] = urlsplit(env[name])._replace(path="/second").geturl()

    for _again in range(2):
        assert run(checkout, env).returncode == 0

    for role in roles.ALL:
        connection = psycopg2.connect(env[roles.variable(role)])
        cursor = connection.cursor()
        cursor.execute("select current_user, current_database()")
        assert cursor.fetchone() == (role, "second")
        connection.close()


def test_an_address_with_another_user_is_refused(server, checkout):
    host, admin = server
    env = {roles.variable(role): f"postgresql://postgres:x@{host}/second" for role in roles.ALL}

    refused = run(checkout, env | {"DATABASE_ADMIN_URL": admin})

    assert refused.returncode == 1
    assert "DATABASE_URL_WEB" in refused.stderr
