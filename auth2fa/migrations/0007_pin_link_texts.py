"""The texts of PIN links count against the same limits and the same money as codes do."""

from django.db import migrations

# Of a link all its texts count with the last one, so that no spend is counted too low.
COUNTS = """
CREATE OR REPLACE FUNCTION app_codes_sent(the_number text, the_place text, the_at timestamptz)
    RETURNS TABLE (number_minutes bigint, number_day bigint, user_hour bigint, place_hour bigint, firm_day bigint,
                   all_day bigint, recent bigint, recent_right bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH day AS (SELECT * FROM auth2fa_sentcode WHERE sent_at > the_at - interval '1 day'),
         mine AS (SELECT min(s.firm_id) AS firm_id FROM accounts_seat s WHERE s.user_id = app_person() AND s.is_active),
         asked AS (SELECT challenge_id, max(sent_at) AS sent_at, bool_or(right_at IS NOT NULL) AS was_right FROM day
                    WHERE sent_at < the_at - interval '10 minutes' GROUP BY challenge_id ORDER BY 2 DESC LIMIT 200),
         links AS (SELECT coalesce(sum(l.codes_sent) FILTER (WHERE l.firm_id = (SELECT firm_id FROM mine)), 0) AS firm,
                          coalesce(sum(l.codes_sent), 0) AS everywhere
                     FROM accounts_pinlink l
                    WHERE l.code_sent_at > the_at - interval '1 day')
    SELECT count(*) FILTER (WHERE number_hash = the_number AND sent_at > the_at - interval '10 minutes'),
           count(*) FILTER (WHERE number_hash = the_number),
           count(*) FILTER (WHERE user_id = app_person() AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE place_hash = the_place AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE firm_id = (SELECT firm_id FROM mine)) + (SELECT firm FROM links),
           count(*) + (SELECT everywhere FROM links),
           (SELECT count(*) FROM asked), (SELECT count(*) FROM asked WHERE was_right)
      FROM day
$$;
"""

MONEY = """
CREATE OR REPLACE FUNCTION app_codes_spent(the_country text, the_at timestamptz)
    RETURNS TABLE (everywhere numeric, country numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(s.cost), 0), coalesce(sum(s.cost) FILTER (WHERE s.country = the_country), 0)
      FROM (SELECT c.cost, c.country FROM auth2fa_sentcode c
             WHERE c.sent_at > the_at - interval '1 day'
             UNION ALL
            SELECT l.cost, 'US' FROM accounts_pinlink l
             WHERE l.code_sent_at > the_at - interval '1 day') s
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0039_pin_facts_settle"), ("auth2fa", "0006_codes_in_flight")]

    operations = [
        migrations.RunSQL(COUNTS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(MONEY, reverse_sql=migrations.RunSQL.noop),
    ]
