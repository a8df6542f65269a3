"""Fingerprints: one text for one sequence of fields, whatever the fields hold."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.fingerprint import canonical, chain, digest, fingerprint


def test_the_canonical_text_is_written_out_here_for_whoever_verifies_it():
    fields = ["U1234567", 7, Decimal("208.30"), date(2025, 9, 30), True, None, "", "ä"]

    assert canonical(fields) == "8:U1234567,1:7,6:208.30,10:2025-09-30,4:true,-,0:,2:ä,"
    assert fingerprint(fields) == sha256(canonical(fields).encode()).hexdigest() == digest(canonical(fields))


def test_an_instant_is_written_in_utc_whatever_zone_it_came_in():
    noon = datetime(2025, 9, 30, 12, tzinfo=UTC)

    assert canonical([noon]) == "27:2025-09-30T12:00:00.000000Z,"
    assert canonical([noon.astimezone(timezone(timedelta(hours=-4)))]) == canonical([noon])


def test_a_number_keeps_its_places_and_needs_no_exponent():
    assert canonical([Decimal("1E+3"), Decimal("1E-8"), Decimal("-0.00")]) == "4:1000,10:0.00000001,4:0.00,"


@pytest.mark.parametrize("field", [1.5, b"bytes", ["list"], Decimal("NaN"), datetime(2025, 1, 1)])  # noqa: DTZ001
def test_what_has_no_single_text_is_refused(field):
    with pytest.raises((TypeError, ValueError), match="no canonical text"):
        canonical([field])


def test_a_chain_tells_order_and_beginning():
    first = chain(None, digest("a"))

    assert chain(first, digest("b")) != chain(chain(None, digest("b")), digest("a"))
    assert chain(None, digest("a")) != chain("", digest("a"))
    assert first == fingerprint([None, digest("a")])


FIELDS = st.lists(st.one_of(st.none(), st.text(alphabet=":,-019a\u00e4\n", max_size=6)), max_size=5)


@given(FIELDS, FIELDS)
def test_different_fields_never_share_a_text(one, other):
    assert (canonical(one) == canonical(other)) == (one == other)
