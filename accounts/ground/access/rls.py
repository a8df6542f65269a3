"""Migration operations for the second wall: row-level security, grants per role and composite keys across tenants."""

from django.db import migrations

OWNER = "portal_owner"
READERS = "portal_web, portal_worker"

# What a page's policies may see; sub-selects make PostgreSQL read the settings once a query, not once a row.
_REACH = "(SELECT app_reach())"


def instead(text: str, old: str, new: str) -> str:
    """SQL with one thing said instead of another. It must be there: reworded above, the old text would stay in force
    below, and nobody would hear of it."""
    assert old in text, f"the SQL does not say {old!r}"
    return text.replace(old, new)


def anew(text: str) -> str:
    """The SQL of functions that are there already."""
    return instead(text, "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def sees(
    *,
    firm: str = "firm_id",
    practice: str | None = "practice_id",
    account: str | None = "account_id",
    also: str | None = None,
) -> str:
    """The predicate of one table, from the names of its columns; a column that is None closes that reach.

    `also` is one more way to see the row, such as being the person it is about.
    """
    parts = [f"({_REACH} = 'firm' AND {firm} = (SELECT app_firm()))"]
    if practice:
        parts.append(f"({_REACH} = 'practice' AND {practice} = (SELECT app_practice()))")
    if account:
        parts.append(f"({_REACH} = 'accounts' AND {account} = ANY ((SELECT app_accounts())::bigint[]))")
    if also:
        parts.append(also)
    return "(" + " OR ".join(parts) + ")"


def reaches(*, firm: str = "firm_id", practice: str = "practice_id", account: str = "account_id") -> str:
    """The same predicate as `sees`, for tables that grow long.

    PostgreSQL expects a CASE to keep half of the rows and the OR of `sees` a two-hundredth; with so few expected it
    reads everything and sorts, where an index has the rows in order.
    """
    return (
        f"(CASE {_REACH} WHEN 'firm' THEN {firm} = (SELECT app_firm())"
        f" WHEN 'practice' THEN {practice} = (SELECT app_practice())"
        f" WHEN 'accounts' THEN {account} = ANY ((SELECT app_accounts())::bigint[]) ELSE false END)"
    )


def read_by(table: str, *, now: str, before: str) -> migrations.RunSQL:
    """Another wording of what pages may read of a table."""
    return migrations.RunSQL(
        f"ALTER POLICY page_read ON {table} USING ({now})",
        reverse_sql=f"ALTER POLICY page_read ON {table} USING ({before})",
    )


def sees_account(column: str = "account_id") -> str:
    """The predicate of a table that has only an account: visible with its account, under the account's own policy."""
    return f"EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = {column})"


def at_home(table: str) -> str:
    """The predicate of a row that stands with its account: its practice is the account's, or one's own without one.

    A policy that compares only the practice would let a practice hang its row on a sibling's account.
    """
    return (
        f"(CASE WHEN {table}.account_id IS NULL THEN {table}.practice_id = (SELECT app_practice())"
        f" ELSE EXISTS (SELECT 1 FROM accounts_account home WHERE home.id = {table}.account_id"
        f" AND home.practice_id = {table}.practice_id) END)"
    )


def secure(
    table: str,
    *,
    read: str,
    write: str | None = None,
    web: str = "SELECT",
    worker: str = "SELECT",
    night: str = "",
    office: str = "SELECT",
) -> migrations.RunSQL:
    """Force row-level security on a table: `read` for pages, `write` for what pages may change, true for the roles
    that have their own connection (night, office, owner), each limited by its grants."""
    sql = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY owner_all ON {table} TO {OWNER} USING (true) WITH CHECK (true)",
        f"CREATE POLICY page_read ON {table} FOR SELECT TO {READERS} USING ({read})",
    ]
    if write:
        sql += [
            f"CREATE POLICY page_insert ON {table} FOR INSERT TO {READERS} WITH CHECK ({write})",
            f"CREATE POLICY page_update ON {table} FOR UPDATE TO {READERS} USING ({write}) WITH CHECK ({write})",
            f"CREATE POLICY page_delete ON {table} FOR DELETE TO {READERS} USING ({write})",
        ]
    for role, rights in (("portal_night", night), ("portal_office", office)):
        if rights:
            sql.append(f"CREATE POLICY {role}_all ON {table} TO {role} USING (true) WITH CHECK (true)")
    sql += grants(table, web=web, worker=worker, night=night, office=office)
    return migrations.RunSQL(";\n".join(sql), reverse_sql=migrations.RunSQL.noop)


def narrow(table: str, practice: str = "practice_id") -> migrations.RunSQL:
    """For rows of a payee who need not be the account's own advisor: a second level's user with fewer accounts reads
    those of its own practice only, where a client with the same accounts reads all."""
    return migrations.RunSQL(
        f"CREATE POLICY narrowed ON {table} AS RESTRICTIVE FOR SELECT TO {READERS} USING "
        f"((SELECT app_role()) IS DISTINCT FROM 'second' OR {practice} = (SELECT app_practice()))",
        reverse_sql=f"DROP POLICY narrowed ON {table}",
    )


def writes(table: str, *, insert: str = "", update: str = "", columns: tuple[str, ...] = ()) -> migrations.RunSQL:
    """What pages may add to and change on a table they could only read; only the named columns ever change."""
    sql = []
    if insert:
        sql += [
            f"CREATE POLICY page_insert ON {table} FOR INSERT TO {READERS} WITH CHECK ({insert})",
            f"GRANT INSERT ON {table} TO {READERS}",
        ]
    if update:
        sql += [
            f"CREATE POLICY page_update ON {table} FOR UPDATE TO {READERS} USING ({update}) WITH CHECK ({update})",
            f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {READERS}",
        ]
    return migrations.RunSQL(";\n".join(sql), reverse_sql=migrations.RunSQL.noop)


def grants(table: str, *, web: str = "", worker: str = "", night: str = "", office: str = "") -> list[str]:
    """GRANT statements, one for each role that has any rights."""
    sql = []
    for role, rights in (
        ("portal_web", web),
        ("portal_worker", worker),
        ("portal_night", night),
        ("portal_office", office),
    ):
        if rights:
            sql.append(f"GRANT {rights} ON {table} TO {role}")
    return sql


def open_table(table: str, **rights: str) -> migrations.RunSQL:
    """Grants for a table that is deliberately the same for everybody; it must stand on the written global list."""
    return migrations.RunSQL(";\n".join(grants(table, **rights)), reverse_sql=migrations.RunSQL.noop)


def tie(table: str, columns: str, target: str, target_columns: str, name: str) -> migrations.RunSQL:
    """A composite foreign key, so that a row can never point into another firm (plain keys bypass the policies)."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns})",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def append_only(table: str) -> migrations.RunSQL:
    """Refuse update, delete and truncate by trigger, whoever asks."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
        """,
        reverse_sql=f"DROP TRIGGER {table}_stays ON {table}; DROP TRIGGER {table}_kept ON {table}",
    )


def trailed(table: str, *columns: str, secrets: tuple[str, ...] = ()) -> migrations.RunSQL:
    """Write every change of the named columns to the trail; secret columns are recorded as changed, never as values."""
    names = ", ".join(f"'{name}'" for name in (*columns, *(f"!{name}" for name in secrets)))
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_trail AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION app_write_trail({names})",
        reverse_sql=f"DROP TRIGGER {table}_trail ON {table}",
    )
