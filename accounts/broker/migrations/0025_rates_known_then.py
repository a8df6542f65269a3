"""Rates as they were known at an instant, so that what was worked out at a rate of before is proved with that rate."""

from django.db import migrations

RATE_AT = """
CREATE FUNCTION broker_rate_at(the_day date, from_code text, to_code text, known timestamptz) RETURNS numeric
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH r AS (
        SELECT x.from_currency, x.to_currency,
               coalesce((SELECT c.old FROM broker_ratecorrection c
                          WHERE c.day = x.day AND c.from_currency = x.from_currency
                            AND c.to_currency = x.to_currency AND c.at > known
                          ORDER BY c.at LIMIT 1), x.rate) AS rate
          FROM broker_fxrate x WHERE x.day = the_day
    )
    SELECT CASE WHEN from_code = to_code THEN 1::numeric ELSE coalesce(
        (SELECT rate FROM r WHERE from_currency = from_code AND to_currency = to_code),
        (SELECT round(1 / rate, 10) FROM r WHERE from_currency = to_code AND to_currency = from_code),
        (SELECT round(one.rate / two.rate, 10) FROM r one JOIN r two ON two.to_currency = one.to_currency
          WHERE one.from_currency = from_code AND two.from_currency = to_code
          ORDER BY one.to_currency LIMIT 1)) END
$$;
REVOKE ALL ON FUNCTION broker_rate_at(date, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_rate_at(date, text, text, timestamptz)
    TO portal_web, portal_worker, portal_night, portal_office, portal_owner
"""
# Which day's rates there was a correction of, and when: neither who made it nor why.
SEEN = """
CREATE POLICY night_read ON broker_ratecorrection FOR SELECT TO portal_night USING (true);
GRANT SELECT (day, at) ON broker_ratecorrection TO portal_night
"""


class Migration(migrations.Migration):
    """A fee that was worked out at the rate of before is not wrong for it."""

    dependencies = [("broker", "0024_draws")]

    operations = [
        migrations.RunSQL(
            SEEN,
            reverse_sql="REVOKE SELECT (day, at) ON broker_ratecorrection FROM portal_night;"
            "DROP POLICY night_read ON broker_ratecorrection",
        ),
        migrations.RunSQL(RATE_AT, reverse_sql="DROP FUNCTION broker_rate_at(date, text, text, timestamptz)"),
    ]
