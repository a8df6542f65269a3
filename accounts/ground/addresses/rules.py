"""Which networks may be written down, when they begin to hold, and whether an address is in them; no rows."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from portal.lib.exchange import EXCHANGE_ZONE, exchange_day
from portal.lib.words import Sentence, gettext_noop

Network = IPv4Network | IPv6Network

# A home or an office has one network; a narrower one is never needed, a wider one is no restriction.
WIDEST = {4: 16, 6: 32}
OF_ONE_ADDRESS = {4: 32, 6: 64}
FOR_DOCUMENTATION = [ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
LONGEST = 60


class BadAddress(ValueError):
    """What was typed cannot restrict anybody; `sentence` says why and what to type."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.sentence = Sentence(msgid, params)


def network_of(text: str, *, takes_documentation: bool = False) -> Network:
    """The network that a text means: an address, or one with a length such as 198.41.0.0/24.

    An IPv6 address means its network of 64 bits, because machines change the rest. Raises `BadAddress`.
    """
    typed = text.strip()
    try:
        address, slash, length = typed.partition("/")
        if len(typed) > LONGEST or "%" in typed or (slash and not (length.isascii() and length.isdecimal())):
            raise ValueError
        found = ip_address(address)
        network: Network = ip_network(f"{found}/{length or OF_ONE_ADDRESS[found.version]}", strict=False)
    except ValueError:
        raise BadAddress(
            gettext_noop("%(typed)s is no network address; write one such as 198.41.0.4 or 198.41.0.0/24."),
            typed=typed[:LONGEST],
        ) from None
    if getattr(found, "ipv4_mapped", None) is not None:
        raise BadAddress(gettext_noop("Write the address in its IPv4 form, such as 198.41.0.4."))
    if network.prefixlen < WIDEST[network.version]:
        raise BadAddress(
            gettext_noop("%(network)s is so wide that it restricts nobody; the widest is /%(widest)s."),
            network=network,
            widest=WIDEST[network.version],
        )
    is_example = takes_documentation and any(found in one for one in FOR_DOCUMENTATION)
    is_public = found.is_global and network.is_global and not (found.is_multicast or found.is_reserved)
    if not is_public and not is_example:
        raise BadAddress(
            gettext_noop(
                "%(network)s is not an address on the internet; ask your provider or a page such as “what is my IP” for"
                " the one that others see."
            ),
            network=network,
        )
    return network


def next_restart(at: datetime) -> datetime:
    """When what is done at an instant begins to hold: the midnight in New York that follows, within 24 hours."""
    return datetime.combine(exchange_day(at) + timedelta(days=1), time(0), EXCHANGE_ZONE)


def holds(networks: Iterable[str], address: str) -> bool:
    """Whether an address is in one of the networks; an unknown one is in none."""
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in ip_network(one) for one in networks)
