"""What a new version may not carry over it says before it changes anything."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from tests.crm.vault.people import begun


def test_vaults_from_before_rosters_stop_the_migration_in_words(world, browse):
    guard = import_module("crm.migrations.0003_signed_rosters").Migration.operations[0]
    with connection.cursor() as cur:
        cur.execute(guard.sql)  # nothing to lose yet
    begun(browse("alice"))
    words = "Vaults founded before this version cannot be carried over; take out what is in them first"
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cur:
        cur.execute(guard.sql)
