"""A mail as a stranger has written it, made harmless: its heads, its words, its formatted form and its files."""

import codecs
import email.utils
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, TypeVar

import nh3

from crm.mail.rules import one_line
from portal.lib.filekinds import clean_name, without_turning

LONGEST_HEAD = 300
MOST_PEOPLE = 100
MOST_PARTS = 200
MOST_WORDS = 200_000
# Before a mail is parsed: its library asks the boundaries of all parts that are open about every line, makes an object
# of every part, and takes the square of a head's length. 25 MB of files are 345,000 lines.
MOST_LINES, MOST_QUESTIONS, MOST_EDGES, MOST_REPORTED = 600_000, 5_000_000, 2000, 2000
LONGEST_KIND, MOST_KINDS, MOST_SAME_HEADS = 10_000, 6000, 20
_NEXT_HEAD = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?![ \t])")
_KINDS = (b"content-type", b"content-disposition", b"content-transfer-encoding")
# The library that cleans formatted mails takes the square of their depth: 300 kB of "<div>" would take minutes.
MOST_HTML, MOST_TAGS, MOST_ENTITIES = 300_000, 8000, 60_000
# What charsets may be named; others are read as UTF-8. Some of the library's codecs are no charsets, or take for ever.
CHARSETS = re.compile(
    r"(ascii|utf-?(7|8|8-sig|16|32)|utf-(16|32)-[lb]e|iso8859-\d+|cp\d+|koi8-[ru]|mac-\w+|big5\w*|gb\w+|hz"
    r"|euc_\w+|shift_jis\w*|iso2022_\w+|johab|tis-620|ptcp154|kz1048)"
)
TAGS = {
    *("a", "b", "blockquote", "br", "caption", "center", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody"),
    *("td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_ENDS_A_LINE = re.compile(r"<(br|hr|/p|/div|/tr|/li|/h[1-6]|/blockquote|/pre|/dt|/dd)\b[^>]*>")
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_OPENING = re.compile(r"<[a-zA-Z]")
_AS_FILE = "attachment"
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")
# Where the library can be strict, one odd address takes all others of its line away.
LENIENT: dict[str, Any] = {"strict": False} if getattr(email.utils, "supports_strict_parsing", False) else {}
Told = TypeVar("Told")


@dataclass(frozen=True)
class Person:
    """Who writes or is written to."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name and self.email else self.name or self.email


@dataclass(frozen=True)
class Attached:
    """A file of a mail."""

    number: int
    name: str
    size: int


@dataclass(frozen=True)
class Heads:
    """What stands above a mail."""

    subject: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    at: datetime | None
    message_id: str
    references: str
    in_reply_to: str = ""


@dataclass(frozen=True)
class Content:
    """What stands in it."""

    text: str
    formatted: str
    pictures: int
    files: tuple[Attached, ...]
    is_cut: bool


def message_of(raw: bytes) -> Message:
    """A mail of any bytes; one that is larger within or nested deeper than anybody writes is its heads and nothing."""
    if not is_readable(raw):
        return _heads_alone(raw)
    try:
        return message_from_bytes(raw)
    except (RecursionError, ValueError, TypeError, LookupError):
        return _heads_alone(raw)


def is_readable(raw: bytes) -> bool:
    """Whether parsing it takes no longer than reading a mail that somebody has written."""
    ends = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    low = raw.lower()
    edges = raw.count(b"\n--") + raw.count(b"\r--")
    if ends > MOST_LINES or edges > MOST_EDGES or ends * low.count(b"multipart/") > MOST_QUESTIONS:
        return False
    gaps = raw.count(b"\n\n") + raw.count(b"\r\n\r\n") + raw.count(b"\r\r")
    if gaps > MOST_REPORTED and b"delivery-status" in low:
        return False
    return all(_are_short(low, name) for name in _KINDS)


def _are_short(low: bytes, name: bytes) -> bool:
    """Every head of this name, as far as it is folded."""
    if low.count(name) > MOST_KINDS:
        return False
    at = low.find(name)
    while at >= 0:
        if at + LONGEST_KIND < len(low) and not _NEXT_HEAD.search(low, at, at + LONGEST_KIND):
            return False
        at = low.find(name, at + len(name))
    return True


def _heads_alone(raw: bytes) -> Message:
    return HeaderParser(policy=compat32).parsestr(raw[:100_000].decode("ascii", "replace"), headersonly=True)


def heads_of(message: Message) -> Heads:
    """Each head in one line, or empty where it is nonsense."""
    people = {name: _people(message, name) for name in ("from", "to", "cc", "bcc", "reply-to")}
    return Heads(
        subject=_head(message, "subject"),
        sender=people["from"][0] if people["from"] else Person("", ""),
        to=people["to"],
        cc=people["cc"],
        bcc=people["bcc"],
        reply_to=people["reply-to"],
        at=_told(lambda: _moment(message), None),
        message_id=mark_of(_head(message, "message-id")),
        references=" ".join(filter(None, map(mark_of, _head(message, "references").split()[-20:]))),
        in_reply_to=mark_of(_head(message, "in-reply-to")),
    )


def content_of(message: Message) -> Content:
    """Its words first, its formatted form with everything taken out that could act, and what its files are called."""
    plain, formatted, files = [], [], []
    for number, part in enumerate(_parts(message)):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not _is_file(part):
            (plain if kind == "text/plain" else formatted).append(_words(part))
        else:
            files.append(Attached(number, _name(part, number), len(bytes_of(part))))
    source = "".join(formatted)[:MOST_HTML]
    text = "\n".join(plain) if any(one.strip() for one in plain) else words_of(source)
    return Content(
        text=_readable(text[:MOST_WORDS]),
        formatted=harmless(source) if source and not is_deep(source) else "",
        pictures=len(_PICTURE.findall(source)),
        files=tuple(files),
        is_cut=is_deep(source) or len(text) > MOST_WORDS or sum(len(one) for one in formatted) > MOST_HTML,
    )


def file_of(message: Message, number: int) -> tuple[str, bytes] | None:
    """A file by its number: its name and what it holds; nothing of it is unpacked."""
    for place, part in enumerate(_parts(message)):
        if place == number:
            is_words = part.get_content_type() in ("text/plain", "text/html") and not _is_file(part)
            return None if is_words else (_name(part, number), bytes_of(part))
    return None


def bytes_of(part: Message) -> bytes:
    """What a part holds, taken out of its wrapping for the journey."""
    found: object = _told(lambda: part.get_payload(decode=True), None)
    if isinstance(found, bytes):
        return found
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return _told(inner[0].as_bytes, b"")
    return b""


def is_deep(source: str) -> bool:
    """Whether it has more tags than anybody's program writes, and may be nested as deep."""
    tags = sum(1 for _one in _OPENING.finditer(source))
    return tags > MOST_TAGS or source.count("&") > MOST_ENTITIES


def harmless(source: str) -> str:
    """Formatting and links alone: no script, no style, no picture, no form, nothing that loads by itself."""
    return nh3.clean(
        source,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math", "iframe", "object"},
    )


def words_of(source: str) -> str:
    """A formatted mail as plain words."""
    if is_deep(source):
        first, *rest = source.split("<")
        return " ".join(html.unescape(" ".join([first, *(one.partition(">")[2] for one in rest)])).split())
    flat = re.sub(r"\s+", " ", harmless(source))
    broken = _TAG.sub("", _CELL.sub(" ", _ENDS_A_LINE.sub("\n", flat)))
    lines = (" ".join(line.split()) for line in html.unescape(broken).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def decoded(content: bytes, charset: str | None) -> str:
    """As the mail says it is written, if that is a charset; what does not fit is shown as not fitting."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        name = "utf-8"
    if not CHARSETS.fullmatch(name):
        name = "utf-8"
    try:
        return content.decode(name, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, the first so many of them. A mail within a mail is a file of it."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
            seen += 1
            continue
        seen += 1
        yield part


def _is_file(part: Message) -> bool:
    return _told(part.get_content_disposition, None) == _AS_FILE or bool(_told(part.get_filename, None))


def _name(part: Message, number: int) -> str:
    said = _told(lambda: _unfolded(part.get_filename() or ""), "")
    if said:
        return clean_name(said)
    if part.get_content_type() == "message/rfc822":
        return clean_name(f"mail-{number}.eml")
    return f"part-{number}"


def _words(part: Message) -> str:
    return decoded(bytes_of(part), _told(part.get_content_charset, None))


def _readable(text: str) -> str:
    lines = without_turning(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in lines).strip()


def _head(message: Message, name: str) -> str:
    said = _told(lambda: str(message.get(name, "") or "")[: LONGEST_HEAD * 20], "")
    return one_line(_told(lambda: _unfolded(said), said))[:LONGEST_HEAD]


def _unfolded(text: str) -> str:
    """Encoded words read, each in the charset that it names."""
    if len(text) > LONGEST_HEAD * 20:
        text = text[: LONGEST_HEAD * 20]
    parts = decode_header(text)
    return "".join(decoded(one, charset) if isinstance(one, bytes) else one for one, charset in parts)


def _people(message: Message, name: str) -> tuple[Person, ...]:
    def read() -> tuple[Person, ...]:
        lines = [one_line(str(one))[:20_000] for one in message.get_all(name, [])[:MOST_SAME_HEADS]]
        pairs = getaddresses(lines, **LENIENT)[:MOST_PEOPLE]
        return tuple(
            Person(one_line(_told(lambda named=named: _unfolded(named), ""))[:100], one_line(address)[:254])
            for named, address in pairs
            if named or address
        )

    return _told(read, ())


def _moment(message: Message) -> datetime | None:
    at = parsedate_to_datetime(str(message.get("date", ""))[:100])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if 1970 <= at.year <= 9000 else None


def mark_of(text: str) -> str:
    """The name of a mail among all mails; "" for what is none."""
    return text if re.fullmatch(r"<[!-;=?-~]{1,250}>", text) else ""


def _told(ask: Callable[[], Told], otherwise: Told) -> Told:
    """What the library makes of it; a stranger's nonsense makes it raise nearly anything."""
    try:
        return ask()
    except Exception:
        return otherwise
