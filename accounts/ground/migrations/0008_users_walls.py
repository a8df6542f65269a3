"""The second wall of users, roles, chosen accounts and tokens; who is acting now includes what the user was given."""

from django.db import migrations

from accounts.ground.access import entering, rls

OWN_USER = "user_id = (SELECT app_user())"
BESIDE, AT_MY_PLACE, MANAGES = entering.BESIDE, entering.AT_MY_PLACE, entering.MANAGES
SEATS_BESIDE = f"seat_id IN (SELECT id FROM accounts_seat WHERE {BESIDE})"

CONTEXT = [
    migrations.RunSQL(sql, reverse_sql=migrations.RunSQL.noop)
    for sql in (
        entering.DROP_OLD,
        entering.SETTINGS,
        entering.ABILITIES,
        entering.ACCOUNTS,
        entering.ENTER,
        entering.NO_STAFF,
    )
]

TIES = [
    rls.tie("accounts_accessrole", "firm_id, practice_id", "accounts_practice", "firm_id, id", "access_role_prac"),
    rls.tie("accounts_accessrole", "firm_id, account_id", "accounts_account", "firm_id, id", "access_role_account"),
    rls.tie("accounts_seat", "firm_id, access_role_id", "accounts_accessrole", "firm_id, id", "seat_role_in_firm"),
    rls.tie("accounts_seat", "firm_id, principal_id", "accounts_seat", "firm_id, id", "seat_principal_in_firm"),
    rls.tie("accounts_seataccount", "firm_id, seat_id", "accounts_seat", "firm_id, id", "chosen_seat_in_firm"),
    rls.tie("accounts_seataccount", "firm_id, account_id", "accounts_account", "firm_id, id", "chosen_account_in_firm"),
    rls.tie("accounts_apitoken", "firm_id, seat_id", "accounts_seat", "firm_id, id", "token_seat_in_firm"),
]

# A manager writes only seats that stand exactly where its own does, and makes nobody a primary user.
SEATS = migrations.RunSQL(
    f"""
    DROP POLICY page_read ON accounts_seat;
    CREATE POLICY page_read ON accounts_seat FOR SELECT TO {rls.READERS}
        USING ({rls.sees(account=None, also=OWN_USER)} OR {BESIDE});
    CREATE POLICY page_insert ON accounts_seat FOR INSERT TO {rls.READERS}
        WITH CHECK ({MANAGES} AND {BESIDE} AND standing <> 'primary');
    CREATE POLICY page_update ON accounts_seat FOR UPDATE TO {rls.READERS}
        USING ({MANAGES} AND {BESIDE})
        WITH CHECK ({MANAGES} AND {BESIDE} AND (standing <> 'primary' OR NOT is_active));
    GRANT INSERT, UPDATE ON accounts_seat TO portal_web, portal_worker;
    GRANT INSERT ON accounts_user TO portal_web;
    """,
    reverse_sql=migrations.RunSQL.noop,
)

TOKENS = migrations.RunSQL(
    f"""
    ALTER TABLE accounts_apitoken ENABLE ROW LEVEL SECURITY;
    ALTER TABLE accounts_apitoken FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON accounts_apitoken TO {rls.OWNER} USING (true) WITH CHECK (true);
    CREATE POLICY portal_office_all ON accounts_apitoken TO portal_office USING (true) WITH CHECK (true);
    CREATE POLICY page_read ON accounts_apitoken FOR SELECT TO {rls.READERS}
        USING ({OWN_USER} OR ({MANAGES} AND {SEATS_BESIDE}));
    CREATE POLICY page_insert ON accounts_apitoken FOR INSERT TO {rls.READERS}
        WITH CHECK ({OWN_USER} AND seat_id = (SELECT app_seat()));
    CREATE POLICY page_update ON accounts_apitoken FOR UPDATE TO {rls.READERS}
        USING ({OWN_USER} OR ({MANAGES} AND {SEATS_BESIDE}))
        WITH CHECK (({OWN_USER} OR ({MANAGES} AND {SEATS_BESIDE})) AND revoked_at IS NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON accounts_apitoken TO portal_web;
    GRANT SELECT, UPDATE ON accounts_apitoken TO portal_office;
    """,
    reverse_sql=migrations.RunSQL.noop,
)

WALLS = [
    SEATS,
    TOKENS,
    rls.secure(
        "accounts_accessrole",
        read=AT_MY_PLACE,
        write=f"{MANAGES} AND {AT_MY_PLACE}",
        web="SELECT, INSERT, UPDATE, DELETE",
    ),
    rls.secure(
        "accounts_seataccount",
        read=SEATS_BESIDE,
        write=f"{MANAGES} AND {SEATS_BESIDE} AND {rls.sees_account()}",
        web="SELECT, INSERT, DELETE",
        office="SELECT, DELETE",
    ),
]

TRAIL = [
    migrations.RunSQL("DROP TRIGGER accounts_seat_trail ON accounts_seat", reverse_sql=migrations.RunSQL.noop),
    rls.trailed(
        "accounts_seat",
        *("user_id", "role", "is_active", "practice_id", "account_id", "party_id", "standing", "principal_id"),
        *("access_role_id", "abilities", "holdings", "account_types", "is_security_officer"),
        *("is_account_representative", "is_employee", "ended_at"),
    ),
    rls.trailed("accounts_accessrole", "name", "abilities"),
    rls.trailed("accounts_seataccount", "seat_id", "account_id"),
    rls.trailed(
        "accounts_apitoken",
        *("name", "seat_id", "abilities", "expires_at", "revoked_at"),
        secrets=("secret_hash",),
    ),
]


class Migration(migrations.Migration):
    """Functions are held by the first wall, accounts by both; docs/decisions/0021-users-and-rights.md says why."""

    dependencies = [("accounts", "0007_users_and_rights")]

    operations = [*CONTEXT, *TIES, *WALLS, *TRAIL]
