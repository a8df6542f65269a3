"""How webhooks are signed, when they are tried again, and which addresses they may never reach."""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

PURPOSE = b"webhook secret"
LONGEST_URL = 500
PORTS = (443, 8443)
MOST_HOOKS = 10
# After each failed try; the last one gives up. About two days in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
# So many tries in a row that failed stop the address.
MOST_FAILURES = 20
BOTH_SECRETS = timedelta(hours=24)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Protocols' own and retired relays, which some versions of the library take for public.
SPECIAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class HookProblem(ValueError):
    """A sentence a person can read: why this cannot be done."""


def signature(body: str, at: int, secrets: Iterable[str]) -> str:
    """What stands in the header: the moment, and for each secret an HMAC over moment and body."""
    text = f"{at}.{body}".encode()
    marks = [hmac.new(secret.encode(), text, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def is_public(address: Address) -> bool:
    """Whether an address is somebody else's machine on the internet, whatever wrapping it comes in."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address.scope_id is not None or address.is_site_local:
            return False
    elif any(address in net for net in SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def parts_of(url: str, trusted: Iterable[Network] = ()) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that a message may go to. Raises `HookProblem`.

    Without `trusted` networks, which only an installation's own settings name, it is https on one of two ports; with
    them `checked` says whether the machine lies in one of them and may be written to otherwise.
    """
    plain = any(True for _one in trusted)
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").encode("idna").decode("ascii"), found.port
    except (UnicodeError, ValueError) as problem:
        raise HookProblem(_("This is no address.")) from problem
    is_odd = len(url) > LONGEST_URL or any(ord(one) <= 32 or ord(one) == 127 for one in url)
    if is_odd or not host or found.username is not None or found.password is not None or found.fragment:
        raise HookProblem(_("Give a plain https address, without a name, a password or a part after #."))
    if found.scheme != "https" and not (plain and found.scheme == "http"):
        raise HookProblem(_("Only https addresses are written to."))
    port = port or (443 if found.scheme == "https" else 80)
    if port not in PORTS and not plain:
        raise HookProblem(_("Only the ports 443 and 8443 are written to."))
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return found.scheme, host, port, path.encode("ascii", "ignore").decode()


def is_usual(scheme: str, port: int) -> bool:
    """Whether a message goes as it goes to everybody on the internet."""
    return scheme == "https" and port in PORTS


def checked(found: Iterable[str], trusted: Iterable[Network] = (), *, usual: bool = True) -> list[str]:
    """The addresses of a name, once every one of them may be reached. Raises `HookProblem` if one may not.

    What is not `usual` goes to trusted networks alone.
    """
    nets = list(trusted)
    addresses = list(dict.fromkeys(found))
    for one in addresses:
        address = ipaddress.ip_address(one)
        if any(address.version == net.version and address in net for net in nets):
            continue
        if not is_public(address):
            raise HookProblem(_("This name leads to a machine that is not on the public internet."))
        if not usual:
            raise HookProblem(_("On the public internet only https at the ports 443 and 8443 is written to."))
    if not addresses:
        raise HookProblem(_("This name leads nowhere."))
    return addresses
