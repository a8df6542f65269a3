"""The records that lead a domain's mail to its mailboxes: which they should be, and which name servers tell now.

Only the domain of a mailbox is asked for, never a machine it names; nothing is connected to but the name servers of
the installation, and they are not waited for long.
"""

from dataclasses import dataclass
from enum import StrEnum

import dns.exception
import dns.resolver
from django.conf import settings
from django.core.cache import cache

SECONDS = 3
REMEMBERED = 60
MOST = 20
_NONE = "none"


@dataclass(frozen=True, order=True)
class Record:
    """Where mail goes; the lowest preference first."""

    preference: int
    host: str


class Verdict(StrEnum):
    """What the records say of a domain."""

    RIGHT = "right"
    MISSING = "missing"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """What was found, and what it means."""

    verdict: Verdict
    found: tuple[Record, ...] = ()


def expected() -> tuple[Record, ...]:
    """What the settings say that an advisor sets: `preference host` each."""
    pairs = (one.split() for one in settings.MAILBOX_MX)
    return tuple(sorted(Record(int(preference), host.rstrip(".").lower()) for preference, host in pairs))


def records(domain: str) -> list[tuple[str, str, int | None, str]]:
    """What to set at a domain: type, host, priority, value."""
    found: list[tuple[str, str, int | None, str]] = [("MX", domain, one.preference, one.host) for one in expected()]
    return [*found, ("TXT", domain, None, settings.MAILBOX_SPF)] if settings.MAILBOX_SPF else found


def look_up(domain: str) -> Answer:
    """What name servers tell of a domain now, or told less than a minute ago."""
    name = f"mailbox-mx:{domain}"
    known = cache.get(name)
    if known is None:
        known = _asked(domain)
        cache.set(name, known, REMEMBERED)
    return known


def _asked(domain: str) -> Answer:
    if settings.MAILBOX_DNS == [_NONE]:
        return Answer(Verdict.UNKNOWN)
    try:
        told = _resolver().resolve(f"{domain}.", "MX", lifetime=SECONDS, search=False)
        found = tuple(sorted(Record(one.preference, _host(one.exchange)) for one in list(told)[:MOST]))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Answer(Verdict.MISSING)
    except (dns.exception.DNSException, OSError, ValueError):
        return Answer(Verdict.UNKNOWN)
    ours = {one.host for one in expected()}
    hosts = {one.host for one in found}
    return Answer(Verdict.RIGHT if hosts and hosts <= ours else Verdict.OTHER, found)


def _resolver() -> dns.resolver.Resolver:
    """The system's name servers, or those of the settings, as `address` or `address:port`."""
    if not settings.MAILBOX_DNS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    address, _colon, port = settings.MAILBOX_DNS[0].partition(":")
    resolver.nameservers, resolver.port = [address], int(port or 53)
    return resolver


def _host(name) -> str:
    return str(name.to_text(omit_final_dot=True)).lower()[:253]
