"""Where a request comes from, as far as it can be known."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The visitor's network address in its plain form, or "" where nothing trustworthy tells it.

    Each proxy in front appends whom it saw to a header, so of `TRUSTED_PROXY_COUNT` proxies the entry that many places
    from the right is the first that nobody outside wrote. An IPv4 address inside an IPv6 one is told as itself.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXY_COUNT:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        seen = told[-proxies] if len(told) >= proxies else ""
    return plain(seen)


def plain(text: str) -> str:
    """An address in its canonical form; "" for what is none."""
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        found = IPv6Address(int(found))  # without the name of a link
    return str(found)
