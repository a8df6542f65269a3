"""What kind of line a number is; and notices to numbers, which count in the money of a day like codes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The row has the id of its message, so what the service tells of the delivery finds it. A number that codes were sent
# to many times today still hears what happens to its owner's devices.
NOTICE = """
CREATE FUNCTION app_owe_{name}notice(the_device uuid, the_body text, the_key text, the_hash text, the_country text,
                               the_cost numeric, the_at timestamptz, the_most bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE held auth2fa_device; the_id uuid := gen_random_uuid(); the_firm bigint;
BEGIN
    SELECT d.* INTO held FROM auth2fa_device d WHERE d.id = the_device AND d.number <> ''{own};
    IF held.id IS NULL OR (SELECT count(*) FROM auth2fa_sentcode s WHERE s.number_hash = the_hash
                             AND s.challenge_id IS NULL AND s.sent_at > the_at - interval '1 day') >= the_most THEN
        RETURN false;
    END IF;
    SELECT min(s.firm_id) INTO the_firm FROM accounts_seat s WHERE s.user_id = held.user_id AND s.is_active;
    INSERT INTO accounts_outboxmessage (id, firm_id, channel, recipient, subject, body, natural_key, is_secret,
                                        attempts, last_error)
    VALUES (the_id, the_firm, 'sms', held.number, '', the_body, the_key, false, 0, '')
    ON CONFLICT (natural_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO auth2fa_sentcode (id, user_id, challenge_id, channel, number_hash, place_hash, firm_id, country, cost,
                                  sent_at)
    VALUES (the_id, held.user_id, NULL, 'sms', the_hash, '', the_firm, the_country, the_cost, the_at);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION app_owe_{name}notice(uuid, text, text, text, text, numeric, timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_owe_{name}notice(uuid, text, text, text, text, numeric, timestamptz, bigint) TO {role};
"""

# A notice is no code: it keeps no code from leaving, and nobody gives it back as an answer.
COUNTS = """
CREATE OR REPLACE FUNCTION app_codes_sent(the_number text, the_place text, the_at timestamptz)
    RETURNS TABLE (number_minutes bigint, number_day bigint, user_hour bigint, place_hour bigint, firm_day bigint,
                   all_day bigint, recent bigint, recent_right bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH day AS (SELECT * FROM auth2fa_sentcode WHERE sent_at > the_at - interval '1 day'),
         code AS (SELECT * FROM day WHERE challenge_id IS NOT NULL),
         mine AS (SELECT min(s.firm_id) AS firm_id FROM accounts_seat s WHERE s.user_id = app_person() AND s.is_active),
         asked AS (SELECT challenge_id, max(sent_at) AS sent_at, bool_or(right_at IS NOT NULL) AS was_right FROM code
                    WHERE sent_at < the_at - interval '10 minutes' GROUP BY challenge_id ORDER BY 2 DESC LIMIT 200),
         links AS (SELECT coalesce(sum(l.codes_sent) FILTER (WHERE l.firm_id = (SELECT firm_id FROM mine)), 0) AS firm,
                          coalesce(sum(l.codes_sent), 0) AS everywhere
                     FROM accounts_pinlink l
                    WHERE l.code_sent_at > the_at - interval '1 day')
    SELECT count(*) FILTER (WHERE number_hash = the_number AND sent_at > the_at - interval '10 minutes'),
           count(*) FILTER (WHERE number_hash = the_number),
           count(*) FILTER (WHERE user_id = app_person() AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE place_hash = the_place AND sent_at > the_at - interval '1 hour'),
           (SELECT count(*) FROM day WHERE firm_id = (SELECT firm_id FROM mine)) + (SELECT firm FROM links),
           (SELECT count(*) FROM day) + (SELECT everywhere FROM links),
           (SELECT count(*) FROM asked), (SELECT count(*) FROM asked WHERE was_right)
      FROM code
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0008_told")]

    operations = [
        migrations.AddField(
            "device",
            "line",
            models.CharField(
                blank=True, db_default="", default="", help_text="Mobile or fixed, where it is known", max_length=10
            ),
        ),
        migrations.AlterField(
            "sentcode",
            "challenge",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sent",
                to="auth2fa.challenge",
            ),
        ),
        migrations.AlterField(
            "sentcode",
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(
            NOTICE.format(name="", own=" AND d.user_id = app_person()", role="portal_web"),
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            NOTICE.format(name="office_", own="", role="portal_office"), reverse_sql=migrations.RunSQL.noop
        ),
        migrations.RunSQL(COUNTS, reverse_sql=migrations.RunSQL.noop),
    ]
