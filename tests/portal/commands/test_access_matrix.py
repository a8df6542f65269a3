"""manage.py access_matrix starts the walk as bin/test would, whatever it was itself told of the portal's servers."""

import json

from django.core.management import call_command


def walked(capsys, only):
    try:
        call_command("access_matrix", "--only", only, "--json")
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_walk_starts_from_a_clean_environment(monkeypatch, capsys):
    """Without a database of its own: the part that compares the two tables of authority needs none."""
    for told in ("DATABASE_URL_WEB", "REDIS_URL", "PORTAL_PROCESS"):
        monkeypatch.setenv(told, "nowhere")

    code, answer = walked(capsys, "the_authority_table")

    assert (code, answer["ok"]) == (0, True), answer.get("problem")


def test_a_walk_that_walks_nothing_is_not_well_and_says_why(capsys):
    code, answer = walked(capsys, "nobody_is_called_like_this")

    assert (code, answer["ok"]) == (1, False)
    assert "deselected" in answer["problem"]
