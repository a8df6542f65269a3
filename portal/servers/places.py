"""Where the embedded servers keep their files, and as whom they run.

PostgreSQL refuses to run as root, so root runs both servers as `nobody`. What nobody cannot reach (a checkout below a
private home) is then kept or copied below /var/lib/advisor-portal. The permissions of parent folders are never changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
_SHARED = (Path("/var/lib/advisor-portal"), Path("/var/tmp/advisor-portal"))  # noqa: S108 (ownership is checked below)


class PlaceError(Exception):
    """No folder can be used; the message says why."""


@dataclass(frozen=True)
class Runner:
    """The system user of the servers; None: an ordinary user, who needs no switch."""

    uid: int | None
    gid: int | None

    def switch(self) -> dict[str, object]:
        """Arguments of subprocess.Popen."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def state_dir() -> Path:
    """The folder of data, logs and passwords made on this machine: PORTAL_STATE, or .portal in the checkout."""
    return Path(os.environ.get("PORTAL_STATE") or CHECKOUT / ".portal").resolve()


def runner() -> Runner:
    if os.geteuid() != 0:
        return Runner(None, None)
    name = os.environ.get("PORTAL_SERVERS_USER") or "nobody"
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise PlaceError(f"PORTAL_SERVERS_USER names {name}, and there is no such user") from None
    return Runner(found.pw_uid, found.pw_gid)


def prepare(state: Path) -> None:
    """Make the state folder: others may pass through it but not list it; every secret in it is a 0600 file.

    Wherever it lies, git passes it over: a folder of passwords inside a checkout would be one careless commit away.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o711)
    if state.stat().st_uid == os.geteuid() and stat.S_IMODE(state.stat().st_mode) != 0o711:
        state.chmod(0o711)
    for name in ("logs", "mail", "files"):
        (state / name).mkdir(exist_ok=True, mode=0o700)
    passed_over = state / ".gitignore"
    if not passed_over.exists():
        passed_over.write_text("*\n")


def data_home(state: Path, who: Runner) -> Path:
    """The folder that holds the servers' data: the state folder, or a shared one that `nobody` can reach."""
    if who.uid is None or _passable(state, who):
        return state
    return _shared_home(state)


def programs(packages: Path, parts: list[str], name: str, state: Path, who: Runner) -> Path:
    """The folder below which the parts of a wheel lie: where it is installed, or a copy that its runner can reach.

    `parts` are paths below the folder of installed packages; they keep their places, because the programs find their
    libraries by relative paths.
    """
    if who.uid is None or _passable(packages / parts[0], who):
        return packages
    mark = hashlib.sha256(f"{packages}:{(packages / parts[0]).stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = _shared_home(state) / f"{name}-{mark}"
    if not target.exists():
        partial = target.with_name(target.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o755)
        for part in parts:
            if (packages / part).exists():
                shutil.copytree(packages / part, partial / part, symlinks=True)
        partial.rename(target)
        for old in target.parent.glob(f"{name}-*"):
            if old != target:
                shutil.rmtree(old, ignore_errors=True)
    return target


def owned_folder(path: Path, who: Runner) -> Path:
    """A 0700 folder that belongs to the runner."""
    path.mkdir(exist_ok=True, mode=0o700)
    if who.uid is not None and who.gid is not None:
        os.chown(path, who.uid, who.gid)
    return path


def _passable(path: Path, who: Runner) -> bool:
    return all(_may_enter(folder, who) for folder in (path, *path.parents))


def _may_enter(folder: Path, who: Runner) -> bool:
    info = folder.stat()
    if info.st_uid == who.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid == who.gid:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)


def _shared_home(state: Path) -> Path:
    mark = hashlib.sha256(str(state).encode()).hexdigest()[:16]
    for base in _SHARED:
        try:
            for folder in (base, base / mark):
                folder.mkdir(exist_ok=True, mode=0o711)
                info = folder.lstat()
                # In a folder that everyone may write, somebody else's folder of that name must not be trusted.
                if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
                    raise PlaceError(f"{folder} belongs to somebody else")
                folder.chmod(0o711)
        except (OSError, PlaceError):
            continue
        return base / mark
    raise PlaceError(f"no folder for the servers' data: none of {', '.join(map(str, _SHARED))} can be used by root")
