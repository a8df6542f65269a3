"""manage.py import_statements: what it prints, and its exit code."""

import json

import pytest
from django.core.management import call_command

from tests.broker.flex import ANA, document, nav, statement, stored


def run(capsys, *arguments: str) -> tuple[int, dict]:
    code = 0
    try:
        call_command("import_statements", *arguments, "--json")
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_one_json_object_on_the_last_line(desk, capsys):
    path = desk.put(document(statement(nav("100")), statement(nav("1"), account="U7777777")))

    code, told = run(capsys, str(path))

    assert code == 0
    assert stored(ANA) is not None
    assert (told["accounts"], told["statements"], told["rows"], told["new"]) == (1, 2, {"navdaily": 1}, 1)
    assert told["rejected"][0]["account"] == "U7777777"
    assert told["not_reconcilable"][0]["account"] == ANA
    assert {"files", "unchanged", "changed", "held", "warnings", "seconds"} <= told.keys()


def test_a_held_account_is_no_failure_of_the_command(desk, capsys):
    code, told = run(capsys, str(desk.put(document(statement(nav("NaN"))))))

    assert code == 0
    assert told["held"] == [
        {
            "file": "file1.xml",
            "account": ANA,
            "row": "line 5, EquitySummaryByReportDateInBase",
            "reason": "bad_value",
            "detail": "total: 'NaN' is not a plain decimal number",
        }
    ]


def test_a_file_that_cannot_be_read_is_a_failure_and_the_others_load(desk, capsys):
    good, bad = desk.put(document(statement(nav("100")))), desk.put(b"<x")

    code, told = run(capsys, str(bad), str(good))

    assert code == 1
    assert stored(ANA) is not None
    assert told["unreadable"] == [{"file": "file2.xml", "reason": "the file ends before it is complete"}]


def test_words_for_people(desk, capsys):
    call_command("import_statements", str(desk.put(document(statement(nav("100", foo="1"))))))

    told = capsys.readouterr().out
    assert "1 files, 1 statements, 1 accounts" in told
    assert "warning: file1.xml" in told


def test_progress_goes_to_the_other_stream(desk, capsys):
    call_command("import_statements", str(desk.put(document(statement(nav("100"))))))

    assert "file1.xml" in capsys.readouterr().err


def test_without_a_file_it_says_how_to_use_it():
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="FILE"):
        call_command("import_statements")
