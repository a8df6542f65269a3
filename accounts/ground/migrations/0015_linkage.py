"""Links: wishes to stand with another advisor, seen by who asks and who is asked; each list gets its item by trigger."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

# An owner, or an advisor for itself, asks. Whom somebody asks is nobody's business at the former advisor until the
# asked one has accepted; a user with chosen accounts reads what is accepted and asks nothing.
IS_ADVISOR = "(SELECT app_role()) IN ('top', 'second')"
LEAVES = "(state <> 'asked' OR asked_by = (SELECT app_user()))"
OWNER = (
    f"((SELECT app_reach()) = 'accounts' AND NOT {IS_ADVISOR} AND account_id = ANY ((SELECT app_accounts())::bigint[]))"
)
CHOSEN = f"((SELECT app_reach()) = 'accounts' AND {IS_ADVISOR} AND state <> 'asked' AND account_id = ANY ((SELECT app_accounts())::bigint[]))"
FORMER = (
    f"(((SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm()) AND {LEAVES})"
    f" OR ((SELECT app_reach()) = 'practice' AND practice_id = (SELECT app_practice()) AND {LEAVES}))"
)
ASKED = (
    "(((SELECT app_reach()) = 'firm' AND to_firm_id = (SELECT app_firm()))"
    " OR ((SELECT app_reach()) = 'practice' AND to_practice_id = (SELECT app_practice())))"
)
ITSELF = "((SELECT app_reach()) IN ('firm', 'practice') AND practice_id = (SELECT app_practice()))"
DECIDES = "((SELECT app_reach()) IN ('firm', 'practice') AND to_practice_id = (SELECT app_practice()))"
MINE = "asked_by = (SELECT app_user())"

WALLS = [
    rls.tie("accounts_linkage", "firm_id, practice_id", "accounts_practice", "firm_id, id", "link_practice_in_firm"),
    rls.tie("accounts_linkage", "firm_id, account_id", "accounts_account", "firm_id, id", "link_account_in_firm"),
    rls.tie("accounts_linkage", "to_firm_id, to_practice_id", "accounts_practice", "firm_id, id", "link_to_practice"),
    rls.tie("accounts_linkage", "to_firm_id, to_master_id", "accounts_account", "firm_id, id", "link_to_master"),
    rls.secure(
        "accounts_linkage",
        read=f"({OWNER} OR {CHOSEN} OR {FORMER} OR {ASKED})",
        office="SELECT, UPDATE",
    ),
    rls.writes(
        "accounts_linkage",
        insert=f"(({OWNER} OR {ITSELF}) AND state = 'asked' AND {MINE} AND firm_id = (SELECT app_firm()))",
        update=f"({DECIDES} OR {MINE})",
        columns=("state", "decided_at", "decided_by", "effective_at"),
    ),
    rls.trailed(
        "accounts_linkage",
        *("account_id", "practice_id", "to_practice_id", "number", "state", "asked_by", "decided_by", "effective_at"),
        *("done_at", "problem"),
    ),
]

FUNCTIONS = migrations.RunSQL(
    """
    -- Who names an advisor by id and title together may ask it for a link; nobody lists advisors of other firms.
    CREATE FUNCTION app_named_master(the_number text, the_title text)
        RETURNS TABLE (firm_id bigint, practice_id bigint, account_id bigint, kind text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.firm_id, a.practice_id, a.id, a.kind::text FROM accounts_account a
         WHERE a.number = the_number AND lower(a.title) = lower(the_title) AND a.moved_on IS NULL
           AND a.kind IN ('top_master', 'second_master') AND a.status = 'O' AND app_user() IS NOT NULL
    $$;
    REVOKE ALL ON FUNCTION app_named_master(text, text) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION app_named_master(text, text) TO portal_web, portal_worker;

    -- The asked advisor's list is not the asker's to write.
    CREATE FUNCTION app_list_linkage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail,
                                          natural_key, day)
            VALUES (gen_random_uuid(), NEW.to_firm_id, NEW.to_practice_id, NULL, 'linkage', 'awaiting_advisor',
                    left(NEW.number || ' ' || NEW.title, 200), '{}', 'linkage ' || NEW.id,
                    (NEW.asked_at AT TIME ZONE 'America/New_York')::date);
        ELSIF OLD.state = 'asked' AND NEW.state <> 'asked' THEN
            UPDATE accounts_request SET finished_at = NEW.decided_at,
                   status = CASE NEW.state WHEN 'accepted' THEN 'approved' WHEN 'rejected' THEN 'rejected'
                                           ELSE 'cancelled' END
             WHERE firm_id = NEW.to_firm_id AND kind = 'linkage' AND natural_key = 'linkage ' || NEW.id
               AND finished_at IS NULL;
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER accounts_linkage_listed AFTER INSERT OR UPDATE OF state ON accounts_linkage
        FOR EACH ROW EXECUTE FUNCTION app_list_linkage();

    -- A move is carried out under the back office's login, because it may cross from firm to firm.
    GRANT UPDATE (practice_id) ON accounts_hold TO portal_office;
    """,
    reverse_sql="DROP TRIGGER accounts_linkage_listed ON accounts_linkage; DROP FUNCTION app_list_linkage();"
    " DROP FUNCTION app_named_master(text, text)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_invitation_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Linkage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=200)),
                ("holder", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for the advisor"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                            ("done", "Carried out"),
                            ("failed", "Could not be carried out"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.BigIntegerField(null=True)),
                ("effective_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
                (
                    "to_firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "to_master",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "to_practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AskedLinkage",
            fields=[],
            options={
                "abstract": False,
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("accounts.linkage",),
        ),
        migrations.AddIndex(
            model_name="linkage",
            index=models.Index(condition=models.Q(("state", "accepted")), fields=["effective_at"], name="link_due"),
        ),
        migrations.AddIndex(
            model_name="linkage",
            index=models.Index(fields=["to_practice", "asked_at"], name="link_to_practice"),
        ),
        migrations.AddIndex(
            model_name="linkage",
            index=models.Index(fields=["practice", "asked_at"], name="link_practice"),
        ),
        migrations.AddConstraint(
            model_name="linkage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("asked", "accepted"))),
                fields=("account",),
                name="one_living_link_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True), ("effective_at__isnull", False), _connector="OR"
                ),
                name="link_accepted_has_time",
            ),
        ),
        *WALLS,
        FUNCTIONS,
    ]
