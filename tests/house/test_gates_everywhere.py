"""Every route states its gate, and every tenant table stands behind a wall."""

from django.db import connection

from tests.house.routes import routes

# Tables that belong to no firm, each with its reason in docs/decisions/0003-global-tables.md.
GLOBAL_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_calendarday",
    "accounts_run",
    "accounts_runchunk",
    "accounts_runstage",
    "crm_peppername",
    "accounts_session",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_celery_beat_clockedschedule",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "django_celery_beat_solarschedule",
    "django_content_type",
    "django_migrations",
    "django_session",
}
NAMED_GLOBAL_ELSEWHERE: set[str] = set()


def test_every_route_states_its_gate(db):
    assert [str(route) for route in routes() if route.gate is None] == []


def test_every_table_forces_row_level_security_or_is_on_the_written_list(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
        open_tables = {name for (name,) in cursor.fetchall()}

    assert open_tables - GLOBAL_TABLES - NAMED_GLOBAL_ELSEWHERE == set()


def test_the_written_list_is_the_list(checkout):
    page = (checkout / "docs/decisions/0003-global-tables.md").read_text()

    assert [name for name in sorted(GLOBAL_TABLES) if f"`{name}`" not in page] == []


def test_partitions_cannot_be_read_past_their_parent(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.rolname IN"
            " ('portal_web', 'portal_worker', 'portal_office') WHERE c.relispartition AND c.relkind = 'r'"
            " AND has_table_privilege(r.rolname, c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
        )
        assert cursor.fetchall() == []


def test_every_rule_was_looked_through_and_every_index_serves(db):
    """What an update adds without stopping the portal is asked of all rows by a later step, and none was forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []


def test_no_role_owns_or_empties_anything_but_the_owner(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'portal\\_%'"
            " AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT c.relname, r.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_roles r ON r.rolname IN ('portal_web', 'portal_worker', 'portal_night', 'portal_office')"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            " AND (has_table_privilege(r.rolname, c.oid, 'TRUNCATE') OR c.relowner = r.oid)"
        )
        assert cursor.fetchall() == []


def test_every_key_between_tenant_tables_carries_the_firm(db):
    """A single-column key from one tenant table to another is doubled by a composite one with the firm in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH firm AS (SELECT attrelid FROM pg_attribute WHERE attname = 'firm_id' AND NOT attisdropped),
            keys AS (SELECT c.conrelid, c.confrelid, c.conkey,
                            ARRAY(SELECT attname::text FROM pg_attribute a
                                   WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS columns
                       FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0)
            SELECT k.conrelid::regclass::text, k.columns[1] FROM keys k
             WHERE cardinality(k.columns) = 1 AND k.conrelid IN (SELECT attrelid FROM firm)
               AND k.confrelid IN (SELECT attrelid FROM firm)
               AND NOT EXISTS (SELECT 1 FROM keys o WHERE o.conrelid = k.conrelid AND 'firm_id' = ANY (o.columns)
                                AND k.columns <@ o.columns)
            """
        )
        assert cursor.fetchall() == []
