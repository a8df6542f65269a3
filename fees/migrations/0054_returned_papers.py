"""Fee proposals signed on paper: handed in by the payee, decided by the back office, which then signs for the client."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls

# The payee hands in a paper for what it has sent, of exactly that text; nobody edits it, and the office decides it.
HANDS_IN = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()) AND sent_by_id = (SELECT app_user())"
    " AND state = 'review' AND decided_at IS NULL AND decided_by_id IS NULL"
    " AND EXISTS (SELECT 1 FROM fees_proposal p WHERE p.id = proposal_id AND p.state = 'proposed'"
    " AND p.document_hash = fees_returnedpaper.document_hash))"
)
WALLS = [
    rls.tie(
        "fees_returnedpaper",
        "firm_id, account_id, practice_id, proposal_id",
        "fees_proposal",
        "firm_id, account_id, practice_id, id",
        "paper_of_proposal",
    ),
    rls.secure(
        "fees_returnedpaper",
        read=rls.sees(),
        web="SELECT, INSERT",
        worker="SELECT",
        office="SELECT, UPDATE (state, decided_by_id, decided_at, reason)",
    ),
    rls.narrow("fees_returnedpaper"),
    rls.trailed("fees_returnedpaper", "state", "signed_name", "signed_on", "sha256", "reason"),
]
KEPT = f"""
CREATE POLICY page_insert ON fees_returnedpaper FOR INSERT TO {rls.READERS} WITH CHECK ({HANDS_IN});
CREATE FUNCTION fees_keep_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decides text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'reason'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'review' OR to_jsonb(NEW) - decides IS DISTINCT FROM to_jsonb(OLD) - decides THEN
        RAISE EXCEPTION 'a paper stays as it was handed in, and is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_returnedpaper_stays BEFORE UPDATE OR DELETE ON fees_returnedpaper
    FOR EACH ROW EXECUTE FUNCTION fees_keep_paper();
CREATE TRIGGER fees_returnedpaper_kept BEFORE TRUNCATE ON fees_returnedpaper
    FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
"""
# Within the transaction that accepts a paper, while the proposal still waits.
_ACCEPTED = (
    "SELECT 1 FROM fees_proposal p JOIN fees_signature g ON g.proposal_id = p.id AND g.kind = 'paper'"
    " JOIN fees_returnedpaper r ON r.proposal_id = p.id AND r.state = 'accepted'"
    " WHERE p.state = 'proposed' AND p.account_id = {row}.account_id AND p.practice_id = {row}.practice_id"
)
ON_PAPER = {
    "fees_signature": (
        "kind = 'paper' AND EXISTS (SELECT 1 FROM fees_returnedpaper r JOIN fees_proposal p ON p.id = r.proposal_id"
        " WHERE r.proposal_id = fees_signature.proposal_id AND r.state = 'accepted' AND p.state = 'proposed'"
        " AND r.signed_name = fees_signature.name AND r.document_hash = fees_signature.document_hash"
        " AND r.decided_by_id = fees_signature.user_id AND r.decided_at = fees_signature.at)"
    ),
    "fees_schedule": (
        f"EXISTS ({_ACCEPTED.format(row='fees_schedule')} AND g.document_hash = fees_schedule.document_hash"
        " AND g.at = fees_schedule.signed_at AND g.name = fees_schedule.signed_name"
        " AND p.strategy = fees_schedule.strategy AND fees_schedule.ends IS NULL"
        " AND p.commissions_to_master = fees_schedule.commissions_to_master"
        " AND p.other_fees_to_master = fees_schedule.other_fees_to_master"
        " AND fees_schedule.starts >= coalesce(p.asked_start, '-infinity'::date))"
    ),
    "fees_component": (
        "EXISTS (SELECT 1 FROM fees_schedule s WHERE s.id = fees_component.schedule_id AND EXISTS"
        f" ({_ACCEPTED.format(row='s')} AND g.document_hash = s.document_hash"
        " AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.components) c"
        " WHERE (c ->> 'method')::int = fees_component.method"
        " AND (c ->> 'rate')::numeric IS NOT DISTINCT FROM fees_component.rate"
        " AND (c ->> 'flat')::numeric IS NOT DISTINCT FROM fees_component.flat"
        " AND c -> 'tiers' = fees_component.tiers AND c ->> 'mode' = fees_component.mode"
        " AND c -> 'terms' = fees_component.terms)))"
    ),
    "fees_runschedule": (
        "EXISTS (SELECT 1 FROM fees_schedule s JOIN fees_component k ON k.schedule_id = s.id"
        " WHERE s.id = fees_runschedule.schedule_id AND k.id = fees_runschedule.component_id"
        " AND k.method = fees_runschedule.method AND s.account_id = fees_runschedule.account_id"
        " AND s.practice_id = fees_runschedule.practice_id AND s.starts = fees_runschedule.starts"
        f" AND EXISTS ({_ACCEPTED.format(row='s')} AND g.document_hash = s.document_hash))"
    ),
    "fees_invoicecap": (
        f"EXISTS ({_ACCEPTED.format(row='fees_invoicecap')} AND g.document_hash = fees_invoicecap.document_hash"
        " AND p.cap_kind = fees_invoicecap.kind AND p.cap_rate = fees_invoicecap.rate"
        " AND fees_invoicecap.amount IS NULL)"
    ),
}
# The office's own policy allows everything that it is granted, so each of these only takes away.
OFFICE = (
    "".join(
        f"CREATE POLICY on_paper_insert ON {table} AS RESTRICTIVE FOR INSERT TO portal_office WITH CHECK ({condition});"
        f" GRANT INSERT ON {table} TO portal_office;"
        for table, condition in ON_PAPER.items()
    )
    + """
GRANT UPDATE (decided_by, starts, schedule_id, cap_id, reason) ON fees_proposal TO portal_office;
GRANT USAGE ON SEQUENCE fees_schedule_id_seq, fees_component_id_seq, fees_invoicecap_id_seq TO portal_office;

-- Who is told, also by the office, which sees every seat; for a money manager it is the practice of the account.
CREATE OR REPLACE FUNCTION fees_people_of_proposal(the_proposal uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM fees_proposal p
      JOIN accounts_account a ON a.id = p.account_id
      CROSS JOIN LATERAL (
           SELECT CASE WHEN EXISTS (SELECT 1 FROM accounts_account b WHERE b.practice_id = p.practice_id
                                       AND b.kind = 'money_manager')
                       THEN a.practice_id ELSE p.practice_id END AS practice_id) told
      JOIN accounts_seat s ON s.is_active AND s.firm_id = p.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = told.practice_id
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE p.id = the_proposal
       AND (NOT app_is_page() OR p.firm_id = app_firm()
            AND (app_practice() IN (p.practice_id, told.practice_id) OR p.account_id = ANY (app_accounts())))
     ORDER BY s.user_id
$$;
GRANT EXECUTE ON FUNCTION fees_people_of_proposal(uuid, text) TO portal_office;
"""
)


class Migration(migrations.Migration):
    """The office may put into force what a paper says that it has accepted, and nothing else."""

    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("fees", "0053_payees_and_set_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="kind",
            field=models.CharField(
                choices=[("typed", "Typed name"), ("drawn", "Drawn signature"), ("paper", "Signed on paper")],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ReturnedPaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("review", "With the back office"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                        ],
                        default="review",
                        max_length=10,
                    ),
                ),
                ("signed_name", models.CharField(max_length=200)),
                ("signed_on", models.DateField(help_text="Day written on the paper")),
                ("document_hash", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                        verbose_name="payee",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="fees.proposal",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "fees_returnedpaper",
                "ordering": ["-sent_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "review")), fields=("proposal",), name="paper_one_in_review"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "accepted")), fields=("proposal",), name="paper_one_accepted"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["review", "accepted", "rejected"])), name="paper_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_name", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            ("size__gt", 0),
                        ),
                        name="paper_says_who_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "review")),
                            models.Q(
                                models.Q(("state", "review"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="paper_decided_by_somebody",
                    ),
                ],
            },
        ),
        *WALLS,
        migrations.RunSQL(KEPT, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(OFFICE, reverse_sql=migrations.RunSQL.noop),
    ]
