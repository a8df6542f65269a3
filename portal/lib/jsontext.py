"""JSON from outside: what is nested too deeply is refused like any bad text, before anything descends into it."""

import json
from typing import Any

DEEPEST = 64


def parsed(text: str | bytes) -> Any:
    """What the text says. Raises ValueError."""
    try:
        return shallow(json.loads(text))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def shallow(found: Any) -> Any:
    """The same, unless lists and objects stand more than 64 deep in one another. Raises ValueError."""
    level = _inside([found])
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise ValueError("nested too deeply")
    return found


def _inside(one: Any) -> list[Any]:
    """The lists and objects in a list or object."""
    return [inner for inner in (one.values() if isinstance(one, dict) else one) if isinstance(inner, (dict, list))]
