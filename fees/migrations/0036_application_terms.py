"""What was proposed and signed for an application ends with it, whoever gives the application up."""

from django.db import migrations

# Nothing of it was ever in force, so agreed rows keep an empty period, as those that a newer version replaces.
ENDS = """
CREATE FUNCTION fees_end_application() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE accounts_request r SET status = 'cancelled', finished_at = now()
      FROM fees_proposal p
     WHERE p.account_id = NEW.id AND p.state = 'proposed' AND r.firm_id = p.firm_id AND r.kind = 'client_approval'
       AND r.natural_key = 'fee proposal ' || p.id AND r.finished_at IS NULL;
    -- Before the agreed rows: a signature that is being written either comes first and is closed, or is refused.
    UPDATE fees_proposal SET state = 'cancelled', decided_at = now(), decided_by = app_user()
     WHERE account_id = NEW.id AND state IN ('draft', 'proposed');
    UPDATE fees_schedule SET ends = starts WHERE account_id = NEW.id AND (ends IS NULL OR ends > starts);
    UPDATE fees_invoicecap SET ends = starts WHERE account_id = NEW.id AND (ends IS NULL OR ends > starts);
    RETURN NULL;
END $$;
CREATE TRIGGER fees_application_ends AFTER UPDATE OF status ON accounts_account FOR EACH ROW
    WHEN (OLD.status IN ('N', 'P') AND NEW.status IN ('A', 'R'))
    EXECUTE FUNCTION fees_end_application();
"""
BACK = """
DROP TRIGGER fees_application_ends ON accounts_account;
DROP FUNCTION fees_end_application();
"""


class Migration(migrations.Migration):
    """A trigger, because pages, the office and the statements change an account's status and none of them knows fees."""

    dependencies = [("fees", "0035_borne_charges")]

    operations = [migrations.RunSQL(ENDS, reverse_sql=BACK)]
