"""What leaves as a file asks for a second proof: every view that makes one says so at its gate."""

from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from accounts.ground.access.gates import OFFICE, PUBLIC
from tests.house.routes import routes

OURS = ("accounts", "auth2fa", "crm", "fees", "portal")
MAKERS = {"FileResponse"}
WORDS = ("attachment", "application/pdf")
# Pages that answer with a file only when asked for one; the gates hold back the file itself (tests/auth2fa/test_files).
PAGES = {
    "margin": "the report on the page stays open",
    "review_invoice_file": "correcting one's own rows stays open",
    "review_invoices": "correcting one's own rows stays open",
}


def codes(code: CodeType) -> Iterator[CodeType]:
    """A piece of code and those written inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def functions(view: Any) -> Iterator[FunctionType]:
    """A view as functions: itself, or the methods of its class."""
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    held = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if held is None and isinstance(view, FunctionType):
        yield view
    for base in held.__mro__ if held else ():
        if base.__module__.split(".")[0] in OURS:
            yield from (one for one in vars(base).values() if isinstance(one, FunctionType))


def makes_a_file(one: FunctionType, seen: set[CodeType]) -> bool:
    """Whether a function, or one of ours that it names, hands out a file."""
    if one.__code__ in seen or one.__module__.split(".")[0] not in OURS:
        return False
    seen.add(one.__code__)
    for code in codes(one.__code__):
        if MAKERS & set(code.co_names) or any(isinstance(x, str) and x.startswith(WORDS) for x in code.co_consts):
            return True
        for name in code.co_names:
            found = one.__globals__.get(name)
            named = (
                [getattr(found, inner, None) for inner in code.co_names] if isinstance(found, ModuleType) else [found]
            )
            if any(isinstance(that, FunctionType) and makes_a_file(that, seen) for that in named):
                return True
    return False


def files() -> list[Any]:
    """Routes that hand out files to somebody who is signed in to the portal."""
    within = [one for one in routes() if one.gate not in (None, PUBLIC) and one.gate.right != OFFICE.right]
    return [one for one in within if any(makes_a_file(each, set()) for each in functions(one.view))]


def test_every_view_that_makes_a_file_asks_for_a_proof():
    found = files()
    assert len(found) >= 12, "the rule sees fewer files than there are"
    assert [f"{one} {one.name}" for one in found if not one.gate.proved and one.name not in PAGES] == []
    assert set(PAGES) <= {one.name for one in found}
