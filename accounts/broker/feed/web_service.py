"""Fetches a statement from the broker's Flex web service: ask for it, then collect it. Writes a file; loads nothing.

The token opens every account of the query: it is sent to the broker's own address only and is never logged or shown.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from xml.parsers import expat

from accounts.broker.feed.limits import LIMITS
from accounts.broker.feed.source import CHUNK
from portal.lib.words import gettext_noop

ADDRESS = "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService/"
VERSION = 3
TRIES = 5
TIMEOUT = 60

# Seconds to wait before the next try.
WAITS = {1009: 5, 1019: 5, 1018: 10}
LATER = frozenset({1004, 1005, 1006, 1007, 1008, 1021})
MEANINGS = {
    1003: gettext_noop("the statement is not available"),
    1009: gettext_noop("the service is under heavy load"),
    1011: gettext_noop("the service account is inactive"),
    1012: gettext_noop("token expired"),
    1013: gettext_noop("the token is not valid from this address"),
    1014: gettext_noop("the query is invalid"),
    1015: gettext_noop("the token is invalid"),
    1016: gettext_noop("the account is invalid"),
    1017: gettext_noop("the reference is invalid"),
    1018: gettext_noop("too many requests"),
    1019: gettext_noop("the statement is still being made"),
    1020: gettext_noop("the request is invalid"),
}
NOT_READY = gettext_noop("the data are not ready yet")

_REPLY = "FlexStatementResponse"
_LARGEST_REPLY = 64 * 1024

Ask = Callable[[str], AbstractContextManager[BinaryIO]]


class FetchFailed(Exception):
    """The broker did not give the statement. `code` is its error code, or None where it made no sense."""

    def __init__(self, words: str, code: int | None = None) -> None:
        super().__init__(words if code is None else f"{words} ({code})")
        self.code = code


class NotReady(FetchFailed):
    """The same request may succeed later in the day."""


def fetch(
    *,
    token: str,
    query: str,
    into: Path,
    address: str = ADDRESS,
    ask: Ask | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """The statement as a file in the folder `into`, complete or not there at all."""
    if not query.isascii() or not query.isdigit():
        raise FetchFailed(gettext_noop("the query is invalid"))
    check_address(address)
    ask = ask or _over_the_net
    reference = _with_patience(lambda: _reference(ask, address, token, query), wait)
    path = into / f"flex-{query}-{reference}.xml"
    return _with_patience(lambda: _collect(ask, address, token, reference, path), wait)


def check_address(address: str) -> None:
    """The token travels in the address, so it travels encrypted; a plain one serves a machine's own tests."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return
    raise FetchFailed(gettext_noop("the address of the service must begin with https"))


def _with_patience(attempt, wait: Callable[[float], None]):
    """Try again where the broker asks for it, at most five times in all."""
    for left in range(TRIES - 1, -1, -1):
        try:
            return attempt()
        except FetchFailed as failure:
            if failure.code not in WAITS or not left:
                raise
            wait(WAITS[failure.code])
    raise AssertionError("unreachable")


def _reference(ask: Ask, address: str, token: str, query: str) -> str:
    with ask(_url(address, "SendRequest", t=token, q=query)) as answer:
        reply = _reply(answer.read(_LARGEST_REPLY))
    reference = reply.get("ReferenceCode", "")
    if reply.get("Status") != "Success" or not (reference.isascii() and reference.isalnum()):
        raise _failure(reply)
    return reference


def _collect(ask: Ask, address: str, token: str, reference: str, path: Path) -> Path:
    part = path.with_name(path.name + ".part")
    with ask(_url(address, "GetStatement", t=token, q=reference)) as answer:
        head = answer.read(CHUNK)
        if f"<{_REPLY}".encode() in head[:1024]:
            raise _failure(_reply(head))
        try:
            written = 0
            with part.open("wb") as file:
                while head:
                    written += len(head)
                    if written > LIMITS.file:
                        raise FetchFailed(gettext_noop("the statement is too large"))
                    file.write(head)
                    head = answer.read(CHUNK)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path


def _url(address: str, step: str, **asked: str) -> str:
    return f"{address.rstrip('/')}/{step}?{urlencode({**asked, 'v': VERSION})}"


def _failure(reply: dict[str, str]) -> FetchFailed:
    try:
        code = int(reply.get("ErrorCode", ""))
    except ValueError:
        return FetchFailed(gettext_noop("the broker's answer makes no sense"))
    if code in LATER:
        return NotReady(NOT_READY, code)
    return FetchFailed(MEANINGS.get(code, gettext_noop("the broker refuses")), code)


def _reply(content: bytes) -> dict[str, str]:
    """The texts of a short answer by element; anything with a document type, or that is no XML, is no answer."""
    texts: dict[str, str] = {}
    path: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_arguments: object) -> None:
        raise FetchFailed(gettext_noop("the broker's answer makes no sense"))

    def start(name: str, _attributes: dict[str, str]) -> None:
        path.append(name)

    def text(words: str) -> None:
        texts[path[-1]] = texts.get(path[-1], "") + words.strip()

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: path.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise FetchFailed(gettext_noop("the broker's answer makes no sense")) from error
    return texts


class _NoDetours(HTTPRedirectHandler):
    """The token is for the service's own address: an answer that leads elsewhere is an error."""

    def redirect_request(self, *_arguments: object, **_more: object) -> None:
        return None


def _over_the_net(url: str) -> AbstractContextManager[BinaryIO]:
    # `check_address` has seen the address; the service asks for a user agent.
    opener = build_opener(_NoDetours)
    return opener.open(Request(url, headers={"User-Agent": "advisor-portal"}), timeout=TIMEOUT)  # noqa: S310
