"""A restriction to networks behind a real proxy: what visitors write into headers themselves lets nobody in."""

import http.client
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.addresses.models import AddressRule

INSIDE, OUTSIDE = "127.0.0.2", "127.0.0.3"
FORGED = [
    [("X-Forwarded-For", INSIDE)],
    [("X-Forwarded-For", f"{INSIDE}, {INSIDE}")],
    [("X-Forwarded-For", INSIDE), ("X-Forwarded-For", INSIDE)],
    [("X-Forwarded-For", f"::ffff:{INSIDE}")],
    [("x-forwarded-for", f"{INSIDE},")],
    [("X_Forwarded_For", INSIDE)],
    [("Forwarded", f"for={INSIDE}")],
    [("X-Real-IP", INSIDE), ("Client-IP", INSIDE), ("True-Client-IP", INSIDE), ("Remote-Addr", INSIDE)],
    [("X-Forwarded-For", "," * 200 + INSIDE)],
    [("X-Forwarded-For", f"{INSIDE}\t"), ("X-Forwarded-For", "")],
]


class Proxy(BaseHTTPRequestHandler):
    """What a proxy in front does: everything goes on, and whom it saw is appended to one header."""

    upstream = ""

    def do_GET(self):
        told = [*self.headers.get_all("X-Forwarded-For", []), self.client_address[0]]
        line = http.client.HTTPConnection(self.upstream, timeout=20)
        line.putrequest("GET", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("x-forwarded-for", "connection"):
                line.putheader(name, value)
        line.putheader("X-Forwarded-For", ", ".join(told))
        line.endheaders()
        answer = line.getresponse()
        body = answer.read()
        line.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class BothFamilies(ThreadingHTTPServer):
    """One socket for both: visitors by IPv4 are seen as addresses inside IPv6 ones."""

    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


@pytest.fixture(params=["IPv4", "both families"])
def proxy(request, site, settings):
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    handler = type("Here", (Proxy,), {"upstream": urlsplit(site).netloc})
    kind, host = (ThreadingHTTPServer, "127.0.0.1") if request.param == "IPv4" else (BothFamilies, "::")
    server = kind((host, 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def vera(own_world):
    """Signed in, and restricted to one address since yesterday; her cookie."""
    seat, now = own_world.seats["vera"], timezone.now()
    with as_role("owner"):
        AddressRule.unscoped.create(
            firm_id=seat.firm_id, seat=seat, network=f"{INSIDE}/32", added_by=seat.user,
            added_at=now - timedelta(days=2), starts_at=now - timedelta(days=1),
        )  # fmt: skip
    client = Client()
    client.force_login(seat.user)
    return f"{portal.SESSION_COOKIE_NAME}={client.cookies[portal.SESSION_COOKIE_NAME].value}"


def ask(port, cookie, source, headers=()):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    line.putrequest("GET", "/accounts/", skip_accept_encoding=True)
    line.putheader("Cookie", cookie)
    for name, value in headers:
        line.putheader(name, value)
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


def test_what_a_visitor_writes_into_headers_lets_nobody_in(vera, proxy, site):
    assert ask(proxy, vera, INSIDE) == 200
    assert ask(proxy, vera, INSIDE, [("X-Forwarded-For", "198.51.100.1")]) == 200, "nor keeps out who may come in"
    assert {str(headers): ask(proxy, vera, OUTSIDE, headers) for headers in ([], *FORGED)} == dict.fromkeys(
        map(str, ([], *FORGED)), 403
    )
    past = urlsplit(site).port
    assert ask(past, vera, INSIDE) == 403, "where the proxy has told nothing, nobody is where they may work"
