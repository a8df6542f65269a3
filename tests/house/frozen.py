"""What the SQL of each migration came to when it was published; `record` adds new ones:

    manage.py shell -c "from tests.house.frozen import record; record()"

Migrations call functions that live on (walls, triggers, queries). A change of theirs belongs into a new migration: it
must not change what an old one does on a fresh database.
"""

import json
from hashlib import sha256
from pathlib import Path

from django.db import migrations
from django.db.migrations.loader import MigrationLoader

RECORD = Path(__file__).with_name("frozen.json")
OURS = ("accounts", "broker", "desk", "fees", "auth2fa", "crm", "portal", "tools")


def texts() -> dict[str, str]:
    """A hash of all SQL that each of our migrations runs, by label and name."""
    found = {}
    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        sql = [repr((one.sql, one.params if hasattr(one, "params") else None)) for one in _sql(migration.operations)]
        if label in OURS and sql:
            found[f"{label}.{name}"] = sha256("\n".join(sql).encode()).hexdigest()
    return dict(sorted(found.items()))


def recorded() -> dict[str, str]:
    return json.loads(RECORD.read_text())


def _sql(operations) -> list[migrations.RunSQL]:
    found = []
    for one in operations:
        if isinstance(one, migrations.RunSQL):
            found.append(one)
        elif isinstance(one, migrations.SeparateDatabaseAndState):
            found += _sql(one.database_operations)
    return found


def record() -> int:
    """Write down the migrations that are not yet recorded; how many they were."""
    new = {name: text for name, text in texts().items() if name not in recorded()}
    RECORD.write_text(json.dumps({**recorded(), **new}, indent=1, sort_keys=True) + "\n")
    return len(new)
