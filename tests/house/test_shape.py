"""Rules about ourselves: sizes, doors between rooms, money without floats, pages without inline script or style."""

import ast
import re
import subprocess

import pytest

from tests.house import unscoped

CODE = ("portal", "accounts", "fees", "auth2fa", "crm")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def python_files(checkout):
    return [
        path
        for room in CODE
        for path in (checkout / room).rglob("*.py")
        if "/migrations/" not in path.as_posix() and "node_modules" not in path.parts
    ]


def test_no_file_tells_two_stories(checkout):
    long = {
        path.relative_to(checkout).as_posix(): count
        for path in [*python_files(checkout), *(checkout / "tests").rglob("*.py"), *(checkout / "bench").rglob("*.py")]
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen(checkout):
    long = []
    for path in python_files(checkout):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(checkout)}:{node.lineno} {node.name} {length}")
    assert long == []


def test_every_module_says_what_it_is(checkout):
    silent = [
        path.relative_to(checkout).as_posix()
        for path in python_files(checkout)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_money_knows_no_floats(checkout):
    found = []
    for path in python_files(checkout):
        if path.parts[len(checkout.parts)] not in ("fees", "accounts") or path.parts[-2] == "runs":
            continue  # runs hold pauses in seconds, no money
        for node in ast.walk(ast.parse(path.read_text())):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if is_call or is_literal:
                found.append(f"{path.relative_to(checkout)}:{node.lineno}")
        if re.search(r"FloatField|double precision|::float|::real\b", path.read_text()):
            found.append(str(path.relative_to(checkout)))
    assert found == []


def test_nobody_reads_the_clock_below_views_tasks_and_commands(checkout):
    found = []
    for path in python_files(checkout):
        name = path.relative_to(checkout).as_posix()
        if re.search(
            r"(views|tasks|middleware|context|admin|api|adapter|clock|__main__)\.py$|management/commands|^portal/", name
        ):
            continue
        if re.search(r"timezone\.now\(|exchange_today\(|date\.today\(|datetime\.now\(|time\.time\(", path.read_text()):
            found.append(name)
    assert found == []


def test_rows_are_read_past_the_scope_only_where_somebody_has_said_why(checkout):
    found = {
        path.relative_to(checkout).as_posix()
        for path in python_files(checkout)
        if ".unscoped" in path.read_text() and path.name not in (*unscoped.DRAWERS, "sql_setup.py")
    }
    assert found == set(unscoped.FILES)


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*\bsrc=)[^>]*>",
        r"<style",
        r"\sstyle=",
        r"\son(click|change|submit|input|load|error|focus|blur|key\w+|mouse\w+)=",
        r"hx-on",
        r"javascript:",
        r"https?://",
    ],
)
def test_pages_have_no_inline_script_or_style_and_no_foreign_address(checkout, pattern):
    found = [
        f"{path.relative_to(checkout)}: {match.group(0)}"
        for path in (checkout / "templates").rglob("*.html")
        for match in re.finditer(pattern, path.read_text())
    ]
    assert found == []


def test_locks_carry_hashes_and_no_address(checkout):
    for lock in (checkout / "requirements").glob("*.txt"):
        text = lock.read_text()
        pins = re.findall(r"^[A-Za-z0-9][^\s=]*==", text, re.MULTILINE)
        assert len(pins) > 0
        assert text.count("--hash=sha256:") >= len(pins), lock
        assert "://" not in text, lock
    assert "://" not in re.sub(r'"(url|funding|engines)".*', "", (checkout / "package-lock.json").read_text())


def test_nothing_names_a_machine_or_a_registry(checkout):
    tracked = subprocess.run(["git", "ls-files"], cwd=checkout, capture_output=True, text=True, check=False).stdout
    found = []
    for name in tracked.split():
        path = checkout / name
        if not path.is_file() or name.startswith("tests/house/") or path.suffix in (".png", ".ico"):
            continue
        text = path.read_text(errors="replace")
        if re.search(r"(?<![\w.])/(work|farm|root)/|pypi\.org|registry\.npmjs|files\.pythonhosted", text):
            found.append(name)
    assert found == []
