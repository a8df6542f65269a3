"""What each text and call costs, and a function that adds up a day."""

from django.db import migrations, models

# Money is counted across people; what comes back are two sums, never whose.
FUNCTION = """
CREATE FUNCTION app_codes_spent(the_country text, the_at timestamptz)
    RETURNS TABLE (everywhere numeric, country numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(s.cost), 0), coalesce(sum(s.cost) FILTER (WHERE s.country = the_country), 0)
      FROM auth2fa_sentcode s WHERE s.sent_at > the_at - interval '1 day' AND s.sent_at <= the_at
$$;
REVOKE ALL ON FUNCTION app_codes_spent(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_codes_spent(text, timestamptz) TO portal_web, portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0004_last_devices")]

    operations = [
        migrations.AddField(
            "sentcode", "country", models.CharField(blank=True, db_default="", default="", max_length=2)
        ),
        migrations.AddField(
            "sentcode",
            "cost",
            models.DecimalField(db_default=0, decimal_places=4, default=0, help_text="US dollars", max_digits=8),
        ),
        migrations.AddConstraint(
            "sentcode", models.CheckConstraint(condition=models.Q(cost__gte=0), name="sent_code_costs")
        ),
        migrations.RunSQL(FUNCTION, reverse_sql=migrations.RunSQL.noop),
    ]
