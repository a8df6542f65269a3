"""People change the tree from their pages: what each may write, which record of a number lives, what was refused."""

from django.db import migrations, models

from accounts.ground.access import rls

# The top level makes what stands in its firm; a second level makes clients of its own and nothing else. Which row goes
# to whom is written once: pages may change a status and its dates, never the firm, the practice or the number.
TOP_MAKES = "((SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm()) AND kind <> 'top_master')"
# A user with chosen accounts changes those, and starts none.
CHOSEN = (
    "((SELECT app_reach()) = 'accounts' AND (SELECT app_role()) IN ('top', 'second') AND kind <> 'top_master'"
    " AND id = ANY ((SELECT app_accounts())::bigint[]))"
)
SECOND_MAKES = "((SELECT app_reach()) = 'practice' AND practice_id = (SELECT app_practice()) AND kind = 'client')"

WRITES = [
    rls.writes(
        "accounts_account",
        insert=f"({TOP_MAKES} OR {SECOND_MAKES})",
        update=f"({TOP_MAKES} OR {SECOND_MAKES} OR {CHOSEN})",
        columns=("status", "application_started_on", "opened_on", "closed_on"),
    ),
    rls.writes(
        "accounts_practice",
        insert="((SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm()) AND level = 2)",
    ),
]

TRAIL = [
    migrations.RunSQL("DROP TRIGGER accounts_account_trail ON accounts_account", reverse_sql=migrations.RunSQL.noop),
    rls.trailed(
        "accounts_account",
        *("number", "title", "alias", "kind", "level", "status", "practice_id", "parent_id", "base_currency"),
        *("margin_kind", "application_started_on", "opened_on", "funded_on", "closed_on", "is_own", "moved_on"),
    ),
    # What somebody tried and was refused is rolled back with its transaction; this note is written after it, from the
    # seat alone, so that nobody can leave a note in another's name.
    migrations.RunSQL(
        """
        CREATE FUNCTION app_note_refusal(the_user bigint, the_seat bigint, the_method text, the_path text, what jsonb,
                                         the_address text)
            RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            INSERT INTO accounts_trailentry ("at", "table", "row", operation, firm_id, practice_id, account_id, user_id,
                                             role, address, old, new)
            SELECT now(), 'refused', left(the_path, 80), left(lower(the_method), 6), s.firm_id, s.practice_id,
                   s.account_id, the_user, session_user, left(the_address, 45), NULL, what
              FROM (SELECT 1) one LEFT JOIN accounts_seat s ON s.id = the_seat AND s.user_id = the_user
        $$;
        REVOKE ALL ON FUNCTION app_note_refusal(bigint, bigint, text, text, jsonb, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION app_note_refusal(bigint, bigint, text, text, jsonb, text)
            TO portal_web, portal_worker, portal_office
        """,
        reverse_sql="DROP FUNCTION app_note_refusal(bigint, bigint, text, text, jsonb, text)",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_known_movements")]

    operations = [
        migrations.RemoveIndex(model_name="account", name="account_parent"),
        migrations.AddField(
            model_name="account",
            name="is_own",
            field=models.BooleanField(db_default=False, default=False, help_text="The advisor's own trading account"),
        ),
        migrations.AddField(
            model_name="account",
            name="moved_on",
            field=models.DateField(
                blank=True,
                help_text="The day it went on under another firm; this record stays closed",
                null=True,
            ),
        ),
        migrations.AlterField(model_name="account", name="number", field=models.CharField(max_length=10)),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["parent", "kind", "sort_key", "id"], name="account_parent_sorted"),
        ),
        migrations.AddIndex(model_name="account", index=models.Index(fields=["number"], name="account_number")),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("moved_on__isnull", True)), fields=("number",), name="account_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("moved_on__isnull", True), ("status", "C"), _connector="OR"),
                name="account_moved_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_own", False), ("kind", "client"), _connector="OR"),
                name="account_own_is_client",
            ),
        ),
        *WRITES,
        *TRAIL,
    ]
