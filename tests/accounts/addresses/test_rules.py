"""Which networks may be written down, and when they begin to hold."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from accounts.ground.access.address import client_address
from accounts.ground.addresses.rules import BadAddress, holds, network_of, next_restart

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        ("198.41.0.4", "198.41.0.4/32"),
        (" 198.41.0.4/24 ", "198.41.0.0/24"),
        ("198.41.0.0/16", "198.41.0.0/16"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001:81b::/64"),
        ("2A00:1450:4001:81B:0:0:0:200E/128", "2a00:1450:4001:81b::200e/128"),
    ],
)
def test_what_is_meant(typed, network):
    assert str(network_of(typed)) == network


@pytest.mark.parametrize(
    "typed",
    [
        "", "home", "198.41.0", "198.41.0.256", "198.41.0.4/33", "198.41.0.4/-1", "198.41.0.4/", "198.41.0.04",
        "198.41.0.4/255.255.255.0", "0.0.0.0/0", "198.0.0.0/15", "::/0", "2a00::/31", "192.168.1.5", "10.0.0.1",
        "172.16.0.1", "127.0.0.1", "::1", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fc00::1", "224.0.0.1", "ff02::1",
        "255.255.255.255", "0.0.0.1", "100.64.0.1", "240.0.0.1", "::ffff:198.41.0.4", "::ffff:198.41.0.0/120",
        "203.0.113.9", "2001:db8::1", "198.41.0.4\n198.41.0.5", "١٩٨.٤١.٠.٤", "198.41.0.4/٢٤", "a" * 5000,
    ],
)  # fmt: skip
def test_what_restricts_nobody_or_is_nothing_is_refused_in_words(typed):
    with pytest.raises(BadAddress) as refused:
        network_of(typed)
    assert refused.value.sentence.msgid


def test_networks_of_documentation_are_for_tests_alone():
    assert str(network_of("203.0.113.9", takes_documentation=True)) == "203.0.113.9/32"
    with pytest.raises(BadAddress):
        network_of("192.168.1.5", takes_documentation=True)


@pytest.mark.parametrize(
    ("added", "holds_from"),
    [
        # Added on 2 March 2026 at 15:00: scheduled, and active after that night's restart.
        (datetime(2026, 3, 2, 15, 0, tzinfo=NEW_YORK), datetime(2026, 3, 3, 0, 0, tzinfo=NEW_YORK)),
        (datetime(2026, 3, 2, 23, 59, 59, tzinfo=NEW_YORK), datetime(2026, 3, 3, 0, 0, tzinfo=NEW_YORK)),
        (datetime(2026, 3, 3, 0, 0, tzinfo=NEW_YORK), datetime(2026, 3, 4, 0, 0, tzinfo=NEW_YORK)),
        # The nights in which the clocks change are 23 and 25 hours long.
        (datetime(2026, 3, 8, 1, 0, tzinfo=NEW_YORK), datetime(2026, 3, 9, 0, 0, tzinfo=NEW_YORK)),
        (datetime(2026, 11, 1, 0, 30, tzinfo=NEW_YORK), datetime(2026, 11, 2, 0, 0, tzinfo=NEW_YORK)),
    ],
)
def test_the_next_restart(added, holds_from):
    assert next_restart(added) == holds_from


def test_an_address_is_in_a_network_or_not():
    assert holds(["198.41.0.0/24"], "198.41.0.200")
    assert not holds(["198.41.0.0/24"], "198.41.1.1")
    assert not holds(["198.41.0.0/24"], "")
    assert not holds(["198.41.0.0/24"], "2a00::1")


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "address"),
    [
        (0, "198.41.0.4", "", "198.41.0.4"),
        (0, "198.41.0.4", "203.0.113.9", "198.41.0.4"),
        (0, "::ffff:198.41.0.4", "", "198.41.0.4"),
        (0, "", "", ""),
        (1, "127.0.0.1", "198.41.0.4", "198.41.0.4"),
        (1, "127.0.0.1", "203.0.113.9, 198.41.0.4", "198.41.0.4"),
        (1, "127.0.0.1", "", ""),
        (1, "127.0.0.1", "unknown", ""),
        (2, "127.0.0.1", "203.0.113.9, 198.41.0.4, 10.0.0.1", "198.41.0.4"),
        (2, "127.0.0.1", "198.41.0.4", ""),
    ],
)
def test_the_address_is_what_nobody_outside_can_write(settings, proxies, peer, header, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    more = {"HTTP_X_FORWARDED_FOR": header} if header else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **more)) == address
