"""What a mailbox must be, what it answers in words, and how much of a mail is looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.lib.filekinds import without_turning

IMAP_PORTS, SMTP_PORTS = (993,), (465, 587)
LONGEST_HOST, LONGEST_LINE, LONGEST_PASSWORD = 253, 254, 500
LONGEST_WORDS = 200
# So much of a mail may be files: they grow by a third on the way.
SHARE_OF_FILES = 0.7
# No label of a name begins or ends with a hyphen; an address of four numbers is a name like any other here.
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?")


class MailProblem(ValueError):
    """Sentences a person can read, by field; "" is the whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class ServerProblem(Exception):
    """A sentence a person can read: why the mail server did not do it. `field` is what to look at in the form."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NotTaken(ServerProblem):
    """The server says no to this mail, or to whom it goes; `is_final` where it would say the same again."""

    def __init__(self, words: str, field: str = "", *, is_final: bool) -> None:
        super().__init__(words, field)
        self.is_final = is_final


class Unsure(ServerProblem):
    """The mail was handed over, and nobody has said that it was taken."""


@dataclass(frozen=True)
class Access:
    """All that it takes to open a mailbox, for the length of one request."""

    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    address: str
    name: str
    username: str
    password: str

    def __repr__(self) -> str:
        """Nothing that a report of an error could carry on."""
        return f"Access({self.imap_host})"


def access_of(said: Mapping[str, str], *, any_port: bool, known: Access | None = None) -> Access:
    """What was typed, an empty password being the known one. Raises MailProblem.

    Only the usual ports are taken; `any_port` stands for an installation with mail servers in its own network.
    """
    problems: dict[str, str] = {}
    host = {name: _host(said.get(name, ""), name, problems) for name in ("imap_host", "smtp_host")}
    port = {
        "imap_port": _port(said.get("imap_port", ""), "imap_port", IMAP_PORTS, any_port, problems),
        "smtp_port": _port(said.get("smtp_port", ""), "smtp_port", SMTP_PORTS, any_port, problems),
    }
    line = {name: one_line(said.get(name, "")) for name in ("address", "name", "username")}
    try:
        validate_email(line["address"])
        line["address"].encode("ascii")
    except (ValidationError, UnicodeError):
        problems["address"] = _("Enter an e-mail address.")
    username, password = line["username"] or line["address"], said.get("password", "")
    if not password and known is not None:
        if (known.imap_host, known.smtp_host, known.username) != (host["imap_host"], host["smtp_host"], username):
            # A password is told to no other server, and no other name, than it was given for.
            problems["password"] = _("Enter the password again: it goes to another server or user name.")
        password = known.password
    if not password:
        problems.setdefault("password", _("Enter the password of the mailbox."))
    elif len(password) > LONGEST_PASSWORD or any(not sign.isprintable() for sign in password):
        problems["password"] = _("This is no password that a mail server takes.")
    for name in ("address", "name", "username"):
        if len(line[name]) > LONGEST_LINE:
            problems[name] = _("That is too long.")
    if problems:
        raise MailProblem(problems)
    return Access(
        host["imap_host"],
        port["imap_port"],
        host["smtp_host"],
        port["smtp_port"],
        line["address"],
        line["name"],
        username,
        password,
    )


def room_for_files() -> int:
    """How many bytes of files go with a mail."""
    return int(settings.MAIL_BYTES * SHARE_OF_FILES)


def not_later(said: datetime | None, came: datetime | None) -> datetime | None:
    """When a mail was written, by its own words, but not after it came; a day is left to clocks and zones."""
    if said is None or came is None:
        return said or came
    return came if said - came > timedelta(days=1) else said


def one_line(text: str) -> str:
    """Without signs that end a line, steer a server or turn a text around."""
    return " ".join("".join(one if one.isprintable() else " " for one in without_turning(text)).split())


def _host(text: str, field: str, problems: dict[str, str]) -> str:
    try:
        host = text.strip().lower().encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not host or len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        problems[field] = _("Enter the name of a server, such as imap.example.com.")
    return host


def _port(text: str, field: str, usual: tuple[int, ...], any_port: bool, problems: dict[str, str]) -> int:
    port = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if port not in usual and not (any_port and 0 < port < 65536):
        words = ", ".join(str(one) for one in usual)
        problems[field] = _("Only the encrypted port is spoken to: %(ports)s.") % {"ports": words}
    return port
