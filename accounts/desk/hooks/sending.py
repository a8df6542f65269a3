"""Posting one message: the name is resolved once, each address checked, and the checked one connected to."""

import http.client
import ipaddress
import socket
import ssl
import threading
from typing import NamedTuple

from django.conf import settings

from accounts.desk.hooks.rules import HookProblem, Network, checked, is_usual, parts_of

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


def resolve(host: str, port: int, scheme: str = "https") -> list[str]:
    """Every address of a name, each one checked. Raises `HookProblem`."""
    found: list[str] = []
    problems: list[Exception] = []

    def look_up() -> None:
        try:
            lines = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            found.extend(str(one[4][0]) for one in lines)
        except (OSError, UnicodeError) as problem:
            problems.append(problem)

    # The system's own look-up takes no limit, so nobody waits for it longer than for an answer.
    asking = threading.Thread(target=look_up, daemon=True)
    asking.start()
    asking.join(SECONDS)
    if problems or asking.is_alive():
        raise HookProblem(type(problems[0]).__name__ if problems else "TimeoutError")
    return checked(found, trusted(), usual=is_usual(scheme, port))


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
    # Each read may wait its seconds anew; whoever answers drop by drop is cut off all the same.
    is_over = threading.Event()
    cut = threading.Timer(SECONDS_IN_ALL, _cut, [line, is_over])
    cut.daemon = True
    cut.start()
    try:
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
    finally:
        cut.cancel()
        line.close()


def _line(scheme: str, address: str, host: str, port: int) -> socket.socket:
    """Connected; over https it has yet to shake hands, which takes time that somebody must watch."""
    plain = socket.create_connection((address, port), timeout=SECONDS)
    if scheme != "https":
        return plain
    try:
        # The name and not the address is what the certificate must be made for. `plain` is empty afterwards: whoever
        # ends the connection must end what wraps it.
        context = ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise


def _cut(line: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    try:
        # The connection itself: nothing of TLS is said, nor taken from under the one who reads.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        line.close()
