"""Posting one message: the name is resolved once, each address checked, and the checked one connected to."""

import http.client
import socket
import ssl
from typing import NamedTuple

from django.conf import settings

from accounts.desk.hooks.rules import HookProblem, checked, is_usual, parts_of
from accounts.ground.lines.calls import cut_after, in_tls, looked_up
from accounts.ground.lines.rules import Network, networks

SECONDS = 10
SECONDS_IN_ALL = 20
MOST_READ = 2000


class Answer(NamedTuple):
    """What came back: no status where nobody answered."""

    status: int | None
    text: str

    @property
    def has_arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def trusted() -> list[Network]:
    """Networks of the installation's own that may be written to; none unless the settings name some."""
    return networks(settings.HOOK_NETWORKS)


def resolve(host: str, port: int, scheme: str = "https") -> list[str]:
    """Every address of a name, each one checked. Raises `HookProblem`."""
    return checked(looked_up(host, port, seconds=SECONDS), trusted(), usual=is_usual(scheme, port))


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Post it once. A redirect is an answer like any other and is not followed; nothing is raised for what may happen
    on a network."""
    try:
        scheme, host, port, path = parts_of(url, trusted())
        address = resolve(host, port, scheme)[0]
        return _post(scheme, address, host, port, path, body, headers)
    except HookProblem as problem:
        return Answer(None, str(problem))
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return Answer(None, f"{type(problem).__name__}: {problem}"[:MOST_READ])


def _post(scheme: str, address: str, host: str, port: int, path: str, body: str, headers: dict[str, str]) -> Answer:
    line = _line(scheme, address, host, port)
    with line, cut_after(SECONDS_IN_ALL, lambda: line) as is_over:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = line
        connection.request("POST", path, body.encode(), {**headers, "Connection": "close"})
        answer = connection.getresponse()
        text = answer.read(MOST_READ).decode("utf-8", "replace")
        if is_over.is_set():
            raise TimeoutError("cut off")
        return Answer(answer.status, "".join(one if one.isprintable() else " " for one in text))


def _line(scheme: str, address: str, host: str, port: int) -> socket.socket:
    """Connected; over https it has yet to shake hands."""
    plain = socket.create_connection((address, port), timeout=SECONDS)
    return in_tls(plain, host) if scheme == "https" else plain
