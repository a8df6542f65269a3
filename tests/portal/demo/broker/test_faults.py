"""Damaged statements are damaged in the way their name says, and nowhere else."""

from datetime import date
from xml.etree import ElementTree

import pytest

from portal.demo.broker import FAULTS, plan, spoil, write

DAY = date(2026, 3, 2)
UNREADABLE = {
    "truncated", "external_entity", "control_character", "duplicate_attribute", "empty", "web_page", "mixed_encodings",
}  # fmt: skip


def parsed(text: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own files; the expanding ones are not parsed


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    out = tmp_path_factory.mktemp("good")
    done = write(plan(5, 12, since=DAY), out, first=DAY, last=DAY)
    return done.files[0].read_bytes()


def test_every_fault_says_what_it_is():
    assert len(FAULTS) > 30
    assert all(fault.says for fault in FAULTS.values())


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - {"entity_expansion", "deep_nesting"}))
def test_a_spoiled_file_differs_and_is_readable_where_it_should_be(good, kind):
    spoiled = spoil(good, kind)

    assert spoiled != good
    if kind in UNREADABLE:
        with pytest.raises(ElementTree.ParseError):
            parsed(spoiled)
    else:
        parsed(spoiled)


@pytest.mark.parametrize("kind", sorted(kind for kind, fault in FAULTS.items() if not fault.whole_file))
def test_a_fault_of_one_account_leaves_the_others_alone(good, kind):
    accounts = [one.get("accountId") for one in parsed(good).iter("FlexStatement")]
    spoiled = parsed(spoil(good, kind, account=accounts[3]))
    holder = spoiled.find("FlexStatements")

    others = {one.get("accountId"): ElementTree.tostring(one) for one in parsed(good).iter("FlexStatement")}
    del others[accounts[3]]
    for one in holder:
        assert others.pop(one.get("accountId"), None) in (None, ElementTree.tostring(one))
    assert not others
    assert int(holder.get("count")) == len(holder)


def test_the_bomb_is_a_bomb(good):
    spoiled = spoil(good, "entity_expansion")

    assert len(spoiled) < len(good) + 2_000
    assert b'<!ENTITY a9 "&a8;' in spoiled
    assert b"&a9;" in spoiled


def test_an_unknown_fault_or_account_is_refused(good):
    with pytest.raises(ValueError, match="no fault is called 'bad luck'"):
        spoil(good, "bad luck")
    with pytest.raises(ValueError, match="no statement of U1234567"):
        spoil(good, "nan", account="U1234567")
