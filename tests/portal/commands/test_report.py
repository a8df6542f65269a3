"""manage.py report: the same file as the page gives, in a person's name and with what that person may see."""

import pytest
from django.core.management import CommandError, call_command

from portal.lib import csvtext
from tests.portal.reports.test_pages import nights, sealed, valued  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(valued, tmp_path):  # noqa: F811
    """The rows of a report that is written for somebody."""

    def made(*words):
        call_command("report", *words, "--out", str(tmp_path / "report.csv"))
        return [row.cells for row in csvtext.read((tmp_path / "report.csv").read_bytes())]

    return made


def test_each_sees_the_accounts_that_are_theirs_and_the_period_is_the_usual_one(rows):
    """September is closed: the quarter before it has no values, and the client summary is of the 30th."""
    summary = {row[0]: row for row in rows("summary", "--as", "bob")}
    assert "5100.00" in summary["U2000001"] and "U1000001" not in summary
    audit = rows("delivery-audit", "--as", "alice")
    assert {row[0]: row[2] for row in audit if len(row) == 12}["U1000001"] == "0"
    september = rows("delivery-audit", "--as", "alice", "--period", "mtd")
    assert {row[0]: row[2] for row in september if len(row) == 12}["U1000001"] == "1"


@pytest.mark.parametrize(
    "words",
    [
        ("summary", "--as", "bob", "--accounts", "U1000001"),
        ("summary", "--as", "mallory", "--accounts", "U2000001"),
        ("summary", "--as", "frank"),
        ("summary", "--as", "dora"),
        ("summary", "--as", "tess"),
        ("summary", "--as", "nobody"),
        ("delivery-audit", "--as", "ana"),
        ("questionnaire-history", "--as", "chidi"),
    ],
)
def test_nothing_is_written_for_whoever_may_not_read_it(rows, tmp_path, words):
    with pytest.raises(CommandError):
        rows(*words)
    assert not (tmp_path / "report.csv").exists()
