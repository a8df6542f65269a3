"""Finding and opening files: folders, globs, gzip and its bombs."""

import gzip
import json
import os

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.models import StatementFile
from accounts.broker.feed.pickup import new_files
from tests.broker.flex import ANA, AT, document, nav, statement, stored

GOOD = document(statement(nav("100")))


def test_folders_and_globs_are_read_in_order_of_name_and_each_file_once(desk):
    for name in ("b.xml", "a.xml", "c.csv", "notes.txt", ".hidden.part"):
        desk.put(GOOD if name.endswith("xml") else b"account,date,nlv\n", name)

    report = import_statements([desk.folder, str(desk.folder / "*.xml"), desk.folder / "a.xml"], at=AT)

    assert [entry["file"] for entry in report.files] == ["a.xml", "b.xml", "c.csv"]


def test_what_is_not_there_is_said_and_the_rest_loads(desk):
    good = desk.put(GOOD)
    (desk.folder / "empty").mkdir()

    report = import_statements([desk.folder / "none.xml", "no/such/*.xml", desk.folder / "empty", good], at=AT)

    assert report.unreadable.total == 3
    assert stored(ANA) is not None


def test_a_packed_file_is_the_same_file(desk):
    desk.load(GOOD)

    report = import_statements([desk.put(gzip.compress(GOOD), "packed.xml.gz")], at=AT)

    assert report.unreadable.total == 0
    assert report.total("new") == 0
    assert StatementFile.unscoped.count() == 1


def test_a_packed_bomb_is_refused_while_it_swells(desk):
    bomb = gzip.compress(GOOD.replace(b"</FlexStatements>", b"<x/>\n" * 6_000_000 + b"</FlexStatements>"))

    report = import_statements([desk.put(bomb, "bomb.xml.gz")], at=AT)

    assert "times its size" in report.unreadable.entries[0]["reason"]
    assert stored(ANA) is None


def test_a_packed_file_cut_short_is_refused(desk):
    packed = gzip.compress(GOOD)

    report = import_statements([desk.put(packed[:-20], "cut.xml.gz")], at=AT)

    assert "ends before" in report.unreadable.entries[0]["reason"]


def test_files_beyond_the_limits_are_refused(desk):
    assert "larger than" in desk.load(GOOD, file=100).unreadable.entries[0]["reason"]
    assert "attributes" in desk.load(GOOD, attributes=3).unreadable.entries[0]["reason"]


def test_a_statement_with_too_many_rows_holds_its_account(desk):
    report = desk.load(document(statement(nav("1"), nav("2", "20260303"), nav("3", "20260304"))), rows=2)

    assert [entry["reason"] for entry in report.held.entries] == ["oversized"]


def test_a_list_that_a_file_makes_endless_is_cut_and_counted(desk):
    strangers = [statement(nav("1"), account=f"U55{number:05}") for number in range(30)]

    report = desk.load(document(*strangers), listed=10)

    assert (len(report.rejected.entries), report.rejected.total) == (10, 30)
    assert report.as_json()["listed_of"] == {"rejected": 30}


def test_a_refused_file_is_remembered_with_its_reason(desk):
    desk.load(b"<x")

    row = StatementFile.unscoped.get()
    assert (row.state, row.problem) == ("refused", "the file ends before it is complete")


def test_a_name_that_is_no_text_stops_nothing(desk):
    (desk.folder / os.fsdecode(b"a\xff.xml")).write_bytes(GOOD)
    (desk.folder / "b\n\u202egpj.xml").write_bytes(document(statement(nav("101", "20260303"))))
    desk.put(document(statement(nav("102", "20260304"))), "c.xml")

    for path in desk.folder.iterdir():
        os.utime(path, (0, 0))
    names = [path.name for path, _at in new_files(desk.folder)]
    report = import_statements([desk.folder], at=AT)

    assert len(names) == 3
    assert [entry["file"] for entry in report.files] == ["a\ufffd.xml", "b\ufffd\ufffdgpj.xml", "c.xml"]
    assert json.loads(json.dumps(report.as_json(), default=str))
    assert new_files(desk.folder) == [], "all three are known by now"


def test_a_link_in_a_folder_is_not_followed(desk, tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "outside.xml"
    outside.write_bytes(GOOD)
    (desk.folder / "link.xml").symlink_to(outside)

    report = import_statements([desk.folder], at=AT)

    assert new_files(desk.folder) == []
    assert report.files == []
    assert "no statement file is there" in report.unreadable.entries[0]["reason"]
