"""Calling a machine: its name is looked up once and in time, a TLS line is begun, and who drips is cut off."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from accounts.ground.lines.rules import LineProblem


def looked_up(host: str, port: int, *, seconds: float) -> list[str]:
    """Every address of a name, none of them checked yet. Raises `LineProblem`, which names what went wrong."""
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
    asking.join(seconds)
    if problems or asking.is_alive():
        raise LineProblem(type(problems[0]).__name__ if problems else "TimeoutError")
    return found


def in_tls(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The same line over TLS; it has yet to shake hands, which takes time that somebody must watch.

    The name and not the address is what the certificate must be made for. `plain` is empty afterwards: whoever ends
    the connection must end what wraps it.
    """
    try:
        context = ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise


@contextmanager
def cut_after(seconds: float, line: Callable[[], socket.socket | None]) -> Iterator[threading.Event]:
    """End the line that stands at that moment. Each read may wait its seconds anew; whoever answers drop by drop is cut
    off all the same. The event says whether it was."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        standing = line()
        if standing is None:
            return
        try:
            # The connection itself: nothing of TLS is said, nor taken from under the one who reads.
            socket.socket.shutdown(standing, socket.SHUT_RDWR)
        except OSError:
            standing.close()

    clock = threading.Timer(seconds, cut)
    clock.daemon = True
    clock.start()
    try:
        yield is_over
    finally:
        clock.cancel()
