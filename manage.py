#!/usr/bin/env python3
"""Runs a management command; starts the embedded PostgreSQL and Valkey when no DATABASE_URL names real ones."""

import json
import os
import sys

from portal.lib.env import EnvError

# These change or compare the schema, so they sign in to the database as its owner.
_OWNER = {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "flush", "dbshell"}
_WITHOUT_SERVERS = {
    "collectstatic",
    "findstatic",
    "compilemessages",
    "makemessages",
    "help",
    "--help",
    "version",
    "--version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in _OWNER:
        os.environ.setdefault("PORTAL_PROCESS", "owner")
    if not os.environ.get("DATABASE_URL"):
        from portal.servers import launcher, places, processes

        try:
            if command in _WITHOUT_SERVERS or {"-h", "--help"} & set(sys.argv):
                launcher.pretend()
            else:
                launcher.join()
        except (processes.ServerError, places.PlaceError) as reason:
            _refuse(str(reason))
        except PermissionError as refused:
            _refuse(f"{refused.filename} belongs to another user; run this as that user, or set PORTAL_STATE")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        _refuse(str(error))


def _refuse(problem: str) -> None:
    sys.stderr.write(problem + "\n")
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"ok": False, "problem": problem}) + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
