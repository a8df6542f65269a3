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


def test_the_printed_lines_serve_a_shell_and_the_settings(server, checkout, tmp_path):
    host, _admin = server
    (tmp_path / ".env").write_text(run(checkout, {}, "--env", host, "--redis", "cache.example:6380").stdout)
    shell = f"set -a; . {tmp_path}/.env; set +a; exec {sys.executable} -c 'from portal import settings as s;"
    shell += " print(s.CELERY_BROKER_URL, *sorted(s.DATABASES))'"
    env = {"PATH": os.environ["PATH"], "PORTAL_STATE": str(tmp_path)}

    done = subprocess.run(["/bin/sh", "-c", shell], cwd=checkout, env=env, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.split()[0].endswith("@cache.example:6380/0")
    assert done.stdout.split()[1:] == ["default", "night", "office", "owner"]


def test_redis_is_taken_to_stand_beside_the_database(checkout):
    assert "@db.example:6379/0" in run(checkout, {}, "--env", "db.example:5433").stdout.splitlines()[-1]


@pytest.mark.parametrize("lacking", [["DATABASE_URL_NIGHT"], ["DATABASE_ADMIN_URL", "DATABASE_URL"]])
def test_what_is_not_set_is_named_in_one_line(server, checkout, lacking):
    host, admin = server
    env = roles.addresses(dict.fromkeys(roles.ALL, "x"), host=host, database="second") | {"DATABASE_ADMIN_URL": admin}

    refused = run(checkout, env | dict.fromkeys(lacking, ""))

    assert refused.returncode == 1
    assert all(name in refused.stderr for name in lacking)
    assert refused.stderr.count("\n") == 1


def test_a_server_that_refuses_us_is_quoted_and_not_traced(server, checkout):
    host, admin = server
    env = roles.addresses(dict.fromkeys(roles.ALL, "x"), host=host, database="second")

    refused = run(checkout, env | {"DATABASE_ADMIN_URL": admin.replace("postgres:", "postgres:x", 1)})

    assert refused.returncode == 1
    assert refused.stderr.startswith("DATABASE_ADMIN_URL: ")
    assert "Traceback" not in refused.stderr
