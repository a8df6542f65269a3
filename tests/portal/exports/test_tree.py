"""The tree as a file: the branches in order, what one may see of them, and guarded cells."""

import pytest

from accounts.ground.jobs.models import Job
from accounts.ground.tree.models import Account
from portal.exports.tasks import make_export
from portal.lib import csvtext
from tests.house import rights
from tests.house.scenery import DAY, dress
from tests.world import CANARIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(browse, world, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    dress(world)

    def fetch(name, query="", form="csv"):
        client = browse(name)
        page = client.post(f"/structure/export/{query}", {"format": form})
        assert page.status_code == 302, page.status_code
        job = Job.unscoped.get(pk=page["Location"].strip("/").split("/")[1])
        make_export(str(job.pk), job.user_id, job.seat_id)
        answer = client.get(f"{page['Location']}file/")
        content = b"".join(answer.streaming_content)
        return [row.cells for row in csvtext.read(content)][1:] if form == "csv" else content

    return fetch


def test_the_branches_stand_in_order_with_what_they_are_worth(export):
    rows = export("alice")

    assert [row[1] for row in rows] == [
        *("F100001", "I4000001", "U4000001", "U4000002", "U1000002", "U1000001"),
        *("F200002", "U2000001", "F200003", "U3000001"),
    ]
    by_number = {row[1]: row for row in rows}
    # The holding accounts of the scenery are worth 250,000 and their place: chidi's is the third of the cast.
    assert by_number["U2000001"][8:11] == ("250002.0000", "USD", DAY.isoformat())
    assert by_number["F200002"][7:9] == ("1", "250002.0000")
    assert by_number["U2000001"][4] == "F200002"
    assert by_number["U4000001"][4] == "I4000001"
    assert by_number["U2000001"][11].count(";") == 1  # Bright's layer and Northgate's
    assert by_number["F100001"][12] != ""


@pytest.mark.parametrize("name", ["bob", "carol", "ana", "chidi", "sam", "mallory", "vera"])
def test_nobody_gets_more_than_they_see(export, name):
    rows = export(name)

    assert {row[1] for row in rows} == rights.SEES[name]
    text = str(rows)
    for number, word in CANARIES.items():
        assert word not in text or rights.may_read_word(name, number)
    # A rollup holds the fees of the level above as well: below it one is told one's own, which is nothing that day.
    assert {row[12] for row in rows} == ({"", "0.00"} if name in ("mallory", "bob", "carol") else {""})


def test_what_the_page_leaves_out_the_file_leaves_out(export):
    assert "I4000001" not in [row[1] for row in export("alice", "?stl=0")]
    assert [row[1] for row in export("alice", "?find=plover")] == ["U2000001"]
    assert {(row[8], row[11]) for row in export("alice", "?aum=0&fees=0")} == {("", "")}


def test_a_title_that_is_a_formula_stays_a_title(export, world):
    Account.unscoped.filter(number="U2000001").update(title='=HYPERLINK("http://x")')

    assert [row[2] for row in export("bob") if row[1] == "U2000001"] == ['\'=HYPERLINK("http://x")']
    assert export("bob", form="xlsx").startswith(b"PK")
