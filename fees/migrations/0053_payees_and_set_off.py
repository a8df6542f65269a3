"""Who enters as a money manager writes for the accounts it was entered for; the account's own advisor hears of what the
client answers to it. What of a correction was set off against earlier ones is kept with it."""

from django.db import migrations, models

from accounts.ground.access import rls

# What is payable: while a payee is entered, for its accounts alone.
PAYABLE = ("fees_schedule", "fees_invoicecap", "fees_invoice", "fees_proposal")
_ENTERED = "((SELECT app_payee_accounts()) IS NULL OR account_id = ANY ((SELECT app_payee_accounts())::bigint[]))"
ENTERED = "".join(
    f"CREATE POLICY entered_insert ON {table} AS RESTRICTIVE FOR INSERT TO {rls.READERS} WITH CHECK {_ENTERED};"
    f"CREATE POLICY entered_update ON {table} AS RESTRICTIVE FOR UPDATE TO {rls.READERS}"
    f" USING {_ENTERED} WITH CHECK {_ENTERED};"
    for table in PAYABLE
)

# Of a money manager's proposal its advisor is told: it was the one that sent it.
_TOLD = """CASE WHEN EXISTS (SELECT 1 FROM accounts_account b WHERE b.practice_id = {row}.practice_id
                            AND b.kind = 'money_manager')
                 THEN (SELECT c.practice_id FROM accounts_account c WHERE c.id = {row}.account_id)
                 ELSE {row}.practice_id END"""
PEOPLE = f"""
CREATE OR REPLACE FUNCTION fees_tell_payee() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
    VALUES (NEW.firm_id, {_TOLD.format(row="NEW")}, NEW.account_id, 'message',
            CASE NEW.state WHEN 'approved' THEN 'A client has signed your fee proposal'
                           WHEN 'declined' THEN 'A client has declined your fee proposal'
                           ELSE 'A fee proposal has expired' END,
            '', 'fee proposal ' || NEW.id || ' ' || NEW.state,
            (NEW.decided_at AT TIME ZONE 'America/New_York')::date)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION fees_people_of_proposal(the_proposal uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM fees_proposal p
      JOIN accounts_account a ON a.id = p.account_id
      CROSS JOIN LATERAL (SELECT {_TOLD.format(row="p")} AS practice_id) told
      JOIN accounts_seat s ON s.is_active AND s.firm_id = p.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = told.practice_id
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE p.id = the_proposal AND p.firm_id = app_firm()
       AND (app_practice() IN (p.practice_id, told.practice_id) OR p.account_id = ANY (app_accounts()))
     ORDER BY s.user_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0052_payees_by_account"), ("fees", "0052_trades_in_their_currency")]

    operations = [
        migrations.RunSQL(ENTERED + PEOPLE, reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name="charge",
            name="set_off",
            field=models.DecimalField(decimal_places=2, max_digits=20, null=True),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(set_off__isnull=True)
                | models.Q(revision__gt=0, set_off__gte=0, set_off__lte=models.F("amount")),
                name="charge_set_off_within",
            ),
        ),
        migrations.RunSQL("GRANT UPDATE (set_off) ON fees_charge TO portal_night", reverse_sql=migrations.RunSQL.noop),
    ]
