"""A real Dovecot and a real SMTP server on this machine, in TLS by an authority that the tests have made."""

import asyncio
import datetime
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS, PASSWORD = "alice@northgate.example", "app password 7"
DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
ssl = required
ssl_cert = <{place}/server.pem
ssl_key = <{place}/server.key
auth_mechanisms = plain login
mail_location = maildir:{place}/mail/%u
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {place}/users
}}
userdb {{
  driver = passwd-file
  args = {place}/users
  default_fields = uid={user} gid={group} home={place}/home/%u
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
"""


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def certify(folder: Path) -> None:
    """An authority, and a certificate by it for this machine's loopback: ca.pem, server.pem, server.key."""
    now = datetime.datetime.now(datetime.UTC)

    def made(name, key, issuer, signer, *, is_ca):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if not is_ca:
            names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(signer, hashes.SHA256())

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "ca.pem").write_bytes(made(ca_name, ca_key, ca_name, ca_key, is_ca=True).public_bytes(pem))
    (folder / "server.pem").write_bytes(made(name, key, ca_name, ca_key, is_ca=False).public_bytes(pem))
    (folder / "server.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def why_no_dovecot() -> str:
    """Why no IMAP server can be started here; "" if one can."""
    if not Path(DOVECOT).exists():
        return "no Dovecot: as root, bin/test installs it; otherwise ask for the Debian package dovecot-imapd"
    if os.geteuid() != 0:
        return "Dovecot is started by root alone"
    return ""


class Imap:
    """A Dovecot of its own, with the mailbox of Alice; `deliver` puts a mail into it."""

    def __init__(self) -> None:
        # Its sockets want a short path, and its own processes a folder that they may enter.
        self.place = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))
        self.place.chmod(0o755)
        certify(self.place)
        self.port = free_port()
        (self.place / "users").write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}::::::\n")
        for name in ("mail", "home", "run", "state"):
            (self.place / name).mkdir()
        for name in ("mail", "home"):
            shutil.chown(self.place / name, "mail", "mail")
        (self.place / "users").chmod(0o644)
        config = CONFIG.format(place=self.place, port=self.port, user="mail", group="mail")
        (self.place / "dovecot.conf").write_text(config)
        command = [DOVECOT, "-F", "-c", str(self.place / "dovecot.conf")]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
        self._wait()

    def _wait(self):
        for _turn in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        log = self.place / "log"
        raise RuntimeError(log.read_text() if log.exists() else "Dovecot does not come up")

    @property
    def maildir(self):
        return self.place / "mail" / ADDRESS

    def deliver(self, raw: bytes, folder: str = "") -> None:
        """A mail as a server hands it over: a file in the folder for new ones."""
        there = self.maildir / folder if folder else self.maildir
        for name in ("new", "cur", "tmp"):
            if not (there / name).exists():
                (there / name).mkdir(parents=True)
        for one in (self.maildir, there, *(there / name for name in ("new", "cur", "tmp"))):
            shutil.chown(one, "mail", "mail")
        self.count = getattr(self, "count", 0) + 1
        path = there / "new" / f"{1_700_000_000 + self.count}.{self.count}.test"
        path.write_bytes(raw.replace(b"\r\n", b"\n"))
        shutil.chown(path, "mail", "mail")

    def empty(self) -> None:
        """As new."""
        shutil.rmtree(self.maildir, ignore_errors=True)

    def files(self, folder: str = "") -> list[bytes]:
        """What lies in a folder."""
        there = self.maildir / folder if folder else self.maildir
        return [one.read_bytes() for name in ("cur", "new") for one in sorted((there / name).glob("*"))]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.place, ignore_errors=True)


class Taken:
    """What the SMTP server was handed: envelope sender, recipients, content."""

    def __init__(self) -> None:
        self.mails = []
        self.refuses = set()
        self.puts_off = set()
        self.thinks = 0.0  # seconds, once a mail is taken and before it is said
        self.says = "250 OK"  # to a mail that was handed over

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return "550 no such person"
        if address in self.puts_off:
            return "452 too many recipients today"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.says.startswith("250"):
            self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        await asyncio.sleep(self.thinks)
        return self.says


class Smtp:
    """An SMTP server that wants STARTTLS, or TLS from the first byte, and then a password."""

    def __init__(self, context, *, starttls: bool) -> None:
        self.taken = Taken()
        self.password = PASSWORD

        def know(server, session, envelope, mechanism, data):
            right = (data.login, data.password) == (ADDRESS.encode(), self.password.encode())
            return AuthResult(success=right, handled=False)

        more = {"authenticator": know, "auth_required": True}
        if starttls:
            more |= {"tls_context": context, "require_starttls": True}

        class Own(Controller):
            def factory(self):
                # TLS from the first byte is TLS all the same, which the library does not see.
                return SMTP(self.handler, auth_require_tls=starttls, **more)

        self.port = free_port()
        self.controller = Own(
            self.taken, hostname="127.0.0.1", port=self.port, ssl_context=None if starttls else context
        )
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()
