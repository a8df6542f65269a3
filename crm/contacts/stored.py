"""How a record is written before it is sealed: the fields, and beside them the ties to other contacts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

# No field has this name.
TIES = "_ties"
# A tie that says that two who look alike are two; nobody is shown it.
DISTINCT = "distinct"


def written(record: Mapping[str, str], relations: Iterable[tuple[str, str]] = ()) -> str:
    """One text for fields and ties."""
    ties = [list(one) for one in relations]
    whole: dict[str, Any] = {**record, **({TIES: ties} if ties else {})}
    return json.dumps(whole, ensure_ascii=False)


def parted(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The fields and the ties of such a text."""
    whole = json.loads(text)
    ties = [(kind, key) for kind, key in whole.pop(TIES, [])]
    return whole, ties
