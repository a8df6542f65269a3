"""One history of a small firm, long enough for every story to have happened, shared by the tests of this folder."""

from datetime import date

import pytest

from portal.demo.broker import plan, write

SINCE, UNTIL = date(2025, 10, 1), date(2026, 7, 31)


@pytest.fixture(scope="package")
def firm():
    return plan(7, 34, 2, 1, since=SINCE)


@pytest.fixture(scope="package")
def daily(firm, tmp_path_factory):
    """A file for each business day."""
    out = tmp_path_factory.mktemp("daily")
    done = write(firm, out, first=SINCE, last=UNTIL, csv=True)
    return out, done
