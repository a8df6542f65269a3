"""Questions that take longer to plan than to answer are planned once for each connection.

Row-level policies are part of a plan.  PostgreSQL plans anew when the role is another than the one it planned for, and
what policies compare with is read from the request's context when the plan runs: a kept plan shows nobody more.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections

from accounts.ground.access.context import current_alias

# Questions differ in shape, by roles and filters: this many are kept for a connection, those that were asked last.
MOST = 30
_NAMES: WeakKeyDictionary[Any, OrderedDict[str, str]] = WeakKeyDictionary()
_NUMBERS = count(1)
_PLACE = re.compile("%[s%]")


@contextmanager
def planned_once() -> Iterator[None]:
    """Inside the block, whatever is selected is a prepared statement.  Not where connections end with their request.

    A value that is selected as it is given comes back as text: say its type, by Cast.
    """
    connection = connections[current_alias.get()]
    if connection.settings_dict["CONN_MAX_AGE"] == 0:
        yield
        return
    with connection.execute_wrapper(_execute):
        yield


def _execute(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    if not sql.startswith(("SELECT", "(")):
        return execute(sql, params, many, context)
    connection = context["connection"]
    names = _NAMES.setdefault(connection.connection, OrderedDict())
    if sql not in names:
        if len(names) >= MOST:
            _, longest_ago = names.popitem(last=False)
            execute(f"DEALLOCATE {longest_ago}", None, many, context)
        name = f"planned_{next(_NUMBERS)}"
        execute(f"PREPARE {name} AS {_numbered(sql)}", None, many, context)
        names[sql] = name
    names.move_to_end(sql)
    given = f" ({', '.join(['%s'] * len(params))})" if params else ""
    return execute(f"EXECUTE {names[sql]}{given}", params, many, context)


def _numbered(sql: str) -> str:
    """The statement with PostgreSQL's own places, $1 and so on, for psycopg's."""
    numbers = count(1)
    return _PLACE.sub(lambda place: f"${next(numbers)}" if place[0] == "%s" else "%", sql)
