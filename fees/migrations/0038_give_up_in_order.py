"""Giving an application up and signing for it take the same rows in the same order: first the proposal, then its item."""

from django.db import migrations

ENDS = """
CREATE OR REPLACE FUNCTION fees_end_application() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    withdrawn uuid[];
BEGIN
    -- Before everything else: a signature that is being written either comes first and is closed, or is refused.
    WITH ended AS (
        UPDATE fees_proposal p SET state = 'cancelled', decided_at = now(), decided_by = app_user()
         WHERE p.account_id = NEW.id AND p.state IN ('draft', 'proposed')
        RETURNING p.id)
    SELECT array_agg(id) INTO withdrawn FROM ended;
    UPDATE accounts_request r SET status = 'cancelled', finished_at = now()
     WHERE r.firm_id = NEW.firm_id AND r.kind = 'client_approval' AND r.finished_at IS NULL
       AND r.natural_key IN (SELECT 'fee proposal ' || id FROM unnest(withdrawn) AS id);
    UPDATE fees_schedule SET ends = starts WHERE account_id = NEW.id AND (ends IS NULL OR ends > starts);
    UPDATE fees_invoicecap SET ends = starts WHERE account_id = NEW.id AND (ends IS NULL OR ends > starts);
    RETURN NULL;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION fees_end_application() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0037_own_cuts")]

    operations = [migrations.RunSQL(ENDS, reverse_sql=BEFORE)]
