"""The set-up's decisions; the set-up itself is what has made the environment of these tests."""

import builtins
import json
import shutil
import subprocess
import sys

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


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A whole environment, in a folder whose name has a space."""
    folder = tmp_path / "my clone" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    for name, path in (("VENV", folder), ("PYTHON", folder / "bin" / "python"), ("STAMP", folder / "installed.json")):
        monkeypatch.setattr(install, name, path)
    install._remember({"base": "whatever"})
    return folder


def test_a_space_in_the_path_changes_nothing(venv):
    assert install._python_works()


def test_an_environment_whose_making_was_interrupted_is_made_anew(venv):
    (packages,) = venv.glob("lib/python3*/site-packages")
    (packages / "pip").rename(packages / "pip-not-yet-there")
    assert not install._python_works()

    (packages / "pip-not-yet-there").rename(packages / "pip")
    install.STAMP.unlink()
    assert not install._python_works()


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["bin/demo", "--help"], 0, "--once"),
        (["bin/demo", "--prot", "1"], 2, "unrecognized arguments: --prot"),
        (["bin/demo", "--port", "99999"], 2, "from 1 to 65535"),
        (["bin/demo", "--once", "--port", "8001"], 2, "--once starts no web server"),
        (["bin/test", "--help"], 0, "--fast"),
        (["bin/test", "--fast", "-k", "night"], 2, "-k night would do nothing"),
    ],
)
def test_a_question_is_answered_before_anything_is_set_up(checkout, tmp_path, command, code, words):
    """In a copy of what is asked, which has neither lock files nor an environment."""
    for name in ("bin", "portal/servers", "portal/lib", "portal/__init__.py"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (checkout / name).is_dir() else shutil.copy)(checkout / name, target)

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert words in done.stdout + done.stderr
    assert not (tmp_path / ".venv").exists()


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
