"""A brand has a colour, and a host name whose sign-in page wears it; each host name belongs to one practice."""

from django.db import migrations, models

FUNCTIONS = """
ALTER TABLE desk_brandversion ADD CONSTRAINT brand_host_of_one_practice
    EXCLUDE USING gist (host WITH =, practice_id WITH <>) WHERE (host <> '');

DROP TRIGGER desk_brandversion_trail ON desk_brandversion;
CREATE TRIGGER desk_brandversion_trail AFTER INSERT OR UPDATE OR DELETE ON desk_brandversion FOR EACH ROW
    EXECUTE FUNCTION app_write_trail('brand_id', 'name', 'uses_sms', 'banner_sha256', 'effective_at', 'colour', 'host');

CREATE FUNCTION desk_colour_at(the_time timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.colour::text
      FROM accounts_practice p
     CROSS JOIN LATERAL (
           SELECT b.name, b.colour FROM desk_brandversion b
            WHERE b.practice_id = p.id AND b.effective_at <= the_time
            ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
     WHERE p.firm_id = app_firm() AND p.is_registered AND v.name <> ''
       AND (p.level = 1 OR p.id = CASE app_reach()
            WHEN 'accounts' THEN (SELECT a.practice_id FROM accounts_account a
                                   WHERE a.id = ANY (app_accounts()) ORDER BY a.id LIMIT 1)
            ELSE app_practice() END)
     ORDER BY p.level DESC LIMIT 1
$$;

-- For somebody who is not known yet: by the id of a link, else by the host name that was asked. Only what holds.
CREATE FUNCTION desk_brand_at_the_door(the_id text, the_host text, the_time timestamptz)
    RETURNS TABLE (brand_id text, name text, banner_sha256 text, colour text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.brand_id::text, v.name::text, v.banner_sha256::text, v.colour::text
      FROM (SELECT DISTINCT b.practice_id FROM desk_brandversion b
             WHERE (lower(b.brand_id) = lower(the_id)) OR (b.host = lower(the_host) AND b.host <> '')) named
      JOIN accounts_practice p ON p.id = named.practice_id AND p.is_registered
     CROSS JOIN LATERAL (
           SELECT b.* FROM desk_brandversion b
            WHERE b.practice_id = p.id AND b.effective_at <= the_time
            ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
     WHERE v.name <> '' AND (lower(v.brand_id) = lower(the_id) OR (v.host = lower(the_host) AND v.host <> ''))
     ORDER BY lower(v.brand_id) = lower(the_id) DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION desk_colour_at(timestamptz), desk_brand_at_the_door(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_colour_at(timestamptz) TO portal_web, portal_worker;
GRANT EXECUTE ON FUNCTION desk_brand_at_the_door(text, text, timestamptz) TO portal_web;
"""

BACK = """
DROP FUNCTION desk_brand_at_the_door(text, text, timestamptz);
DROP FUNCTION desk_colour_at(timestamptz);
DROP TRIGGER desk_brandversion_trail ON desk_brandversion;
CREATE TRIGGER desk_brandversion_trail AFTER INSERT OR UPDATE OR DELETE ON desk_brandversion FOR EACH ROW
    EXECUTE FUNCTION app_write_trail('brand_id', 'name', 'uses_sms', 'banner_sha256', 'effective_at');
ALTER TABLE desk_brandversion DROP CONSTRAINT brand_host_of_one_practice;
"""


class Migration(migrations.Migration):
    """Versions that were saved before have neither."""

    dependencies = [("desk", "0008_brands_at_the_door")]

    operations = [
        migrations.AddField(
            model_name="brandversion",
            name="colour",
            field=models.CharField(blank=True, default="", help_text="Six hexadecimal digits", max_length=6),
        ),
        migrations.AddField(
            model_name="brandversion",
            name="host",
            field=models.CharField(
                blank=True, default="", help_text="The host name whose sign-in page wears the brand", max_length=253
            ),
        ),
        migrations.AddConstraint(
            model_name="brandversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("colour", ""), ("colour__regex", "^[0-9a-f]{6}$"), _connector="OR"),
                name="brand_colour_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("host", ""), ("host__regex", "^[a-z0-9-]+(\\.[a-z0-9-]+)+$"), _connector="OR"),
                name="brand_host_shape",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, reverse_sql=BACK),
    ]
