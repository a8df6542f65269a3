"""Which brand a mail to a person wears, whoever has asked for it and from wherever."""

from django.db import migrations

BRAND = """
-- SECURITY DEFINER because who delivers mail is nobody's user. An advisor's own sign-in gets mail from the portal itself.
CREATE FUNCTION desk_brand_of_person(the_user bigint, the_firm bigint, the_time timestamptz)
    RETURNS TABLE (name text, colour text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.name::text, v.colour::text
      FROM (SELECT a.firm_id, a.practice_id
              FROM accounts_seat s
              JOIN accounts_account a ON a.firm_id = s.firm_id AND (a.id = s.account_id OR EXISTS (
                   SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
             WHERE s.user_id = the_user AND s.is_active AND s.role IN ('client', 'stl', 'stl_sub')
               AND s.firm_id = coalesce(the_firm, s.firm_id)
               AND NOT EXISTS (SELECT 1 FROM accounts_seat o WHERE o.user_id = the_user AND o.is_active
                                  AND o.role NOT IN ('client', 'stl', 'stl_sub'))
             ORDER BY a.id LIMIT 1) home
      JOIN accounts_practice p ON p.firm_id = home.firm_id AND p.is_registered
                              AND (p.level = 1 OR p.id = home.practice_id)
     CROSS JOIN LATERAL (
           SELECT b.name, b.colour FROM desk_brandversion b
            WHERE b.practice_id = p.id AND b.effective_at <= the_time
            ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
     WHERE v.name <> ''
     ORDER BY p.level DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION desk_brand_of_person(bigint, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_brand_of_person(bigint, bigint, timestamptz) TO portal_worker;
"""


class Migration(migrations.Migration):
    """The worker delivers, and nobody else needs to know."""

    dependencies = [("desk", "0009_brand_colours_and_hosts"), ("accounts", "0035_mail_of_a_person")]

    operations = [
        migrations.RunSQL(BRAND, reverse_sql="DROP FUNCTION desk_brand_of_person(bigint, bigint, timestamptz)")
    ]
