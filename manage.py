#!/usr/bin/env python3
"""Runs a management command; starts the embedded PostgreSQL and Valkey when no DATABASE_URL names real ones."""

import os
import sys

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
        from portal.servers import launcher

        if command in _WITHOUT_SERVERS:
            launcher.pretend()
        else:
            launcher.join()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
