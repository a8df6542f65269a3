"""A mail knows whose it is, so that it can leave under the name that this person knows the portal by."""

from django.db import migrations, models

COLUMNS = "id, firm_id, channel, recipient, subject, body, natural_key, is_secret, attempts, last_error"

OWE = """
CREATE OR REPLACE FUNCTION app_owe_person(the_user bigint, the_subject text, the_body text, the_key text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO accounts_outboxmessage ({columns}{more})
    SELECT gen_random_uuid(), (SELECT min(s.firm_id) FROM accounts_seat s WHERE s.user_id = u.id AND s.is_active),
           'mail', u.email, the_subject, the_body, the_key, true, 0, ''{values}
      FROM accounts_user u WHERE u.id = the_user AND u.email <> ''
    ON CONFLICT (natural_key) DO NOTHING
$$;
"""


class Migration(migrations.Migration):
    """Mails that are owed already leave under the portal's own name."""

    dependencies = [("accounts", "0034_opt_outs")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="person_id",
            field=models.BigIntegerField(help_text="The user it is for, whose brand it wears", null=True),
        ),
        migrations.RunSQL(
            OWE.format(columns=COLUMNS, more=", person_id", values=", u.id"),
            reverse_sql=OWE.format(columns=COLUMNS, more="", values=""),
        ),
    ]
