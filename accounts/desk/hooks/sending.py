"""Posting one message: the name is resolved once, each address checked, and the checked one connected to."""

import http.client
import ipaddress
import socket
import ssl
import threading
from typing import NamedTuple

from django.conf import settings

from accounts.desk.hooks.rules import HookProblem, Network, checked, parts_of

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
    return [ipaddress.ip_network(one) for one in settings.HOOK_NETWORKS]


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, each one checked. Raises `HookProblem`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as problem:
        raise HookProblem(f"{type(problem).__name__}") from problem
    return checked([str(one[4][0]) for one in found], trusted())


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Post it once. A redirect is an answer like any other and is not followed; nothing is raised for what may happen
    on a network."""
    try:
        scheme, host, port, path = parts_of(url, trusted())
        address = resolve(host, port)[0]
        return _post(scheme, address, host, port, path, body, headers)
    except HookProblem as problem:
        return Answer(None, str(problem))
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return Answer(None, f"{type(problem).__name__}: {problem}"[:MOST_READ])


def _post(scheme: str, address: str, host: str, port: int, path: str, body: str, headers: dict[str, str]) -> Answer:
    plain = socket.create_connection((address, port), timeout=SECONDS)
    # Each read may wait its seconds anew; whoever answers drop by drop is cut off all the same.
    cut = threading.Timer(SECONDS_IN_ALL, _close, [plain])
    cut.daemon = True
    cut.start()
    try:
        # The name and not the address is what the certificate must be made for.
        line = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = line
        connection.request("POST", path, body.encode(), {**headers, "Connection": "close"})
        answer = connection.getresponse()
        text = answer.read(MOST_READ).decode("utf-8", "replace")
        return Answer(answer.status, "".join(one if one.isprintable() else " " for one in text))
    finally:
        cut.cancel()
        plain.close()


def _close(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        line.close()
