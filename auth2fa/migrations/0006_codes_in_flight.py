"""Limits and money of codes count all that was ordered, also by who came a moment later and was quicker."""

from django.db import migrations

# Orders wait for each other; one that waited carries an earlier moment than what it waited for.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION app_codes_spent(the_country text, the_at timestamptz)
    RETURNS TABLE (everywhere numeric, country numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(s.cost), 0), coalesce(sum(s.cost) FILTER (WHERE s.country = the_country), 0)
      FROM auth2fa_sentcode s WHERE s.sent_at > the_at - interval '1 day'
$$;

CREATE OR REPLACE FUNCTION app_codes_sent(the_number text, the_place text, the_at timestamptz)
    RETURNS TABLE (number_minutes bigint, number_day bigint, user_hour bigint, place_hour bigint, firm_day bigint,
                   all_day bigint, recent bigint, recent_right bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH day AS (SELECT * FROM auth2fa_sentcode WHERE sent_at > the_at - interval '1 day'),
         mine AS (SELECT min(s.firm_id) AS firm_id FROM accounts_seat s WHERE s.user_id = app_person() AND s.is_active),
         asked AS (SELECT challenge_id, max(sent_at) AS sent_at, bool_or(right_at IS NOT NULL) AS was_right FROM day
                    WHERE sent_at < the_at - interval '10 minutes' GROUP BY challenge_id ORDER BY 2 DESC LIMIT 200)
    SELECT count(*) FILTER (WHERE number_hash = the_number AND sent_at > the_at - interval '10 minutes'),
           count(*) FILTER (WHERE number_hash = the_number),
           count(*) FILTER (WHERE user_id = app_person() AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE place_hash = the_place AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE firm_id = (SELECT firm_id FROM mine)),
           count(*),
           (SELECT count(*) FROM asked), (SELECT count(*) FROM asked WHERE was_right)
      FROM day
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0005_money_of_codes")]

    operations = [migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop)]
