"""The databases that tests stand on."""

import subprocess
import sys

import pytest
from django.db import connections

from accounts.ground.access.context import as_role


def current_user(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_ordinary_test_shares_one_connection_and_switches_roles():
    assert current_user("night") == "portal_owner"

    with as_role("night"):
        assert current_user("night") == "portal_night"
        assert current_user("default") == "portal_night"

    assert current_user("default") == "portal_owner"


def test_own_database_signs_in_with_each_role(own_database):
    assert current_user("default") == "portal_web"
    assert current_user("night") == "portal_night"
    assert current_user("office") == "portal_office"
    assert current_user("owner") == "portal_owner"


def test_own_database_is_reachable_for_another_process(own_database, checkout):
    script = (
        "from django.db import connection as c; c.cursor(); print(c.settings_dict['NAME'], c.settings_dict['USER'])"
    )
    command = [sys.executable, "-c", f"import django; django.setup(); {script}"]

    done = subprocess.run(command, env=own_database.env, cwd=checkout, capture_output=True, text=True, check=True)

    assert done.stdout.split() == [own_database.name, "portal_web"]


def test_sockets_are_closed():
    import urllib.request

    with pytest.raises(RuntimeError, match="tried to reach"):
        urllib.request.urlopen("http://192.0.2.1/")
