"""The lines of vCards of all three versions: folded, quoted-printable or escaped, in any encoding (RFC 2425, 6350)."""

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_GROUP_AND_NAME = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)$")
_ENCODINGS = {"QUOTED-PRINTABLE": "Q", "Q": "Q", "BASE64": "B", "B": "B", "8BIT": "", "7BIT": ""}
_KINDS_OF_VALUE = ("URL", "URI", "CID", "CONTENT-ID", "INLINE", "TEXT", "DATE", "DATE-TIME", "PHONE-NUMBER")
# RFC 6868.
_CARETS = {"^n": "\n", "^^": "^", "^'": '"'}
# vCard 2.1 wrote whatever the machine wrote.
_FALLBACK = "cp1252"
_OF_TEXT = re.compile(
    r"ascii|utf-(?:8|16|32)\S*|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|gb\w+|big5\w*|shift_jis\w*|euc_\w+|iso2022\w+|tis-620"
)


@dataclass(slots=True)
class Line:
    """One property: `value` is decoded but not yet unescaped; `content` holds bytes where it was base64."""

    number: int
    group: str
    name: str
    params: dict[str, list[str]] = field(default_factory=dict)
    value: str = ""
    content: bytes | None = None

    @property
    def types(self) -> list[str]:
        """What it is for, in small letters."""
        return [one.lower() for one in self.params.get("TYPE", [])]


def lines_of(content: bytes) -> list[tuple[int, bytes]]:
    """The physical lines as UTF-8 or what the file is in, with their numbers; nulls are dropped."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    elif content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    elif content[:200].count(0) > len(content[:200]) // 4:
        little = content[1:200:2].count(0) > content[:200:2].count(0)
        content = content.decode("utf-16-le" if little else "utf-16-be", "replace").encode()
    content = content.replace(b"\0", b"")
    return list(enumerate(re.split(rb"\r\n|\r|\n", content), start=1))


def unfolded(lines: list[tuple[int, bytes]], *, keeps_space: bool) -> Iterator[tuple[int, bytes]]:
    """Whole properties with the number of their first line.

    A line that begins with white space goes on with the one before; up to version 2.1 that space is part of the text
    (`keeps_space`), later it is not. What is quoted-printable goes on after a line that ends in an equals sign, and
    base64 does so up to an empty line or the next property.
    """
    number, parts, way = 0, [], ""
    for at, line in lines:
        if parts and way == "Q" and parts[-1].endswith(b"="):
            parts[-1] = parts[-1][:-1]
            parts.append(line[1:] if line[:1] in (b" ", b"\t") else line)
        elif parts and line[:1] in (b" ", b"\t"):
            parts.append(line.strip() if way == "B" else (b" " if keeps_space else b"") + line[1:])
        elif parts and way == "B" and line.strip() and b":" not in line:
            parts.append(line.strip())
        else:
            if parts:
                yield number, b"".join(parts)
            number, parts, way = at, [line] if line.strip() else [], _way(line)
    if parts:
        yield number, b"".join(parts)


def line_of(number: int, raw: bytes) -> Line | None:
    """A property read, or None where a line is none."""
    head, colon, value = _parted(raw)
    if not colon:
        return None
    name, *params = _split_head(_text(head, ""))
    named = _GROUP_AND_NAME.match(name.strip())
    if named is None:
        return None
    line = Line(number, (named[1] or "").lower(), named[2].upper())
    for param in params:
        _take(line, param)
    encoding = _ENCODINGS.get((line.params.get("ENCODING") or [""])[-1].upper(), "")
    charset = (line.params.get("CHARSET") or [""])[0]
    if encoding == "Q":
        line.value = _text(quopri.decodestring(value), charset).replace("\r\n", "\n").replace("\r", "\n")
    elif encoding == "B":
        line.content = _base64(value)
        # Some programs wrap plain text so; pictures do not read as text.
        line.value = "" if line.content is None else _plain(line.content)
    else:
        line.value = _text(value, charset)
    return line


def unescaped(value: str) -> str:
    """The text of a value: \\n is a new line, \\, \\; and \\\\ are the sign itself."""
    return re.sub(r"\\(.)", lambda hit: "\n" if hit[1] in "nN" else hit[1], value, flags=re.DOTALL).strip()


def split(value: str, sign: str) -> list[str]:
    """The parts of a value between signs that are not escaped; the parts stay escaped."""
    parts, begun, place = [], 0, 0
    while place < len(value):
        if value[place] == "\\":
            place += 2
            continue
        if value[place] == sign:
            parts.append(value[begun:place])
            begun = place + 1
        place += 1
    return [*parts, value[begun:]]


def _way(line: bytes) -> str:
    """Q for quoted-printable, B for base64, by the first line of a property."""
    head = _parted(line)[0].upper()
    if b"QUOTED-PRINTABLE" in head:
        return "Q"
    params = re.split(rb"[;=,]", head)
    return "B" if b"BASE64" in params or (b"B" in params and b"ENCODING" in params) else ""


def _parted(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """At the first colon that stands outside quotation marks; at the first at all where those are never closed."""
    quoted = False
    for place, sign in enumerate(raw):
        if sign == 0x22:
            quoted = not quoted
        elif sign == 0x3A and not quoted:
            return raw[:place], b":", raw[place + 1 :]
    return raw.partition(b":")


def _split_head(head: str) -> list[str]:
    parts, quoted, begun = [], False, 0
    for place, sign in enumerate(head):
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            parts.append(head[begun:place])
            begun = place + 1
    return [*parts, head[begun:]]


def _take(line: Line, param: str) -> None:
    key, equals, value = param.partition("=")
    key = key.strip().upper()
    if not equals:
        # Version 2.1 left the names out.
        if key in _ENCODINGS:
            line.params["ENCODING"] = [key]
        elif key in _KINDS_OF_VALUE:
            line.params["VALUE"] = [key]
        elif key:
            line.params.setdefault("TYPE", []).append(key)
        return
    # TYPE="work,voice" is how version 4.0 lists some.
    values = value.replace('"', "").split(",") if key == "TYPE" else [one.strip('"') for one in _listed(value)]
    line.params.setdefault(key, []).extend(_uncaret(one.strip()) for one in values if one.strip())


def _listed(value: str) -> list[str]:
    return re.findall(r'"[^"]*"|[^,]+', value)


def _uncaret(value: str) -> str:
    return re.sub(r"\^[n^']", lambda hit: _CARETS[hit[0]], value)


def _text(raw: bytes, charset: str) -> str:
    for encoding in (_known(charset), "utf-8"):
        try:
            if encoding:
                return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode(_FALLBACK, "replace")


def _known(charset: str) -> str:
    """The encoding by Python's name, if it is one of text; some of Python's others do more than decode."""
    try:
        name = codecs.lookup(charset.strip()).name if charset else ""
    except (LookupError, ValueError):
        return ""
    return name if _OF_TEXT.fullmatch(name) else ""


def _base64(value: bytes) -> bytes | None:
    try:
        return binascii.a2b_base64(re.sub(rb"\s", b"", value))
    except binascii.Error:
        return None


def _plain(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() or "\n" in text else ""
