"""Which addresses a line may never lead to, however a name is written and whatever it is wrapped in."""

import ipaddress
from collections.abc import Iterable

from django.utils.translation import gettext as _

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Protocols' own and retired relays, which some versions of the library take for public.
SPECIAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class LineProblem(ValueError):
    """A sentence a person can read: why a machine is not spoken to."""


def networks(named: Iterable[str]) -> list[Network]:
    """Networks of the installation's own, as its settings name them."""
    return [ipaddress.ip_network(one) for one in named]


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


def checked(found: Iterable[str], trusted: Iterable[Network] = (), *, refusal: str = "") -> list[str]:
    """The addresses of a name, once every one of them may be reached. Raises `LineProblem` if one may not.

    With a `refusal`, which it then says, only those in trusted networks are reached.
    """
    nets = list(trusted)
    addresses = list(dict.fromkeys(found))
    for one in addresses:
        address = ipaddress.ip_address(one)
        if any(address.version == net.version and address in net for net in nets):
            continue
        if not is_public(address):
            raise LineProblem(_("This name leads to a machine that is not on the public internet."))
        if refusal:
            raise LineProblem(refusal)
    if not addresses:
        raise LineProblem(_("This name leads nowhere."))
    return addresses
