"""Rules of the house that a reader would otherwise have to remember: clocks, zones, stored words, told units."""

import ast
import re
from itertools import chain

import pytest

from accounts.ground.access.rls import instead
from tests.house import frozen
from tests.house.test_shape import CODE, python_files

# Whoever calls these stores what it says; it is read later, by others, in their languages.
STORING = {
    *("record", "note_of_practice", "ask", "ask_firms", "notify", "notify_many", "hold_account", "hold_accounts"),
    *("release", "release_many", "answer"),
}
STORED = {"title", "resolution"}

# SQL that reads the server's clock: measurements, and stamps that only the database can make in order.
CLOCKS = {
    "accounts/broker/corporate/actions.py": "an election is closed by the clock that its trigger reads",
    "accounts/broker/corporate/sql_setup.py": "a trigger closes elections, whatever instant it is told",
    "accounts/broker/feed/merge_sql.py": "what statements tell bears the instant at which nobody read beside it",
    "accounts/ground/runs/work.py": "measures how long runs, stages and chunks take",
    "fees/adjustments/night.py": "an adjustment says up to when it knew values, by the clock that stamps replaced ones",
    "fees/differences/charges.py": "a charge is judged by what is known, by the clock that stamps replaced values",
    "fees/funds/closing.py": "a fee on funds says up to when it knew values, by the clock that stamps them",
    "fees/sending/queries.py": "invoices are stamped and cut off by one and the same clock",
    "accounts/broker/lots/sql_setup.py": "a trigger keeps what is final, whatever instant it is told",
    "accounts/broker/restrictions/sql_setup.py": "a trigger, which is told no instant",
}


def calls(checkout):
    for path in python_files(checkout):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield path.relative_to(checkout).as_posix(), name, node


def is_in_somebodys_language(value: ast.expr) -> bool:
    """Translated already, or English put together here: neither can be said in another language later."""
    translated = {"_", "gettext", "ngettext", "pgettext", "format"}
    return any(
        isinstance(node, ast.JoinedStr)
        or (
            isinstance(node, ast.Call)
            and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in translated
        )
        for node in ast.walk(value)
    )


def test_what_is_stored_is_a_message_of_the_catalogue_and_no_sentence_of_its_writer(checkout):
    found = [
        f"{name}:{node.lineno} {function}({given.arg}=)"
        for name, function, node in calls(checkout)
        if function in STORING
        for given in node.keywords
        if given.arg in STORED and is_in_somebodys_language(given.value)
    ]
    assert found == []


def test_a_night_is_told_the_time(checkout):
    """SQL under the night would otherwise stamp rows by a clock that no test and no catching up can set."""
    clock = re.compile(r"(?<![\w.])now\(\)|clock_timestamp\(\)|current_timestamp|current_date|localtimestamp", re.I)
    found = {
        name
        for path in python_files(checkout)
        if (name := path.relative_to(checkout).as_posix()).startswith(
            ("fees/", "accounts/broker/", "accounts/ground/runs/")
        )
        and clock.search(path.read_text())
    }
    assert found == set(CLOCKS)


def test_what_is_sent_or_signed_is_written_for_its_reader_and_not_for_who_clicks(checkout):
    """`told_in` leaves the forms and the zone of the request behind; a language alone does not. Pages may."""
    below = ("accounts/", "fees/", "crm/", "auth2fa/")
    found = [
        f"{name}:{node.lineno}"
        for name, function, node in calls(checkout)
        if function == "override"
        and name.startswith(below)
        and not name.endswith(("views.py", "tasks.py", "admin.py", "ground/writing.py"))
    ]
    assert found == []


def test_the_exchanges_zone_is_written_once(checkout):
    found = [
        path.relative_to(checkout).as_posix()
        for path in python_files(checkout)
        if 'ZoneInfo("America/New_York")' in path.read_text()
    ]
    assert found == ["portal/lib/exchange.py"]


def test_everything_about_money_says_its_shape_and_unit(checkout):
    silent = []
    ledger = [path for path in (checkout / "accounts/ground/ledger").glob("*.py") if path.name != "admin.py"]
    for path in chain((checkout / "fees/engine").glob("*.py"), [checkout / "portal/lib/money.py"], ledger):
        tree = ast.parse(path.read_text())
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for node in chain(tree.body, *(one.body for one in classes)):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(checkout)}:{node.lineno} {node.name}")
    assert silent == []


def test_what_a_published_migration_runs_stays_what_it_was():
    """Walls and triggers live on in code; their change goes into a new migration and never into an old one."""
    now = frozen.texts()

    changed = [name for name, text in frozen.recorded().items() if now.get(name) != text]

    assert changed == []
    assert sorted(now.keys() - frozen.recorded().keys()) == [], "to be recorded: see tests/house/frozen.py"
    assert len(frozen.recorded()) > 20


def test_sql_is_said_instead_of_what_is_there():
    """A function of the database that is made of another's text would otherwise be that other one, unsaid."""
    assert instead("SELECT old, old", "old", "new") == "SELECT new, new"
    with pytest.raises(AssertionError, match="does not say 'older'"):
        instead("SELECT old", "older", "new")


def test_no_function_of_the_database_is_made_by_a_replacement_that_may_not_happen(checkout):
    """`anew` and `instead` refuse where the text is not there; a bare `.replace` leaves the old rule in force."""
    migrations = [path for room in CODE for path in (checkout / room).rglob("migrations/*.py")]
    of_sql = [path for path in python_files(checkout) if "sql" in path.stem]
    assert len(of_sql) > 40 and len(migrations) > 100
    found = [
        f"{path.relative_to(checkout)}:{node.lineno}"
        for path in (*of_sql, *migrations)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace"
        # A place held open by its name, in a text that is no function yet, is filled in.
        if not re.match(r"'?\{\w*", _first_words(node.args[0]))
    ]
    assert found == []


def _first_words(said: ast.expr) -> str:
    """How the text begins that is looked for, where it is written out."""
    while isinstance(said, ast.BinOp):
        said = said.left
    return str(said.value) if isinstance(said, ast.Constant) else ""


def test_every_colour_and_measure_of_the_style_sheets_exists(checkout):
    """A misspelt token makes its line say nothing, and no browser complains."""
    sheets = {path: path.read_text() for path in (checkout / "static/css").glob("*.css")}
    defined = set(re.findall(r"(--[\w-]+)\s*:", "\n".join(sheets.values())))
    missing = [
        f"{path.name} {name}"
        for path, text in sheets.items()
        for name in re.findall(r"var\((--(?!tblr-)[\w-]+)", text)
        if name not in defined
    ]
    assert missing == []
