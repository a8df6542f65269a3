"""The second wall: context functions, row-level security, grants per role, composite keys, append-only rows, trail."""

from django.db import migrations

from accounts.ground.access import functions, rls

OWN_USER = "user_id = (SELECT app_user())"
ALL_RIGHTS = "SELECT, INSERT, UPDATE"

CONTEXT = [
    migrations.RunSQL(functions.CONTEXT, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(functions.TRAIL, reverse_sql=migrations.RunSQL.noop),
]

# A row can only point at rows of its own firm; plain foreign keys are checked past the policies and would let it.
TIES = [
    rls.tie("accounts_account", "firm_id, practice_id", "accounts_practice", "firm_id, id", "account_in_firm"),
    rls.tie(
        "accounts_account",
        "firm_id, parent_id, parent_kind",
        "accounts_account",
        "firm_id, id, kind",
        "account_parent_in_firm",
    ),
    # Below a master or an STL master an account belongs to the same practice; a second-level master has its own.
    migrations.RunSQL(
        "ALTER TABLE accounts_account ADD COLUMN parents_practice_id bigint GENERATED ALWAYS AS"
        " (CASE WHEN kind IN ('client', 'stl_sub', 'stl_master') THEN practice_id END) STORED",
        reverse_sql="ALTER TABLE accounts_account DROP COLUMN parents_practice_id",
    ),
    rls.tie(
        "accounts_account",
        "parent_id, parents_practice_id",
        "accounts_account",
        "id, practice_id",
        "account_parent_in_practice",
    ),
    rls.tie("accounts_party", "firm_id, practice_id", "accounts_practice", "firm_id, id", "party_in_firm"),
    rls.tie("accounts_seat", "firm_id, practice_id", "accounts_practice", "firm_id, id", "seat_in_firm"),
    rls.tie("accounts_seat", "firm_id, party_id", "accounts_party", "firm_id, id", "seat_party_in_firm"),
    rls.tie("accounts_seat", "firm_id, account_id", "accounts_account", "firm_id, id", "seat_account_in_firm"),
    rls.tie("accounts_clientright", "firm_id, party_id", "accounts_party", "firm_id, id", "right_party_in_firm"),
    rls.tie("accounts_clientright", "firm_id, account_id", "accounts_account", "firm_id, id", "right_account_in_firm"),
    rls.tie("accounts_book", "firm_id, account_id", "accounts_account", "firm_id, id", "book_account_in_firm"),
    rls.tie("accounts_book", "firm_id, practice_id", "accounts_practice", "firm_id, id", "book_practice_in_firm"),
    *[
        tie
        for table in ("request", "notification", "event", "hold", "transfer")
        for tie in (
            rls.tie(
                f"accounts_{table}",
                "firm_id, account_id",
                "accounts_account",
                "firm_id, id",
                f"{table}_account_in_firm",
            ),
            rls.tie(
                f"accounts_{table}", "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_prac_in_firm"
            ),
        )
    ],
]

WALLS = [
    rls.secure(
        "accounts_firm",
        read="id = (SELECT app_firm())",
        night="SELECT",
        office=ALL_RIGHTS,
    ),
    rls.secure(
        "accounts_practice",
        read="(firm_id = (SELECT app_firm()) AND ((SELECT app_reach()) = 'firm' OR id = (SELECT app_practice())"
        " OR id IN (SELECT a.practice_id FROM accounts_account a"
        " WHERE (SELECT app_reach()) = 'accounts' AND a.id = ANY ((SELECT app_accounts())::bigint[]))))",
        night="SELECT",
        office=ALL_RIGHTS,
    ),
    rls.secure("accounts_account", read=rls.sees(account="id"), night="SELECT, UPDATE", office=ALL_RIGHTS),
    rls.secure(
        "accounts_party",
        read=rls.sees(account=None, also="id = (SELECT app_party())"),
        office=ALL_RIGHTS,
    ),
    rls.secure(
        "accounts_seat",
        read=rls.sees(account=None, also=OWN_USER),
        office=ALL_RIGHTS,
    ),
    rls.secure(
        "accounts_clientright",
        read=f"({rls.sees_account()} OR party_id = (SELECT app_party()))",
        office="SELECT, INSERT, UPDATE, DELETE",
    ),
    rls.secure("accounts_book", read=rls.sees(), night="SELECT, INSERT"),
    rls.secure("accounts_transfer", read=rls.sees(), night="SELECT, INSERT"),
    rls.secure(
        "accounts_request",
        read=rls.sees(),
        write=rls.sees(),
        web=ALL_RIGHTS,
        worker=ALL_RIGHTS,
        night=ALL_RIGHTS,
        office=ALL_RIGHTS,
    ),
    rls.secure("accounts_notification", read=rls.sees(), night="SELECT, INSERT", office="SELECT, INSERT"),
    rls.secure("accounts_notificationread", read=OWN_USER, write=OWN_USER, web="SELECT, INSERT, DELETE"),
    rls.secure(
        "accounts_event",
        read=rls.sees(),
        write=rls.sees(),
        web="SELECT, INSERT",
        worker="SELECT, INSERT",
        night="SELECT, INSERT",
        office="SELECT, INSERT",
    ),
    rls.secure(
        "accounts_trailentry",
        read=rls.sees(),
        night="SELECT",
        office="SELECT",
    ),
    rls.secure("accounts_hold", read=rls.sees(), night=ALL_RIGHTS, office="SELECT, UPDATE"),
    rls.secure(
        "accounts_seal",
        read=rls.sees(practice=None, account=None),
        night="SELECT, INSERT",
        office="SELECT",
    ),
    rls.secure(
        "accounts_outboxmessage",
        read="false",
        write="firm_id = (SELECT app_firm())",
        web="INSERT",
        worker="INSERT",
        night="SELECT, INSERT",
        office=ALL_RIGHTS,
    ),
    # The worker delivers what everybody owes; it opens no page.
    migrations.RunSQL(
        "CREATE POLICY deliver ON accounts_outboxmessage TO portal_worker USING (true) WITH CHECK (true);"
        "GRANT SELECT, UPDATE ON accounts_outboxmessage TO portal_worker",
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.secure("accounts_idempotencykey", read=OWN_USER, write=OWN_USER, web=ALL_RIGHTS, worker="", office="SELECT"),
    rls.secure("accounts_stepupgrant", read=OWN_USER, write=OWN_USER, web=ALL_RIGHTS, worker="", office=ALL_RIGHTS),
    rls.secure("accounts_job", read=OWN_USER, write=OWN_USER, web=ALL_RIGHTS, worker=ALL_RIGHTS, office=ALL_RIGHTS),
]

# Deliberately the same for everybody who may reach them; docs/decisions/0003-global-tables.md says why for each.
OPEN = [
    rls.open_table(
        "accounts_user",
        web="SELECT, UPDATE",
        worker="SELECT",
        office=ALL_RIGHTS,
    ),
    rls.open_table("accounts_calendarday", web="SELECT", worker="SELECT", night="SELECT", office=ALL_RIGHTS),
    rls.open_table("accounts_run", night=ALL_RIGHTS, office="SELECT, INSERT"),
    rls.open_table("accounts_runstage", night=ALL_RIGHTS, office="SELECT"),
    rls.open_table("accounts_runchunk", night=ALL_RIGHTS, office="SELECT"),
    rls.open_table("accounts_user_groups", web="SELECT", office="SELECT, INSERT, DELETE"),
    rls.open_table("accounts_user_user_permissions", web="SELECT", office="SELECT, INSERT, DELETE"),
]

KEPT = [
    rls.append_only("accounts_transfer"),
    rls.append_only("accounts_event"),
    rls.append_only("accounts_trailentry"),
    rls.append_only("accounts_seal"),
]

TRAIL = [
    rls.trailed("accounts_firm", "name", "base_currency", "is_professional", "is_registered"),
    rls.trailed("accounts_practice", "name", "level", "is_registered"),
    rls.trailed(
        "accounts_account",
        *("number", "title", "alias", "kind", "status", "practice_id", "parent_id", "base_currency", "margin_kind"),
        *("opened_on", "funded_on", "closed_on"),
    ),
    rls.trailed("accounts_party", "legal_name", "residence", "email", "language", secrets=("born_on",)),
    rls.trailed(
        "accounts_user", "username", "email", "is_active", "is_staff", "is_superuser", "party_id", secrets=("password",)
    ),
    rls.trailed("accounts_seat", "user_id", "role", "is_active", "practice_id", "account_id", "party_id"),
    rls.trailed("accounts_clientright", "party_id", "account_id", "may_sign"),
    rls.trailed("accounts_calendarday", "day", "is_business", "name", "is_override"),
    rls.trailed("accounts_request", "status", "kind", "title"),
    rls.trailed("accounts_hold", "retry_asked_at", "resolved_at", "resolution"),
]

# Identity columns own sequences; inserting needs the right to use them.
SEQUENCES = [
    migrations.RunSQL(
        "GRANT USAGE ON SCHEMA public TO portal_web, portal_worker, portal_night, portal_office;"
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_web, portal_worker, portal_night, portal_office;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES"
        " TO portal_web, portal_worker, portal_night, portal_office;"
        "REVOKE ALL ON FUNCTION app_enter(bigint, bigint, text) FROM PUBLIC;"
        "GRANT EXECUTE ON FUNCTION app_enter(bigint, bigint, text) TO portal_web, portal_worker, portal_office",
        reverse_sql=migrations.RunSQL.noop,
    )
]


class Migration(migrations.Migration):
    """Nothing is visible until a wall says for whom."""

    dependencies = [("accounts", "0001_initial")]

    operations = [*CONTEXT, *TIES, *WALLS, *OPEN, *KEPT, *TRAIL, *SEQUENCES]
