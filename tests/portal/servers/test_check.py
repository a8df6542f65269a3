"""What bin/test does about a missing browser, and which checks come before the tests."""

import subprocess

import pytest

from portal.servers import check


@pytest.fixture
def commands(monkeypatch):
    """The commands that would be run; none is."""
    noted = []

    def run(command, **_):
        noted.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(check.subprocess, "run", run)
    return noted


def test_a_browser_that_is_there_is_left_alone(commands, monkeypatch):
    monkeypatch.setattr(check, "_browser_parts", lambda: {"chromium": True, "libatomic1": True})

    check._bring_browser()

    assert commands == []


def test_root_gets_it_from_apt(commands, monkeypatch):
    monkeypatch.setattr(check, "_browser_parts", lambda: {"chromium": False, "libatomic1": True})
    monkeypatch.setattr(check.os, "geteuid", lambda: 0)
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/usr/bin/{name}")

    check._bring_browser()

    assert [command[:2] for command in commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert "chromium" in commands[1]
    assert "--no-install-recommends" in commands[1]


@pytest.mark.parametrize(("uid", "apt"), [(1000, "/usr/bin/apt-get"), (0, None)])
def test_others_are_told_what_to_do(commands, monkeypatch, uid, apt):
    monkeypatch.setattr(check, "_browser_parts", lambda: {"chromium": False, "libatomic1": False})
    monkeypatch.setattr(check.os, "geteuid", lambda: uid)
    monkeypatch.setattr(check.shutil, "which", lambda name: apt)

    with pytest.raises(check.Failed, match="apt-get install --no-install-recommends chromium"):
        check._bring_browser()

    assert commands == []


@pytest.mark.parametrize(("is_there", "uid", "brings"), [(False, 0, True), (True, 0, False), (False, 1000, False)])
def test_root_gets_a_mail_server_that_packages_do_not_start(commands, monkeypatch, tmp_path, is_there, uid, brings):
    forbids, seen = tmp_path / "policy-rc.d", []

    def run(command, **_):
        seen.append(forbids.exists())
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(check.subprocess, "run", run)
    monkeypatch.setattr(check, "_NO_DAEMONS", forbids)
    monkeypatch.setattr(check, "_has_mail_server", lambda: is_there)
    monkeypatch.setattr(check.os, "geteuid", lambda: uid)
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/usr/bin/{name}")

    check._bring_mail_server()

    assert [command[1] for command in commands] == (["update", "install"] if brings else [])
    assert all(seen) and not forbids.exists()


def test_every_kind_of_check_is_made():
    names = [name for name, *_ in check._checks()]

    assert names == ["translations", "lint", "format", "templates", "types", "imports", "migrations", "deployment"]
