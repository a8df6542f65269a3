"""figures adds up what tests have written, topic by topic."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.figures import write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_FIGURES", str(tmp_path / "figures"))
    return tmp_path


def figures(folder, *more):
    call_command("figures", "--to", folder / "figures.json", *more, stdout=StringIO())
    return json.loads((folder / "figures.json").read_text())


def test_numbers_are_added_up_by_pass_and_in_all(folder):
    write("access_matrix", "both walls/alice", cells=10, leaks=0)
    write("access_matrix", "both walls/bob", cells=7, leaks=1)
    write("access_matrix", "first wall alone/alice", cells=5, leaks=0)
    write("worked_cases", "D01", passed=1)

    answer = figures(folder, "--seed", "7", "--seconds", "12.5")

    assert (answer["seed"], answer["seconds"]) == ("7", 12.5)
    matrix = answer["access_matrix"]
    assert (matrix["facts"], matrix["cells"], matrix["leaks"]) == (3, 22, 1)
    assert matrix["parts"]["both walls"] == {"cells": 17, "leaks": 1}
    assert answer["worked_cases"] == {"facts": 1, "passed": 1}


def test_a_fact_written_again_replaces_itself(folder):
    write("bad_inputs", "nan", tried=1)
    write("bad_inputs", "nan", tried=1)

    assert figures(folder)["bad_inputs"]["tried"] == 1


def test_no_facts_are_an_error_and_not_an_empty_page(folder):
    with pytest.raises(CommandError):
        figures(folder)

    assert not (folder / "figures.json").exists()


def test_a_broken_fact_is_named(folder):
    write("bad_inputs", "nan", tried=1)
    (folder / "figures" / "half.json").write_text("{")

    with pytest.raises(CommandError, match=r"half\.json"):
        figures(folder)
