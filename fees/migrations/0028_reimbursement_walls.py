"""An advisor gives back what its own practice received; only a night pays; facts never change."""

from django.db import migrations

from accounts.ground.access import rls

PAYEE_WRITES = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = account_id))"
)
COLUMNS = "SELECT, INSERT, UPDATE (amount, memo, state, changed_at)"

KEPT = """
    CREATE TRIGGER fees_reimbursement_kept BEFORE TRUNCATE ON fees_reimbursement
        FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
    CREATE TRIGGER fees_reimbursement_stays BEFORE DELETE ON fees_reimbursement
        FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
    CREATE TRIGGER fees_reimbursement_facts BEFORE UPDATE OF id, firm_id, account_id, practice_id, currency,
        business_day, submitted_at, submitted_by_id
        ON fees_reimbursement FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
    CREATE TRIGGER fees_reimbursement_ended BEFORE UPDATE ON fees_reimbursement
        FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION app_refuse_change();
    -- The same rule as for invoices: only a night pays or rejects.
    CREATE TRIGGER fees_reimbursement_by_pages BEFORE INSERT OR UPDATE ON fees_reimbursement
        FOR EACH ROW EXECUTE FUNCTION fees_invoice_of_pages();
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0027_reimbursements"), ("broker", "0018_instruction_walls")]

    operations = [
        rls.tie("fees_reimbursement", "firm_id, account_id", "accounts_account", "firm_id, id", "reimburse_account"),
        rls.tie("fees_reimbursement", "firm_id, practice_id", "accounts_practice", "firm_id, id", "reimburse_payer"),
        rls.secure(
            "fees_reimbursement",
            read=rls.sees(),
            write=PAYEE_WRITES,
            web=COLUMNS,
            worker=COLUMNS,
            night="SELECT, UPDATE (state, reason, processed_on, run_id)",
        ),
        rls.narrow("fees_reimbursement"),
        migrations.RunSQL(KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed("fees_reimbursement", "amount", "memo", "state", "reason", "business_day"),
    ]
