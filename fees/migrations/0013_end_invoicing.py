"""Whoever carries out a move of an account ends what its former advisor may invoice and has asked for."""

from django.db import migrations

PAGES = "('portal_web', 'portal_worker')"
PAGES_AND_OFFICE = "('portal_web', 'portal_worker', 'portal_office')"

ONLY_A_NIGHT_PAYS = """
CREATE OR REPLACE FUNCTION fees_invoice_of_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN {logins} AND NEW.state NOT IN ('pending', 'cancelled') THEN
        RAISE EXCEPTION 'only a night pays or rejects an invoice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    """Moves run under the back office's login; it may close a limit and cancel an invoice, and nothing else of them."""

    dependencies = [("fees", "0012_writers")]

    operations = [
        migrations.RunSQL(
            ONLY_A_NIGHT_PAYS.format(logins=PAGES_AND_OFFICE), reverse_sql=ONLY_A_NIGHT_PAYS.format(logins=PAGES)
        ),
        migrations.RunSQL(
            "GRANT UPDATE (ends) ON fees_invoicecap TO portal_office;"
            " GRANT UPDATE (state, changed_at) ON fees_invoice TO portal_office",
            reverse_sql="REVOKE UPDATE (ends) ON fees_invoicecap FROM portal_office;"
            " REVOKE UPDATE (state, changed_at) ON fees_invoice FROM portal_office",
        ),
    ]
