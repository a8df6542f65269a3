"""A practice's own rule and closed months; whoever approves a line does it in the own name."""

from django.db import migrations

from accounts.ground.access import rls

OWN = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()))"
)

APPROVED = """
CREATE FUNCTION fees_approves_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('portal_web', 'portal_worker') AND NEW.approved_by_id IS NOT NULL
        AND NEW.approved_by_id IS DISTINCT FROM (SELECT app_user()) THEN
        RAISE EXCEPTION 'nobody approves in another name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_invoice_approver BEFORE UPDATE OF approved_by_id ON fees_invoice
    FOR EACH ROW EXECUTE FUNCTION fees_approves_itself();
CREATE TRIGGER fees_reimbursement_approver BEFORE UPDATE OF approved_by_id ON fees_reimbursement
    FOR EACH ROW EXECUTE FUNCTION fees_approves_itself();
GRANT UPDATE (needs_approval, approved_at, approved_by_id) ON fees_invoice, fees_reimbursement
    TO portal_web, portal_worker;

-- What was closed stays as it was; it is only opened again, once.
CREATE TRIGGER fees_billinglock_facts BEFORE UPDATE OF id, firm_id, practice_id, month, figures, digest, reason,
    locked_at, locked_by_id ON fees_billinglock FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER fees_billinglock_ended BEFORE UPDATE ON fees_billinglock
    FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER fees_billinglock_stays BEFORE DELETE ON fees_billinglock
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER fees_billinglock_kept BEFORE TRUNCATE ON fees_billinglock
    FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
"""

RETRAIL = """
DROP TRIGGER fees_invoice_trail ON fees_invoice;
CREATE TRIGGER fees_invoice_trail AFTER INSERT OR UPDATE OR DELETE ON fees_invoice FOR EACH ROW
    EXECUTE FUNCTION app_write_trail('amount', 'memo', 'state', 'reason', 'business_day', 'needs_approval',
                                     'approved_by_id');
DROP TRIGGER fees_reimbursement_trail ON fees_reimbursement;
CREATE TRIGGER fees_reimbursement_trail AFTER INSERT OR UPDATE OR DELETE ON fees_reimbursement FOR EACH ROW
    EXECUTE FUNCTION app_write_trail('amount', 'memo', 'state', 'reason', 'business_day', 'needs_approval',
                                     'approved_by_id');
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0032_billing")]

    operations = [
        rls.tie("fees_billingrule", "firm_id, practice_id", "accounts_practice", "firm_id, id", "billing_rule_home"),
        rls.tie("fees_billinglock", "firm_id, practice_id", "accounts_practice", "firm_id, id", "billing_lock_home"),
        rls.secure(
            "fees_billingrule",
            read=OWN,
            write=OWN,
            web="SELECT, INSERT, UPDATE (threshold, changed_at, changed_by)",
            worker="SELECT",
        ),
        rls.secure(
            "fees_billinglock",
            read=OWN,
            write=OWN,
            web="SELECT, INSERT, UPDATE (opened_at, opened_by_id)",
            worker="SELECT",
        ),
        rls.trailed("fees_billingrule", "threshold"),
        rls.trailed("fees_billinglock", "month", "reason", "opened_at"),
        migrations.RunSQL(APPROVED, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(RETRAIL, reverse_sql=migrations.RunSQL.noop),
    ]
