"""The second wall of invitations and authorizations; an authorization waits for its authorizers alone."""

from django.db import migrations

from accounts.ground.access import entering, inviting, rls

AT_MY_PLACE, MANAGES = entering.AT_MY_PLACE, entering.MANAGES
SEATS_BESIDE = f"seat_id IN (SELECT id FROM accounts_seat WHERE {entering.BESIDE})"
DUTIES = "IN (SELECT app_duties())"
OWN_OR_DUTY = f"(requested_by_id = (SELECT app_seat()) OR {MANAGES} OR id {DUTIES})"
ALL_RIGHTS = "SELECT, INSERT, UPDATE"

TIES = [
    rls.tie("accounts_invitation", "firm_id, seat_id", "accounts_seat", "firm_id, id", "invitation_seat"),
    *[
        tie
        for table in ("authorizationrule", "authorization")
        for tie in (
            rls.tie(f"accounts_{table}", "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_prac"),
            rls.tie(f"accounts_{table}", "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_account"),
        )
    ],
    rls.tie("accounts_authorizer", "firm_id, rule_id", "accounts_authorizationrule", "firm_id, id", "authorizer_rule"),
    rls.tie("accounts_authorizer", "firm_id, seat_id", "accounts_seat", "firm_id, id", "authorizer_seat"),
    rls.tie("accounts_authorization", "firm_id, rule_id", "accounts_authorizationrule", "firm_id, id", "authorized_by"),
    rls.tie("accounts_authorization", "firm_id, requested_by_id", "accounts_seat", "firm_id, id", "authorization_of"),
    rls.tie("accounts_authorization", "firm_id, subject_id", "accounts_seat", "firm_id, id", "authorization_about"),
    rls.tie("accounts_vote", "firm_id, authorization_id", "accounts_authorization", "firm_id, id", "vote_on"),
    rls.tie("accounts_vote", "firm_id, seat_id", "accounts_seat", "firm_id, id", "vote_of"),
]

WALLS = [
    rls.secure(
        "accounts_invitation",
        read=SEATS_BESIDE,
        write=f"{MANAGES} AND {SEATS_BESIDE}",
        web=ALL_RIGHTS,
    ),
    rls.secure(
        "accounts_authorizationrule",
        read=AT_MY_PLACE,
        write=f"{MANAGES} AND {AT_MY_PLACE}",
        web="SELECT, INSERT, UPDATE, DELETE",
    ),
    rls.secure(
        "accounts_authorizer",
        read="rule_id IN (SELECT id FROM accounts_authorizationrule)",
        write=f"{MANAGES} AND {SEATS_BESIDE} AND rule_id IN (SELECT id FROM accounts_authorizationrule)",
        web="SELECT, INSERT, UPDATE, DELETE",
    ),
    rls.secure(
        "accounts_authorization",
        read=f"{AT_MY_PLACE} AND {OWN_OR_DUTY}",
        write=f"{AT_MY_PLACE} AND {OWN_OR_DUTY}",
        web=ALL_RIGHTS,
    ),
    rls.secure(
        "accounts_vote",
        read="authorization_id IN (SELECT id FROM accounts_authorization)",
        write=f"seat_id = (SELECT app_seat()) AND authorization_id {DUTIES}",
        web="SELECT, INSERT",
    ),
    # The pending item is there for those who may approve, and for nobody else.
    migrations.RunSQL(
        f"""
        DROP POLICY page_read ON accounts_request;
        CREATE POLICY page_read ON accounts_request FOR SELECT TO {rls.READERS} USING (
            (kind <> 'authorization' AND {rls.sees()}) OR (kind = 'authorization' AND id {DUTIES}));
        DROP POLICY page_update ON accounts_request;
        CREATE POLICY page_update ON accounts_request FOR UPDATE TO {rls.READERS} USING (
            (kind <> 'authorization' AND {rls.sees()}) OR (kind = 'authorization' AND id {DUTIES}));
        DROP POLICY page_insert ON accounts_request;
        CREATE POLICY page_insert ON accounts_request FOR INSERT TO {rls.READERS} WITH CHECK (
            (kind <> 'authorization' AND {rls.sees()}) OR (kind = 'authorization' AND firm_id = (SELECT app_firm())));
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
]

TRAIL = [
    rls.trailed("accounts_invitation", "seat_id", "state", "times_sent", "expires_at", secrets=("link_hash",)),
    rls.trailed("accounts_authorizationrule", "kinds", "approvals"),
    rls.trailed("accounts_authorizer", "rule_id", "seat_id"),
    rls.trailed("accounts_authorization", "kind", "title", "requested_by_id", "needed", "state"),
    rls.trailed("accounts_vote", "authorization_id", "seat_id", "approves", "reason"),
    rls.append_only("accounts_vote"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_invitations_and_authorizations")]

    operations = [
        migrations.RunSQL(inviting.INVITATION, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(inviting.DUTIES, reverse_sql=migrations.RunSQL.noop),
        *TIES,
        *WALLS,
        *TRAIL,
    ]
