"""The same key from Python and from PostgreSQL."""

from uuid import UUID

import pytest
from django.db import connection

from accounts.ground.ledger.keys import sql_uuid, uuid_of


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "U1000001", "a:b,c", "Ünïcode ✓", "1", None])
def test_python_and_sql_make_the_same_uuid(text):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql_uuid('x', 'y')} FROM (VALUES (%s::text, 'fee')) AS v (x, y)", [text])
        assert cursor.fetchone()[0] == uuid_of(text, "fee")


def test_a_key_is_a_well_formed_uuid_of_version_8():
    key = uuid_of("transfer", "fee", 7)

    assert key.version == 8
    assert UUID(str(key)) == key


def test_fields_cannot_run_into_one_another():
    assert uuid_of("ab", "c") != uuid_of("a", "bc")
