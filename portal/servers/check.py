"""Runs every check of the project: lint, types, import contracts, migrations, then all tests. bin/test runs it."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from portal.servers import launcher, places, processes, supervisor
from portal.servers.install import CHECKOUT, step, tell
from portal.servers.supervisor import Stop

_BIN = Path(sys.executable).parent
_CODE = ["portal", "accounts", "fees", "auth2fa", "crm", "tests", "bench", "manage.py"]
_SEED = "20"  # the same tries in every run, unless PORTAL_SEED says otherwise
_AT_ONCE = "8"  # so few tests are handed to a process at a time that the processes end together
_BROWSER_PACKAGES = ["chromium", "fonts-dejavu-core", "libatomic1"]
_NO_DAEMONS = Path("/usr/sbin/policy-rc.d")


class Failed(Exception):
    """The message says what to do."""


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What was asked for, and what is for pytest; bin/setup asks this too, before it sets up."""
    options = argparse.ArgumentParser(
        prog="bin/test", description="All checks and tests; other arguments go to pytest.", allow_abbrev=False
    )
    options.add_argument("--fast", action="store_true", help="the checks only, no tests")
    options.add_argument("--without-browser", action="store_true", help="leave the journeys in Chromium out")
    chosen, to_pytest = options.parse_known_args(arguments)
    if chosen.fast and (to_pytest or chosen.without_browser):
        options.error(f"--fast runs no tests, so {' '.join(to_pytest) or '--without-browser'} would do nothing")
    return chosen, to_pytest


def main() -> int:
    chosen, to_pytest = parse(sys.argv[1:])
    supervisor.stop_on_signals()
    try:
        if not chosen.fast and not chosen.without_browser:
            _bring_browser()
        if not chosen.fast:
            _bring_mail_server()
        return _all(to_pytest, fast=chosen.fast, without_browser=chosen.without_browser)
    except Stop:
        tell("\nStopped.")
        return 130
    except PermissionError as refused:
        tell(
            f"\n{refused.filename} belongs to another user; start as that user, or set PORTAL_STATE to another folder."
        )
        return 1
    except (Failed, processes.ServerError, places.PlaceError) as reason:
        tell(f"\n{reason}")
        return 1


def _all(to_pytest: list[str], *, fast: bool, without_browser: bool) -> int:
    env = {**os.environ}
    servers = None
    if not os.environ.get("DATABASE_URL"):
        with step("PostgreSQL and Valkey for the tests"):
            servers = launcher.ensure(places.state_dir() / "tests", durable=False)
        env |= servers.env
    try:
        checks = _checks()
        faults = [name for name, command, more in checks if not _passes(name, command, {**env, **more})]
        if faults:
            raise Failed(f"Not as it should be: {', '.join(faults)}")
        if fast:
            tell(f"  {len(checks)} checks, all well; no tests were run")
            return 0
        return _pytest(to_pytest, env, without_browser=without_browser)
    finally:
        if servers:
            servers.leave()


def _checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and additional environment of each check."""
    code = [name for name in _CODE if (CHECKOUT / name).exists()]
    manage = [sys.executable, "manage.py"]
    as_deployed = {"PUBLIC_URL": "https://portal.example", "DEBUG": "no"}
    return [
        ("translations", [sys.executable, "-m", "portal.catalogues"], {}),
        ("lint", [str(_BIN / "ruff"), "check", "--quiet", *code], {}),
        ("format", [str(_BIN / "ruff"), "format", "--check", "--quiet", *code], {}),
        ("templates", [str(_BIN / "djlint"), "--lint", "--quiet", "templates"], {}),
        ("types", [str(_BIN / "mypy")], {}),
        ("imports", [str(_BIN / "lint-imports")], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], as_deployed),
    ]


def _passes(name: str, command: list[str], env: dict[str, str]) -> bool:
    with step(name):
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tell((done.stdout + done.stderr).strip())
    return done.returncode == 0


def _pytest(arguments: list[str], env: dict[str, str], *, without_browser: bool) -> int:
    """All tests, or those that the arguments choose; a whole green run rewrites docs/figures.json."""
    command = [sys.executable, "-m", "pytest", "-q"]
    if not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        command += ["-n", str(max(2, min(8, os.cpu_count() or 2))), "--maxschedchunk", _AT_ONCE]
    if without_browser:
        command += ["-m", "not browser"]
    seed = os.environ.get("PORTAL_SEED", _SEED)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-figures-") as figures:
        # The tests start from our own environment: their conftest finds the servers by the state folder.
        child = subprocess.Popen(
            [*command, f"--hypothesis-seed={seed}", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "PORTAL_FIGURES": figures},
        )
        try:
            code = child.wait()
        except Stop:
            child.wait()  # Ctrl-C has reached pytest too, which sums up
            raise
        if code == 0 and not arguments and not without_browser:
            seconds = str(round(time.monotonic() - began, 1))
            add_up = ["figures", "--from", figures, "--seed", seed, "--seconds", seconds]
            _quietly([sys.executable, "manage.py", *add_up], env)
    return code


def _quietly(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed((done.stdout + done.stderr).strip())


def _bring_browser() -> None:
    missing = [name for name, there in _browser_parts().items() if not there]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Failed(
            "The journeys need Chromium. On Debian, as root: "
            f"apt-get install --no-install-recommends {' '.join(_BROWSER_PACKAGES)}\n"
            "Without them: bin/test --without-browser"
        )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *_BROWSER_PACKAGES]
    with step("Chromium from apt"):
        for command in (["apt-get", "update", "-q"], install):
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"Chromium could not be installed:\n{done.stdout[-2000:]}{done.stderr}")


def _bring_mail_server() -> None:
    """Dovecot, which the tests of people's mail start by themselves; where it cannot be had they say so and are left
    out."""
    if _has_mail_server() or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The package would start a server of its own, unless the machine says that packages start none.
    forbids = not _NO_DAEMONS.exists()
    with step("Dovecot from apt"):
        try:
            if forbids:
                _NO_DAEMONS.write_text("#!/bin/sh\nexit 101\n")
                _NO_DAEMONS.chmod(0o755)
            install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "dovecot-imapd"]
            for command in (["apt-get", "update", "-q"], install):
                done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        finally:
            if forbids:
                _NO_DAEMONS.unlink(missing_ok=True)
    if done.returncode != 0:
        tell("  Dovecot could not be installed; the tests of people's mail are left out")


def _has_mail_server() -> bool:
    return shutil.which("dovecot") is not None or Path("/usr/sbin/dovecot").exists()


def _browser_parts() -> dict[str, bool]:
    chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    libraries = (Path("/usr/lib"), Path("/lib"), Path("/usr/lib64"))
    atomic = any(True for folder in libraries for _ in folder.glob("**/libatomic.so.1"))  # Playwright's Node needs it
    return {"chromium": chromium, "libatomic1": atomic}


if __name__ == "__main__":
    sys.exit(main())
