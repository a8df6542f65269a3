"""Mail about a sign-in: owed by whoever is at the door, sent to the address in the books, forgotten when it has left."""

from django.db import migrations, models

OWE = """
CREATE FUNCTION app_owe_person(the_user bigint, the_subject text, the_body text, the_key text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO accounts_outboxmessage (id, firm_id, channel, recipient, subject, body, natural_key, is_secret, attempts,
                                        last_error)
    SELECT gen_random_uuid(), (SELECT min(s.firm_id) FROM accounts_seat s WHERE s.user_id = u.id AND s.is_active),
           'mail', u.email, the_subject, the_body, the_key, true, 0, ''
      FROM accounts_user u WHERE u.id = the_user AND u.email <> ''
    ON CONFLICT (natural_key) DO NOTHING
$$;
REVOKE ALL ON FUNCTION app_owe_person(bigint, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_owe_person(bigint, text, text, text) TO portal_web, portal_worker, portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_invoice_movements")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="is_secret",
            field=models.BooleanField(
                db_default=False, help_text="Its text is shown nowhere and forgotten on delivery"
            ),
        ),
        migrations.RunSQL(OWE, reverse_sql="DROP FUNCTION app_owe_person(bigint, text, text, text)"),
    ]
