"""The set-up's decisions; the set-up itself is what has made the environment of these tests."""

import builtins
import json

import pytest

from portal.servers import install


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A set-up in an empty checkout, whose commands are noted instead of run."""
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/base.txt", "requirements/dev.txt", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text("{}")
    monkeypatch.setattr(install, "CHECKOUT", tmp_path)
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv" / "installed.json")
    noted = []
    monkeypatch.setattr(install, "_python_works", lambda: True)
    monkeypatch.setattr(install, "_make_venv", lambda: noted.append("venv"))
    monkeypatch.setattr(install, "_install_packages", noted.append)
    monkeypatch.setattr(install, "_npm_ci", lambda: noted.append("npm"))
    return noted


def test_the_second_start_does_nothing(calls):
    install.install("base")
    assert calls == ["requirements/base.txt", "npm"]

    install.install("base")
    assert calls == ["requirements/base.txt", "npm"]


def test_the_tools_of_the_tests_serve_the_demo_too(calls):
    install.install("dev")
    install.install("base")

    assert calls == ["requirements/dev.txt", "npm"]


def test_a_changed_lock_file_is_followed(calls, tmp_path):
    install.install("dev")
    (tmp_path / "requirements" / "dev.txt").write_text("newer")
    install.install("base")  # and the tools of the tests stay

    assert calls == ["requirements/dev.txt", "npm", "requirements/dev.txt"]


def test_a_moved_environment_is_made_anew(calls, monkeypatch):
    install.install("base")
    monkeypatch.setattr(install, "_python_works", lambda: False)
    install.install("base")

    assert calls == ["requirements/base.txt", "npm", "venv", "requirements/base.txt", "npm"]


def test_an_interrupted_step_is_done_again(calls, monkeypatch):
    def interrupted():
        raise install.Refused("no network")

    monkeypatch.setattr(install, "_npm_ci", interrupted)
    with pytest.raises(install.Refused):
        install.install("base")

    assert json.loads(install.STAMP.read_text())["npm"] == ""


def test_a_python_without_venv_says_what_to_install(monkeypatch):
    really_import = builtins.__import__

    def without(name, *more):
        if name == "ensurepip":
            raise ImportError(name)
        return really_import(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(install.Refused, match="apt-get install python3"):
        install._make_venv()


def test_caches_stay_in_the_checkout_when_the_home_is_closed(monkeypatch, tmp_path):
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setenv("HOME", "/nonexistent")

    env = install._environment()

    assert {env["HOME"], env["UV_CACHE_DIR"], env["npm_config_cache"]} <= {
        str(tmp_path / "cache"),
        str(tmp_path / "cache" / "uv"),
        str(tmp_path / "cache" / "npm"),
    }


def test_lock_files_carry_hashes_and_no_addresses(checkout):
    for path in (*(checkout / "requirements").iterdir(), checkout / "package-lock.json"):
        words = path.read_text()
        assert "--index-url" not in words
        assert '"resolved"' not in words
        assert "https://" not in words.replace("https://github.com/sponsors", "").replace(
            "https://opencollective.com", ""
        )
    assert "--hash=sha256:" in (checkout / "requirements" / "base.txt").read_text()
