"""What a mailbox costs, by hand, and which addresses can have one."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.desk.mailboxes.addressing import FAMILIES, clean_address
from accounts.desk.mailboxes.rules import Item, MailboxProblem, Rate, clean_name, dues, year_of

RATES = [Rate(Item.MAILBOX, date(2020, 1, 1), Decimal("1.00")), Rate(Item.ARCHIVE, date(2020, 1, 1), Decimal("3.00"))]


@pytest.mark.parametrize(
    ("day", "alone", "archived", "year"),
    [
        (date(2025, 5, 1), "12.00", "48.00", date(2025, 5, 1)),
        (date(2026, 4, 30), "1.00", "4.00", date(2025, 5, 1)),
        (date(2025, 10, 15), "7.00", "28.00", date(2025, 5, 1)),
        (date(2026, 1, 31), "4.00", "16.00", date(2025, 5, 1)),
        (date(2026, 5, 31), "12.00", "48.00", date(2026, 5, 1)),
    ],
)
def test_whole_months_of_a_year_from_may(day, alone, archived, year):
    """MBX-2, by hand: the month of the request counts, and April is the last."""
    assert sum(one.amount for one in dues(RATES, day, with_archive=False)) == Decimal(alone)
    assert sum(one.amount for one in dues(RATES, day, with_archive=True)) == Decimal(archived)
    assert year_of(day) == year


def test_a_rate_holds_from_its_day_on():
    """From 2026-01-01 a mailbox costs 1.50: 5 x 1.00 in December, 4 x 1.50 in January."""
    dearer = [*RATES, Rate(Item.MAILBOX, date(2026, 1, 1), Decimal("1.50"))]
    assert [one.amount for one in dues(dearer, date(2025, 12, 31), with_archive=False)] == [Decimal("5.00")]
    assert [one.amount for one in dues(dearer, date(2026, 1, 1), with_archive=False)] == [Decimal("6.00")]
    with pytest.raises(MailboxProblem):
        dues(dearer, date(2019, 12, 31), with_archive=False)


@pytest.mark.parametrize(
    "text",
    [
        *("jane@gmail.com", "jane@YAHOO.co.uk", "jane@outlook.com.br", "jane@mail.yahoo.fr", "jane@googlemail.com"),
        *("jane@gmail.com.", "jane@gmx.de", "jane@me.com", "jane@proton.me", "jane@pm.me", "jane@live.co.uk"),
        "jane@ｇｍａｉｌ.com",
        *(f"jane@{name}.com" for name in sorted(FAMILIES)),
    ],
)
def test_public_domains_are_refused(text):
    """MBX-1: by the registered label, in any country, below any name and in any width of letters."""
    with pytest.raises(MailboxProblem, match=r"Public domains|no e-mail address"):
        clean_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "jane", "@vaduga.com", "jane@", "jane@localhost", "jane@vaduga.local", "jane@co.uk", "jane@[127.0.0.1]"),
        *("jane@vaduga.com\nBcc: x@vaduga.com", "jane@vaduga.com\u200b", "jane doe@vaduga.com", "a" * 250 + "@b.com"),
        *("jane@vaduga.com,joe@vaduga.com", "jane@127.0.0.1", "jane@-vaduga.com", "jäne@vaduga.com", "jane@\x00.com"),
    ],
)
def test_what_is_no_address_is_refused(text):
    """Nothing that could become another header, another host or no domain."""
    with pytest.raises(MailboxProblem):
        clean_address(text)


def test_addresses_are_compared_in_one_form():
    """Capitals, a tag after + and the script of a name make no other address; a name that holds a public one may be."""
    assert clean_address("jane@mygmail.com").registered == "mygmail.com"
    one, same = clean_address("Jane+crm@Vaduga.COM"), clean_address("jane@vaduga.com")
    assert (one.text, one.key) == ("Jane+crm@vaduga.com", same.key)
    assert clean_address("post@münchen.de").key == clean_address("post@xn--mnchen-3ya.de").key
    assert clean_address("a@mail.vaduga.co.uk").registered == "vaduga.co.uk"


def test_a_name_that_only_looks_public_is_told_apart():
    """A Cyrillic letter makes another domain, which is said before anybody pays for it."""
    found = clean_address("jane@gmаil.com")
    assert found.domain == "xn--gmil-63d.com"
    assert "gmail.com" in found.warning
    assert not clean_address("post@münchen.de").warning


@pytest.mark.parametrize(
    "name", ["", "  ", "Jane\nBcc: x", 'Jane "J" Doe', "Jane <x@y.com>", "J" * 101, "Jane\u202eDoe"]
)
def test_a_name_fits_into_a_header(name):
    """What could become an address or another header is refused."""
    with pytest.raises(MailboxProblem):
        clean_name(name)
