"""Signing in to mail servers: the checked address is connected to, in TLS with its certificate proved, and in time."""

import imaplib
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from accounts.ground.lines.calls import cut_after, in_tls, looked_up
from accounts.ground.lines.rules import LineProblem, checked, networks
from crm.mail.rules import IMAP_PORTS, SMTP_PORTS, Access, ServerProblem
from crm.mail.visits import at_most

# For one answer, for a look at a page, and for what carries files.
SECONDS, IN_ALL, WITH_FILES = 6, 15, 45
# A server without an index reads every mail of a folder for some words, and says nothing meanwhile.
SEARCHING = 40
# A server may look through a whole mail before it says that it takes it.
AFTER_DATA, SENDING = 50, 60
# Ports where encryption begins after a greeting.
BEGIN_PLAIN = {587}
# How much a server may say in one visit beside the mail that was asked for.
MOST_SAID = 16 * 1024 * 1024
# What the libraries make of answers that are none.
NONSENSE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
# The portal's own name is nobody's business.
CALLER = "[127.0.0.1]"


def dialled(host: str, port: int) -> socket.socket:
    """A line to the machine that a name means, every address of it checked. Raises LineProblem and OSError."""
    refusal = ""
    if port not in IMAP_PORTS + SMTP_PORTS:
        refusal = _("On the public internet only the usual encrypted ports of mail are spoken to.")
    addresses = checked(looked_up(host, port, seconds=SECONDS), networks(settings.MAIL_NETWORKS), refusal=refusal)
    first, *others = addresses[:2]
    try:
        return socket.create_connection((first, port), timeout=SECONDS)
    except OSError:
        if not others:
            raise
        # Many a machine has an address of the newer kind and no way to reach others of it.
        return socket.create_connection((others[0], port), timeout=SECONDS)


class _Held:
    """The line that stands at this moment, for whoever must end it."""

    def __init__(self) -> None:
        self.line: socket.socket | None = None

    def hold(self, line: socket.socket) -> socket.socket:
        """From now on this one."""
        self.line = line
        return line

    def secured(self, plain: socket.socket, host: str) -> ssl.SSLSocket:
        """The same in TLS."""
        line = in_tls(plain, host)
        self.hold(line)
        try:
            line.do_handshake()
        except BaseException:
            line.close()
            raise
        return line


class _Imap(imaplib.IMAP4_SSL):
    def __init__(self, access: Access, held: _Held, most: int) -> None:
        self._held, self._left = held, most
        super().__init__(access.imap_host, access.imap_port, timeout=SECONDS)

    def _create_socket(self, timeout: Any = None) -> ssl.SSLSocket:
        return self._held.secured(self._held.hold(dialled(self.host, self.port)), self.host)

    def read(self, size: int) -> bytes:
        """What was announced, if that is not more than anybody asked for."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line."""
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self.abort("too much was said")


class Box(BaseMailBox):
    """A signed-in mailbox."""

    def __init__(self, client: _Imap) -> None:
        self._made = client
        super().__init__()

    def waits(self, seconds: float) -> None:
        """Its next answers may take so long; what the visit may take in all stays."""
        if self._made.sock is not None:
            self._made.sock.settimeout(seconds)

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


class Outgoing(smtplib.SMTP):
    """A line to the server that sends."""

    def __init__(self, access: Access, held: _Held) -> None:
        self._held, self._named, self.is_handed_over = held, access.smtp_host, False
        super().__init__(access.smtp_host, access.smtp_port, local_hostname=CALLER, timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        plain = self._held.hold(dialled(host, port))
        return plain if port in BEGIN_PLAIN else self._held.secured(plain, host)

    def send(self, s: Any) -> None:
        """What is said. The mail itself is the one thing that is said in bytes; from then on it may have left."""
        if isinstance(s, bytes) and self.sock is not None:
            self.is_handed_over = True
            self.sock.settimeout(AFTER_DATA)
        super().send(s)

    def enter(self, username: str, password: str) -> None:
        """Sign in; with other letters than Latin in UTF-8 (RFC 4616), which the library does not know."""
        if username.isascii() and password.isascii():
            self.login(username, password)
            return
        self.ehlo_or_helo_if_needed()
        if "PLAIN" not in self.esmtp_features.get("auth", "").upper().split():
            words = _("The server for sending takes user names and passwords of Latin letters only.")
            raise ServerProblem(words, "password")
        said = b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
        code, answer = self.docmd("AUTH", f"PLAIN {said}")
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, answer)

    def secure(self) -> None:
        """Begin to encrypt, and forget what was said before."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls") or self.docmd("STARTTLS")[0] != 220:
            raise ServerProblem(_("The server for sending offers no encryption; nothing is sent there."), "smtp_host")
        assert self.sock is not None
        self.sock = self._held.secured(self.sock, self._named)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features, self.does_esmtp = {}, False


@contextmanager
def inbox(access: Access, *, most: int = MOST_SAID, seconds: float = IN_ALL) -> Iterator[Box]:
    """A visit at the server where mail lies. Raises ServerProblem, also for what goes wrong within it."""
    held = _Held()
    with _in_words("imap_host", access.imap_host), cut_after(at_most(seconds), lambda: held.line):
        box = None
        try:
            box = Box(_Imap(access, held, most))
            enter = box.login if access.password.isascii() and access.username.isascii() else box.login_utf8
            try:
                enter(access.username, access.password, initial_folder=None)
            except (MailboxLoginError, imaplib.IMAP4.error) as problem:
                if isinstance(problem, imaplib.IMAP4.abort):
                    raise
                words = _("The server does not know this user name and password.")
                raise ServerProblem(words, "password") from problem
            yield box
            with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
                box.logout()
        finally:
            _hang_up(held)


@contextmanager
def outgoing(access: Access, *, seconds: float = IN_ALL) -> Iterator[Outgoing]:
    """A visit at the server that sends. Raises ServerProblem, also for what goes wrong within it."""
    held = _Held()
    with _in_words("smtp_host", access.smtp_host), cut_after(at_most(seconds), lambda: held.line):
        try:
            line = Outgoing(access, held)
            if access.smtp_port in BEGIN_PLAIN:
                line.secure()
            try:
                line.enter(access.username, access.password)
            except smtplib.SMTPAuthenticationError as problem:
                words = _("The server for sending does not know this user name and password.")
                raise ServerProblem(words, "password") from problem
            except smtplib.SMTPNotSupportedError as problem:
                words = _("The server for sending takes no passwords, so it does not know who you are.")
                raise ServerProblem(words, "smtp_host") from problem
            yield line
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
        finally:
            _hang_up(held)


def try_out(access: Access) -> None:
    """Sign in at both servers, and send nothing. Raises ServerProblem."""
    with inbox(access):
        pass
    with outgoing(access):
        pass


def _hang_up(held: _Held) -> None:
    if held.line is not None:
        with suppress(OSError):
            held.line.close()


@contextmanager
def _in_words(field: str, host: str) -> Iterator[None]:
    """What goes wrong on the way, as a sentence that says what to look at."""
    said = {"host": host}
    try:
        yield
    except ServerProblem:
        raise
    except LineProblem as problem:
        known = str(problem) if " " in str(problem) else _("This name leads nowhere.")
        raise ServerProblem(f"{host}: {known}", field) from problem
    except ssl.SSLCertVerificationError as problem:
        words = _("%(host)s shows a certificate that is not its own or has run out, so no password was sent there.")
        raise ServerProblem(words % said, field) from problem
    except TimeoutError as problem:
        raise ServerProblem(_("%(host)s does not answer in time. Try again later.") % said, field) from problem
    except ConnectionRefusedError as problem:
        raise ServerProblem(_("%(host)s takes no calls at this port.") % said, field) from problem
    except (OSError, imaplib.IMAP4.error, ImapToolsError, smtplib.SMTPException, *NONSENSE) as problem:
        words = _("%(host)s has broken off, or answers in a way that nobody understands. Try again later.")
        raise ServerProblem(words % said, field) from problem
