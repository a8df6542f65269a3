"""A database of a benchmark's own, beside the portal's."""

from __future__ import annotations

import os
from urllib.parse import urlsplit


def own_database(name: str) -> None:
    """Made anew, empty; the addresses of every role lead to it from here on."""
    import psycopg2

    from portal.servers import launcher

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["PORTAL_PROCESS"] = "owner"
    if not os.environ.get("DATABASE_URL"):
        launcher.join()
    with_database = urlsplit(os.environ["DATABASE_URL"])
    connection = psycopg2.connect(with_database._replace(path="/postgres").geturl())
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    lead_to(name)


def lead_to(name: str) -> None:
    """Every address of a database in the environment names this one."""
    for key in [key for key in os.environ if key.startswith("DATABASE_URL")]:
        os.environ[key] = urlsplit(os.environ[key])._replace(path=f"/{name}").geturl()
