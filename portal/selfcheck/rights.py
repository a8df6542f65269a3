"""The second wall as it stands in the database: row-level security, grants, triggers, functions."""

from collections.abc import Callable

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break
from portal.lib.words import Sentence, gettext_noop

# Tables that belong to no firm; docs/decisions/0003-global-tables.md says why, and a test compares the lists.
GLOBAL_TABLES = (
    *("account_emailaddress", "account_emailconfirmation"),
    *("accounts_calendarday", "accounts_run", "accounts_runchunk", "accounts_runstage", "accounts_session"),
    *("accounts_user", "accounts_user_groups", "accounts_user_user_permissions"),
    *("auth_group", "auth_group_permissions", "auth_permission", "crm_peppername"),
    *("django_admin_log", "django_content_type", "django_migrations", "django_session"),
    *("django_celery_beat_clockedschedule", "django_celery_beat_crontabschedule"),
    *("django_celery_beat_intervalschedule", "django_celery_beat_periodictask"),
    *("django_celery_beat_periodictasks", "django_celery_beat_solarschedule"),
)
# Facts of the market, which every page may read; what the worker delivers for everybody; the public keys to which it
# seals what it leaves in client books.
OPEN_POLICIES = frozenset(
    {
        *("broker_closingprice", "broker_fxrate", "broker_instrument", "desk_mailboxrate", "desk_marketdataoffer"),
        *("accounts_outboxmessage", "crm_epoch"),
    }
)
APPEND_ONLY = (
    *("accounts_transfer", "accounts_event", "accounts_trailentry", "accounts_seal"),
    *("fees_component", "fees_accrual", "fees_charge"),
)
ROLES = ("portal_web", "portal_worker", "portal_night", "portal_office")
OF_THE_PORTAL = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"


def every_tenant_table_forces_row_level_security() -> list[Break]:
    """Also against its owner; a table of all firms stands on the written list."""
    return _names(
        gettext_noop("The table %(name)s does not force row-level security."),
        f"SELECT c.relname FROM pg_class c WHERE {OF_THE_PORTAL}"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> ALL (%s)",
        list(GLOBAL_TABLES),
    )


def no_policy_is_open_to_pages() -> list[Break]:
    """A policy that says `true` to pages or to everybody would show every firm's rows."""
    return _names(
        gettext_noop("A policy of %(name)s shows its rows to everybody."),
        "SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public' AND qual = 'true'"
        " AND roles && ARRAY['public', 'portal_web', 'portal_worker']::name[] AND tablename <> ALL (%s)",
        sorted(OPEN_POLICIES),
    )


def no_role_is_above_the_wall() -> list[Break]:
    """Nobody is superuser, bypasses row-level security, makes roles, or is a member of the owner.

    The owner may create databases: the tests' own.
    """
    return _names(
        gettext_noop("The role %(name)s stands above the wall."),
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY (%s)"
        " AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolname <> 'portal_owner'"
        " AND (r.rolcreatedb OR pg_has_role(r.oid, 'portal_owner', 'MEMBER')))",
        [*ROLES, "portal_owner"],
    )


def only_the_owner_owns() -> list[Break]:
    """An owner could switch its own wall off."""
    return _names(
        gettext_noop("%(name)s belongs to a role that serves people."),
        f"SELECT c.relname FROM pg_class c WHERE {OF_THE_PORTAL} AND c.relowner::regrole::text = ANY (%s)"
        " UNION ALL SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND p.proowner::regrole::text = ANY (%s)",
        list(ROLES),
        list(ROLES),
    )


def nobody_may_truncate() -> list[Break]:
    """TRUNCATE asks no policy."""
    return _names(
        gettext_noop("A role may empty %(name)s."),
        f"SELECT DISTINCT c.relname || ' (' || r.rolname || ')' FROM pg_class c, pg_roles r WHERE {OF_THE_PORTAL}"
        " AND r.rolname = ANY (%s) AND has_table_privilege(r.oid, c.oid, 'TRUNCATE')",
        list(ROLES),
    )


def posted_rows_cannot_be_changed() -> list[Break]:
    """The triggers that refuse are there and enabled."""
    return _names(
        gettext_noop("%(name)s: nothing refuses that its rows are changed."),
        "SELECT t.name || ' ' || g.part FROM unnest(%s::text[]) t (name), (VALUES ('stays'), ('kept')) g (part)"
        " WHERE NOT EXISTS (SELECT 1 FROM pg_trigger x WHERE x.tgrelid = to_regclass('public.' || t.name)"
        " AND x.tgname = t.name || '_' || g.part AND x.tgenabled IN ('O', 'A'))",
        list(APPEND_ONLY),
    )


def no_role_may_rewrite_the_ledger() -> list[Break]:
    """Not even before the triggers: the right itself is not given."""
    return _names(
        gettext_noop("A role may change %(name)s."),
        "SELECT DISTINCT t.name || ' (' || r.rolname || ')' FROM unnest(%s::text[]) t (name), pg_roles r"
        " WHERE r.rolname = ANY (%s) AND (has_table_privilege(r.oid, to_regclass('public.' || t.name), 'DELETE')"
        " OR t.name <> 'fees_charge' AND has_any_column_privilege(r.oid, to_regclass('public.' || t.name), 'UPDATE'))",
        list(APPEND_ONLY),
        list(ROLES),
    )


def partitions_are_reached_through_their_parent() -> list[Break]:
    """A partition read directly would not ask its parent's policies."""
    return _names(
        gettext_noop("The partition %(name)s can be reached past its parent."),
        "SELECT c.relname FROM pg_class c, pg_roles r WHERE c.relispartition AND c.relkind = 'r'"
        " AND r.rolname = ANY (%s) AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')",
        list(ROLES),
    )


def definer_functions_fix_their_path() -> list[Break]:
    """A function with its owner's rights must not find a stranger's table first."""
    return _names(
        gettext_noop("The function %(name)s has its owner's rights and no search path of its own."),
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
        " AND NOT EXISTS (SELECT 1 FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%%')"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    )


CHECKS: tuple[Callable[[], list[Break]], ...] = (
    every_tenant_table_forces_row_level_security,
    no_policy_is_open_to_pages,
    no_role_is_above_the_wall,
    only_the_owner_owns,
    nobody_may_truncate,
    posted_rows_cannot_be_changed,
    no_role_may_rewrite_the_ledger,
    partitions_are_reached_through_their_parent,
    definer_functions_fix_their_path,
)


def _names(msgid: str, sql: str, *values: object) -> list[Break]:
    with cursor() as cur:
        cur.execute(sql, list(values))
        return [Break("rights", None, Sentence(msgid, {"name": name})) for (name,) in cur.fetchall()]
