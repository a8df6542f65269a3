"""What became of texts and calls, told by the service that carries them; and an alarm to the back office."""

from django.db import migrations, models

FUNCTIONS = """
-- Events come twice, late and in any order: a state only ever moves on, and what was delivered stays so.
CREATE FUNCTION app_code_event(the_sent uuid, the_state text, the_service_id text, the_at timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH moved AS (
        UPDATE auth2fa_sentcode SET state = the_state, state_at = the_at,
               service_id = CASE WHEN service_id = '' THEN the_service_id ELSE service_id END
         WHERE id = the_sent AND sent_at > the_at - interval '3 days'
           AND array_position(ARRAY['ordered', 'sent', 'failed', 'delivered'], the_state)
             > array_position(ARRAY['ordered', 'sent', 'failed', 'delivered'], state::text)
        RETURNING 1)
    SELECT count(*) FROM moved
$$;

-- Whoever looks after the installation is told once a day that codes are stopped.
CREATE FUNCTION app_alarm_office(the_subject text, the_body text, the_key text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH owed AS (
        INSERT INTO accounts_outboxmessage (id, channel, recipient, subject, body, natural_key, is_secret, attempts,
                                            last_error)
        SELECT gen_random_uuid(), 'mail', u.email, the_subject, the_body, the_key || ' ' || u.id, false, 0, ''
          FROM accounts_user u
         WHERE u.is_active AND u.email <> ''
           AND EXISTS (SELECT 1 FROM accounts_seat s WHERE s.user_id = u.id AND s.role = 'office' AND s.is_active)
        ON CONFLICT (natural_key) DO NOTHING RETURNING 1)
    SELECT count(*) FROM owed
$$;
REVOKE ALL ON FUNCTION app_code_event(uuid, text, text, timestamptz), app_alarm_office(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_code_event(uuid, text, text, timestamptz) TO portal_web;
GRANT EXECUTE ON FUNCTION app_alarm_office(text, text, text) TO portal_web, portal_office;
"""

STATES = [("ordered", "Ordered"), ("sent", "Sent"), ("delivered", "Delivered"), ("failed", "Not delivered")]


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0001_devices"), ("accounts", "0034_opt_outs")]

    operations = [
        migrations.AddField(
            "sentcode",
            "state",
            models.CharField(choices=STATES, db_default="ordered", default="ordered", max_length=10),
        ),
        migrations.AddField("sentcode", "state_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "sentcode",
            "service_id",
            models.CharField(blank=True, db_default="", default="", help_text="The service's own id", max_length=100),
        ),
        migrations.AddConstraint(
            "sentcode",
            models.CheckConstraint(
                condition=models.Q(("state__in", ["ordered", "sent", "delivered", "failed"])), name="sent_code_state"
            ),
        ),
        migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop),
    ]
