"""Real logins and real commits: nothing half saved when the import dies, and two imports at once."""

import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connections

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.loader import Loader
from accounts.broker.models import CashLine, NavDaily
from accounts.ground.access.context import as_role, cursor
from tests.broker.flex import ANA, AT, CHIDI, DANA, KEN, NINA, document, element, nav, section, statement

ACCOUNTS = (ANA, KEN, CHIDI, DANA, NINA)


@pytest.fixture
def own_world(own_database, django_db_blocker):
    """The cast in a database of its own, where every role signs in as itself."""
    from tests.world import build

    with django_db_blocker.unblock():
        with as_role("owner"):
            build()
        yield own_database
        connections.close_all()
        _wait_until_left(own_database.env["DATABASE_URL"])


def _wait_until_left(address: str) -> None:
    """A session that had temporary tables takes a moment to clear them away; the database cannot be dropped before."""
    parts = urlsplit(address)
    watch = psycopg2.connect(parts._replace(path="/postgres").geturl())
    watch.autocommit = True
    with closing(watch), watch.cursor() as cur:
        for _ in range(100):
            cur.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [parts.path.lstrip("/")])
            if not cur.fetchone()[0]:
                return
            time.sleep(0.05)


def statements() -> bytes:
    def of(number: str) -> str:
        cash = element("CashTransaction", type="Dividends", amount="1", transactionID="1", reportDate="20260302")
        return statement(nav("100"), section("CashTransactions", cash), account=number)

    return document(*map(of, ACCOUNTS))


def counted() -> tuple[int, int]:
    with as_role("night"):
        return NavDaily.unscoped.count(), CashLine.unscoped.count()


def test_the_night_loads_with_its_own_login(own_world, tmp_path):
    path = tmp_path / "day.xml"
    path.write_bytes(statements())

    report = import_statements([path], at=AT)

    assert (report.held.total, report.unreadable.total, counted()) == (0, 0, (5, 5))
    with as_role("night"), cursor() as cur:
        cur.execute("SELECT session_user")
        assert cur.fetchone()[0] == "portal_night"


class Died(Exception):
    """Stands for the power cable."""


@pytest.mark.parametrize("survives", [0, 1, 3])
def test_an_import_that_dies_leaves_whole_statements_and_goes_on_where_it_was(
    own_world, tmp_path, monkeypatch, survives
):
    path = tmp_path / "day.xml"
    path.write_bytes(statements())
    monkeypatch.setattr("accounts.broker.feed.flex_import.BATCH_STATEMENTS", 1)
    merge, merges = Loader.merge, []

    def dying(self):
        done = merge(self)
        merges.append(1)
        if len(merges) > survives:
            raise Died
        return done

    monkeypatch.setattr(Loader, "merge", dying)
    with pytest.raises(Died):
        import_statements([path], at=AT)
    assert counted() == (survives, survives)

    monkeypatch.setattr(Loader, "merge", merge)
    report = import_statements([path], at=AT)

    assert counted() == (5, 5)
    assert (report.counts["navdaily"].new, report.counts["navdaily"].unchanged) == (5 - survives, survives)


def test_two_imports_at_once_are_one_after_the_other(own_world, tmp_path, django_db_blocker):
    paths = [tmp_path / name for name in ("a.xml", "b.xml")]
    for place, path in enumerate(paths):
        path.write_bytes(statements().replace(b"053012", b"05301%d" % place))
    reports, errors = [], []

    def work(path):
        try:
            reports.append(import_statements([path], at=AT))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert counted() == (5, 5)
    assert sorted(report.counts["navdaily"].new for report in reports) == [0, 5]
