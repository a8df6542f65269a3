"""The walls of caps and invoices, what keeps them as they were agreed and sent, and two questions about nights."""

from django.db import migrations

from accounts.ground.access import rls

# An advisor writes for its own practice, on accounts that it sees.
PAYEE_WRITES = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = account_id))"
)
UPLOADER = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()))"
)

WALLS = [
    migrations.RunSQL(
        "ALTER TABLE fees_invoiceupload ADD CONSTRAINT upload_firm_id UNIQUE (firm_id, id)",
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.tie("fees_invoicecap", "firm_id, account_id", "accounts_account", "firm_id, id", "cap_account_in_firm"),
    rls.tie("fees_invoicecap", "firm_id, practice_id", "accounts_practice", "firm_id, id", "cap_payee_in_firm"),
    rls.tie("fees_invoice", "firm_id, account_id", "accounts_account", "firm_id, id", "invoice_account_in_firm"),
    rls.tie("fees_invoice", "firm_id, practice_id", "accounts_practice", "firm_id, id", "invoice_payee_in_firm"),
    rls.tie("fees_invoice", "firm_id, upload_id", "fees_invoiceupload", "firm_id, id", "invoice_upload_in_firm"),
    rls.tie("fees_invoiceupload", "firm_id, practice_id", "accounts_practice", "firm_id, id", "upload_payee_in_firm"),
    rls.secure(
        "fees_invoicecap",
        read=rls.sees(),
        write=PAYEE_WRITES,
        web="SELECT, INSERT, UPDATE (ends)",
        worker="SELECT, INSERT, UPDATE (ends)",
        night="SELECT",
    ),
    rls.secure(
        "fees_invoice",
        read=rls.sees(),
        write=PAYEE_WRITES,
        web="SELECT, INSERT, UPDATE (amount, memo, state, changed_at)",
        worker="SELECT, INSERT, UPDATE (amount, memo, state, changed_at)",
        night="SELECT, UPDATE (state, reason, processed_on, run_id)",
    ),
    rls.secure(
        "fees_invoiceupload",
        read=rls.sees(account=None),
        write=UPLOADER,
        web="SELECT, INSERT",
        worker="SELECT, INSERT",
    ),
    rls.narrow("fees_invoicecap"),
    rls.narrow("fees_invoice"),
]

KEPT = [
    migrations.RunSQL(
        """
        CREATE FUNCTION fees_keep_cap() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'ends' IS DISTINCT FROM to_jsonb(OLD) - 'ends'
                OR (OLD.ends IS NOT NULL AND (NEW.ends IS NULL OR NEW.ends > OLD.ends)) THEN
                RAISE EXCEPTION 'an agreed limit can only be closed' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fees_invoicecap_stays BEFORE UPDATE OR DELETE ON fees_invoicecap
            FOR EACH ROW EXECUTE FUNCTION fees_keep_cap();
        CREATE TRIGGER fees_invoicecap_kept BEFORE TRUNCATE ON fees_invoicecap
            FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();

        CREATE TRIGGER fees_invoice_kept BEFORE TRUNCATE ON fees_invoice
            FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_invoice_stays BEFORE DELETE ON fees_invoice
            FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_invoice_facts BEFORE UPDATE OF id, firm_id, account_id, practice_id, currency, business_day,
            submitted_at, submitted_by_id, upload_id
            ON fees_invoice FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_invoice_ended BEFORE UPDATE ON fees_invoice
            FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION app_refuse_change();
        -- Only a night pays or rejects.
        CREATE FUNCTION fees_invoice_of_pages() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_user IN ('portal_web', 'portal_worker') AND NEW.state NOT IN ('pending', 'cancelled') THEN
                RAISE EXCEPTION 'only a night pays or rejects an invoice' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fees_invoice_by_pages BEFORE INSERT OR UPDATE ON fees_invoice
            FOR EACH ROW EXECUTE FUNCTION fees_invoice_of_pages();
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.append_only("fees_invoiceupload"),
    rls.trailed("fees_invoicecap", "kind", "rate", "amount", "version", "starts", "ends", "signed_name"),
    rls.trailed("fees_invoice", "amount", "memo", "state", "reason", "business_day"),
]

FUNCTIONS = [
    migrations.RunSQL(
        """
        -- The last day whose invoices a night has taken; who sends one must know it, but not the runs.
        CREATE FUNCTION fees_invoiced_through() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            SELECT max(r.day) FROM accounts_run r JOIN accounts_runstage s ON s.run_id = r.id
             WHERE s.name = 'invoices' AND EXISTS (SELECT 1 FROM accounts_runchunk c WHERE c.stage_id = s.id)
        $$;

        -- Accounts of one's own firm with a live invoice for a day, whoever is paid by it.
        CREATE FUNCTION fees_invoiced_accounts(accounts bigint[], the_day date, except_for uuid[])
            RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT i.account_id FROM fees_invoice i
             WHERE i.account_id = ANY(accounts) AND i.business_day = the_day AND i.state IN ('pending', 'processed')
               AND i.id <> ALL (except_for)
               AND (i.firm_id = app_firm() OR session_user IN ('portal_owner', 'portal_night', 'portal_office'))
        $$;
        REVOKE ALL ON FUNCTION fees_invoiced_through(), fees_invoiced_accounts(bigint[], date, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION fees_invoiced_through(), fees_invoiced_accounts(bigint[], date, uuid[])
            TO portal_web, portal_worker, portal_night, portal_office, portal_owner;
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
]


class Migration(migrations.Migration):
    dependencies = [("fees", "0008_invoices"), ("accounts", "0008_users_walls")]

    operations = [*WALLS, *KEPT, *FUNCTIONS]
