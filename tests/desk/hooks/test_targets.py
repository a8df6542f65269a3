"""Where webhooks may never go: nothing but the public internet, however an address is written or a name resolves."""

import ipaddress
import socket

import pytest

from accounts.desk.hooks import sending
from accounts.desk.hooks.rules import HookProblem, checked, parts_of, signature
from accounts.desk.hooks.sending import post, resolve
from accounts.ground.lines.rules import is_public

PRIVATE = (
    *("127.0.0.1", "127.1.2.3", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.0.8", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1"),
    *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:a00:1::"),
    *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "fec0::1", "fe80::1%1"),
)
PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::101:101", "::ffff:1.1.1.1")


@pytest.mark.parametrize("text", PRIVATE)
def test_no_machine_of_ones_own_is_reached(text):
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(HookProblem):
        checked(["93.184.215.14", text])


@pytest.mark.parametrize("text", PUBLIC)
def test_the_public_internet_is(text):
    assert is_public(ipaddress.ip_address(text)) and checked([text]) == [text]


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com/", "example.com", ""),
        *("https://", "https://user@example.com/", "https://a:b@example.com/", "https://example.com/#part"),
        *("https://example.com:22/", "https://example.com:80/", "https://example.com:99999/", "https://example.com:x/"),
        *("https://exa mple.com/", "https://example.com/\r\nHost: x", "https://[::1/", "javascript:alert(1)"),
        "https://example.com/" + "a" * 500,
    ],
)
def test_odd_addresses_are_refused(url):
    with pytest.raises(HookProblem):
        parts_of(url)


def test_a_plain_address_is_read_as_it_is_and_a_foreign_name_in_its_own_letters():
    assert parts_of("https://example.com/a/b?c=d") == ("https", "example.com", 443, "/a/b?c=d")
    assert parts_of("https://bücher.example:8443")[1:3] == ("xn--bcher-kva.example", 8443)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localhost", "[::1]", "0"])
def test_whatever_a_name_is_written_as_its_address_is_checked(host):
    assert post(f"https://{host}/", "{}", {}).status is None
    with pytest.raises(HookProblem):
        resolve(host.strip("[]"), 443)


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(monkeypatch):
    """A name that answers a public address first and the machine's own the next time finds no next time."""
    asked, connected = [], []
    answers = [["93.184.215.14"], ["127.0.0.1"]]

    def lookup(host, port, **_more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)]

    def connect(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError("nobody")

    monkeypatch.setattr(sending.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(sending.socket, "create_connection", connect)
    answer = post("https://rebinding.example/", "{}", {})
    assert (asked, connected) == (["rebinding.example"], [("93.184.215.14", 443)])
    assert answer.status is None and "ConnectionRefusedError" in answer.text


def test_one_address_of_many_that_is_ones_own_refuses_the_name(monkeypatch):
    def lookup(host, port, **_more):
        return [(2, 1, 6, "", ("93.184.215.14", port)), (2, 1, 6, "", ("10.0.0.1", port))]

    monkeypatch.setattr(sending.socket, "getaddrinfo", lookup)
    with pytest.raises(HookProblem):
        resolve("both.example", 443)


@pytest.mark.parametrize("url", ["http://1.1.1.1/", "https://1.1.1.1:25/", "http://1.1.1.1:6379/", "http://10.2.0.1/"])
def test_a_network_of_ones_own_opens_nothing_outside_it(settings, monkeypatch, url):
    settings.HOOK_NETWORKS = ["10.1.0.0/16"]
    monkeypatch.setattr(sending.socket, "create_connection", lambda *_said, **_more: pytest.fail("it was connected to"))
    assert post(url, "{}", {}).status is None


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3/", "http://10.1.2.3:6379/", "https://10.1.2.3:9000/", "https://1.1.1.1/"]
)
def test_inside_it_any_port_is_written_to_and_outside_the_usual_two(settings, monkeypatch, url):
    connected = []

    def connect(address, timeout):
        connected.append(address[0])
        raise ConnectionRefusedError("nobody")

    settings.HOOK_NETWORKS = ["10.1.0.0/16"]
    monkeypatch.setattr(sending.socket, "create_connection", connect)
    post(url, "{}", {})
    assert connected and connected[0] in url


def test_a_name_that_leads_inside_and_outside_goes_the_usual_way_or_none(settings):
    settings.HOOK_NETWORKS = ["10.1.0.0/16"]
    both = ["10.1.0.1", "93.184.215.14"]
    assert checked(both, sending.trusted()) == both
    with pytest.raises(HookProblem):
        checked(both, sending.trusted(), usual=False)


def test_a_signature_of_the_published_kind():
    """Worked with `printf '1700000000.{}' | openssl dgst -sha256 -hmac whs_test`."""
    expected = "t=1700000000,v1=048174e9aecf1432be2ee152542bca032a1c03acbf12d737f11cb17705604333"
    assert signature("{}", 1700000000, ["whs_test"]) == expected
