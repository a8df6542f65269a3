"""Reading a mailbox at its server, and putting mails in their place there: one visit each, nothing of it stored."""

import imaplib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imap_tools import FolderInfo
from imap_tools.utils import encode_folder

from crm.mail.lines import IN_ALL, NONSENSE, SEARCHING, SECONDS, WITH_FILES, Box, inbox
from crm.mail.parsing import Content, Heads, content_of, file_of, heads_of, is_readable, message_of
from crm.mail.rules import LONGEST_WORDS, Access, ServerProblem, not_later, one_line
from portal.lib.filekinds import MEGA

INBOX = "INBOX"
LONGEST_FOLDER = 300
PAGE = 30
MOST_FOLDERS = 200
MOST_AT_ONCE = PAGE
# So much of the heads of each mail is looked at for a list.
HEADS = 4000
LISTED = (
    f"(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM TO CC DATE SUBJECT MESSAGE-ID)]<0.{HEADS}>)"
)
# The special uses of folders (RFC 6154), and what servers without them usually call such folders.
USES = {
    "sent": (r"\Sent", ("sent", "sent items", "sent messages", "отправленные")),
    "trash": (r"\Trash", ("trash", "deleted items", "deleted messages", "bin", "корзина")),
    "drafts": (r"\Drafts", ("drafts", "черновики")),
    "junk": (r"\Junk", ("junk", "spam", "junk e-mail", "спам")),
}
_UID, _SIZE = re.compile(rb"\bUID (\d{1,10})\b"), re.compile(rb"RFC822\.SIZE (\d{1,12})\b")
_KEY = re.compile(r"(\d{1,10})-(\d{1,10})")


@dataclass(frozen=True)
class Folder:
    """A folder at the server. `use` is inbox, sent, trash, drafts, junk or nothing."""

    name: str
    delim: str
    use: str = ""

    @property
    def title(self) -> str:
        """Its own name, without those of the folders around it."""
        usual = {
            "inbox": _("Inbox"),
            "sent": _("Sent"),
            "trash": _("Trash"),
            "drafts": _("Drafts"),
            "junk": _("Junk"),
        }
        own = self.name.rsplit(self.delim, 1)[-1] if self.delim else self.name
        return usual.get(self.use) or one_line(own)


@dataclass(frozen=True)
class Line:
    """A mail as the list shows it."""

    key: str
    heads: Heads
    at: datetime | None
    size: int
    is_read: bool
    is_answered: bool
    came: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """What of a folder is looked at."""

    folder: str = INBOX
    page: int = 1
    words: str = ""
    is_unread: bool = False


def folder_of(said: Mapping[str, Any]) -> str:
    """Which folder an address or a form names; the inbox where it names none."""
    return said.get("folder", "")[:LONGEST_FOLDER] or INBOX


@dataclass(frozen=True)
class Listing:
    """A page of a folder, the newest first."""

    folders: tuple[Folder, ...]
    folder: Folder
    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Mail:
    """One mail. Without content where it is larger than is looked at here."""

    line: Line
    folder: Folder
    content: Content | None


class NoSuchMail(Exception):
    """The folder or the mail is not there, or not there any more."""


def look(access: Access, wanted: Wanted) -> Listing:
    """A page of a folder. Raises ServerProblem, NoSuchMail."""
    with inbox(access, seconds=WITH_FILES if wanted.words else IN_ALL) as box:
        folders = _folders(box)
        folder = _named(folders, wanted.folder)
        validity, total = _enter(box, folder)
        if wanted.words or wanted.is_unread:
            found = _found(box, wanted)
            page, pages = _page(wanted.page, len(found))
            uids = found[::-1][(page - 1) * PAGE : page * PAGE]
            rows = _rows(box, box.client.uid("FETCH", ",".join(uids), LISTED), validity) if uids else []
            return Listing(folders, folder, tuple(rows), len(found), page, pages)
        page, pages = _page(wanted.page, total)
        last = total - (page - 1) * PAGE
        span = f"{max(1, last - PAGE + 1)}:{last}"
        rows = _rows(box, box.client.fetch(span, LISTED), validity) if total else []
        return Listing(folders, folder, tuple(rows), total, page, pages)


def read(access: Access, name: str, key: str, *, is_seen: bool) -> Mail:
    """One mail; `is_seen` marks it as read. Raises ServerProblem, NoSuchMail."""
    with inbox(access, most=_most(), seconds=WITH_FILES) as box:
        folder = _named(_folders(box), name)
        line, message = _whole(box, folder, key)
        if is_seen and not line.is_read:
            with suppress(imaplib.IMAP4.readonly):
                _said(box.client.uid("STORE", key.split("-")[1], "+FLAGS.SILENT", r"(\Seen)"))
        return Mail(line, folder, content_of(message) if message is not None else None)


def whole_of(access: Access, name: str, key: str) -> Message:
    """A mail with its files. Raises ServerProblem, NoSuchMail."""
    with inbox(access, most=_most(), seconds=WITH_FILES) as box:
        _line, message = _whole(box, _named(_folders(box), name), key)
    if message is None:
        raise NoSuchMail
    return message


def fetch_file(access: Access, name: str, key: str, number: int) -> tuple[str, bytes]:
    """A file of a mail. Raises ServerProblem, NoSuchMail."""
    found = file_of(whole_of(access, name, key), number)
    if found is None:
        raise NoSuchMail
    return found


def mark(access: Access, name: str, keys: list[str], *, is_read: bool) -> int:
    """As read or not; how many. Raises ServerProblem, NoSuchMail."""
    with inbox(access) as box:
        uids = _uids(box, _named(_folders(box), name), keys)
        _said(box.client.uid("STORE", ",".join(uids), f"{'+' if is_read else '-'}FLAGS.SILENT", r"(\Seen)"))
        return len(uids)


def answered(access: Access, name: str, key: str) -> None:
    """A reply to it has left. Raises ServerProblem, NoSuchMail."""
    with inbox(access) as box:
        uids = _uids(box, _named(_folders(box), name), [key])
        _said(box.client.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Answered \Seen)"))


def throw_away(access: Access, name: str, keys: list[str]) -> int:
    """Into the server's trash, where nothing is thrown away for good; how many. Raises ServerProblem, NoSuchMail."""
    with inbox(access) as box:
        folders = _folders(box)
        folder = _named(folders, name)
        if folder.use == "trash":
            raise ServerProblem(_("The mail is in the trash already."))
        uids = _uids(box, folder, keys)
        trash = next((one.name for one in folders if one.use == "trash"), "")
        if not trash:
            trash = "Trash"
            box.folder.create(trash)
        _move(box, ",".join(uids), trash)
        return len(uids)


def put(access: Access, raw: bytes, use: str) -> None:
    """A mail of one's own into the folder for it, as read. Raises ServerProblem."""
    with inbox(access, seconds=WITH_FILES) as box:
        name = next((one.name for one in _folders(box) if one.use == use), "")
        if not name:
            name = use.capitalize()
            box.folder.create(name)
        flags = [r"\Seen", *([r"\Draft"] if use == "drafts" else [])]
        box.append(raw, name, flag_set=flags)


def is_key(text: str) -> bool:
    """Whether it can name a mail."""
    return bool(_KEY.fullmatch(text))


def _most() -> int:
    return int(settings.MAIL_BYTES) + MEGA


def _page(asked: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE))
    return min(max(1, asked), pages), pages


def _folders(box: Box) -> tuple[Folder, ...]:
    found = [one for one in box.folder.list() if r"\noselect" not in map(str.lower, one.flags)][:MOST_FOLDERS]
    taken: set[str] = set()
    made = [Folder(one.name, one.delim, _use(one, found, taken)) for one in found]
    order = ["inbox", "drafts", "sent", "junk", "trash", ""]
    return tuple(sorted(made, key=lambda one: (order.index(one.use), one.name.casefold())))


def _use(one: FolderInfo, every: list[FolderInfo], taken: set[str]) -> str:
    if one.name.upper() == INBOX:
        return "inbox"
    for use, (flag, names) in USES.items():
        flagged = [each for each in every if flag.lower() in map(str.lower, each.flags)]
        own = one.name.rsplit(one.delim, 1)[-1] if one.delim else one.name
        if use not in taken and (one is flagged[0] if flagged else own.casefold() in names):
            taken.add(use)
            return use
    return ""


def _named(folders: tuple[Folder, ...], name: str) -> Folder:
    for one in folders:
        if one.name == name or (one.use == "inbox" and name.upper() == INBOX):
            return one
    raise NoSuchMail


def _enter(box: Box, folder: Folder) -> tuple[int, int]:
    """Go into a folder: since when its numbers stand, and how many mails lie there."""
    box.folder.set(folder.name)
    told = [box.client.untagged_responses.get(name) or [b"0"] for name in ("UIDVALIDITY", "EXISTS")]
    validity, total = (int(one[-1]) for one in told)  # type: ignore[arg-type]  # numbers, or nonsense said in words
    return validity, total


def _found(box: Box, wanted: Wanted) -> list[str]:
    """The mails that the server finds. The words travel as a literal, which no word can end."""
    keys = ["UNSEEN"] if wanted.is_unread else []
    words = one_line(wanted.words)[:LONGEST_WORDS]
    if not words:
        _typ, data = _said(box.client.uid("SEARCH", *keys))
    else:
        box.client.literal = words.encode()  # type: ignore[assignment]
        box.waits(SEARCHING)
        _typ, data = _said(box.client.uid("SEARCH", "CHARSET", "UTF-8", *keys, "TEXT"))
        box.waits(SECONDS)
    return data[0].decode("ascii").split() if data and data[0] else []


def _rows(box: Box, answer: tuple[str, list], validity: int) -> list[Line]:
    _said(answer)
    rows, data = [], answer[1]
    for place, item in enumerate(data):
        if not isinstance(item, tuple):
            continue
        # What stands behind the heads belongs to them, up to the next mail.
        behind = data[place + 1] if place + 1 < len(data) and isinstance(data[place + 1], bytes) else b""
        line = _line(item[0] + b" " + behind, item[1], validity)
        if line is not None:
            rows.append(line)
    return sorted(rows, key=lambda one: int(one.key.split("-")[1]), reverse=True)


def _line(said: bytes, heads: bytes, validity: int) -> Line | None:
    uid, size = _UID.search(said), _SIZE.search(said)
    if uid is None:
        return None
    flags = {one.lower() for one in imaplib.ParseFlags(said)}
    found = heads_of(message_of(heads))
    came = _came(said)
    return Line(
        key=f"{validity}-{uid[1].decode()}",
        heads=found,
        at=not_later(found.at, came),
        came=came,
        size=int(size[1]) if size else 0,
        is_read=rb"\seen" in flags,
        is_answered=rb"\answered" in flags,
    )


def _came(said: bytes) -> datetime | None:
    """When the server got it, unless it says nonsense."""
    try:
        when = imaplib.Internaldate2tuple(said)
        came = datetime(*when[:6]).astimezone() if when else None
        return came if came and 1970 <= came.year <= 9000 else None
    except NONSENSE:
        return None


def _uids(box: Box, folder: Folder, keys: list[str]) -> list[str]:
    """The mails that are meant, in a folder whose numbers have not been given anew."""
    validity, _total = _enter(box, folder)
    pairs = [match.groups() for key in keys[:MOST_AT_ONCE] if (match := _KEY.fullmatch(key))]
    uids = [uid for since, uid in pairs if int(since) == validity]
    if not uids:
        raise NoSuchMail
    return uids


def _whole(box: Box, folder: Folder, key: str) -> tuple[Line, Message | None]:
    """A mail, parsed unless it is larger than is looked at, or larger within than anybody writes."""
    (uid,) = _uids(box, folder, [key])
    rows = _rows(box, box.client.uid("FETCH", uid, LISTED), int(key.split("-")[0]))
    if not rows:
        raise NoSuchMail
    if rows[0].size > settings.MAIL_BYTES:
        return rows[0], None
    _typ, data = _said(box.client.uid("FETCH", uid, "(BODY.PEEK[])"))
    raw = next((one[1] for one in data if isinstance(one, tuple)), None)
    if raw is None:
        raise NoSuchMail
    if not is_readable(raw):
        return rows[0], None
    message = message_of(raw)
    return replace(rows[0], heads=heads_of(message)), message


def _move(box: Box, uids: str, to: str) -> None:
    """Not by the library: it would also clear away what other programs have only marked."""
    able, there = box.client.capability()[1], encode_folder(to).decode("ascii")
    words = b" ".join(one for one in able if isinstance(one, bytes)).upper().split()
    if b"MOVE" in words:
        _said(box.client.uid("MOVE", uids, there))
        return
    _said(box.client.uid("COPY", uids, there))
    _said(box.client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)"))
    if b"UIDPLUS" in words:
        _said(box.client.uid("EXPUNGE", uids))


def _said(answer: tuple[str, list]) -> tuple[str, list]:
    if answer[0] != "OK":
        raise ServerProblem(_("The mail server refuses to do that."))
    return answer
