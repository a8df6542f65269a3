"""On what an account's fees are worked out: its own value, or of an STL master what its whole group is worth."""

from django.db import migrations

from accounts.ground.access import rls

# A day of a group is there once each of its accounts has a value that owes one: a part is never billed as the whole.
BASE = """
CREATE VIEW fees_base WITH (security_invoker = true) AS
SELECT n.nav_date, n.account_id, n.nlv, n.flow, n.currency
  FROM broker_navdaily n
 WHERE n.account_id NOT IN (SELECT m.id FROM accounts_account m WHERE m.kind = 'stl_master')
UNION ALL
SELECT n.nav_date, g.master, sum(n.nlv)::numeric(20, 4), sum(n.flow)::numeric(20, 4), min(n.currency)
  FROM (SELECT a.id AS master, a.id AS member FROM accounts_account a WHERE a.kind = 'stl_master'
        UNION ALL
        SELECT a.stl_id, a.id FROM accounts_account a WHERE a.stl_id IS NOT NULL) g
  JOIN broker_navdaily n ON n.account_id = g.member
   -- The few accounts of groups as an array: an index finds them, where the night's joins would read every account.
   AND n.account_id = ANY (ARRAY(SELECT a.id FROM accounts_account a WHERE a.kind = 'stl_master')
                           || ARRAY(SELECT a.id FROM accounts_account a WHERE a.stl_id IS NOT NULL))
 GROUP BY n.nav_date, g.master
HAVING bool_or(g.member = g.master)
   AND NOT EXISTS (SELECT 1 FROM accounts_hold h JOIN accounts_account s ON s.id = h.account_id
                    WHERE s.stl_id = g.master AND h.day = n.nav_date AND h.stage = 'accrue' AND h.resolved_at IS NULL
                      AND NOT EXISTS (SELECT 1 FROM broker_navdaily k
                                       WHERE k.nav_date = h.day AND k.account_id = h.account_id));
GRANT SELECT ON fees_base TO portal_web, portal_worker, portal_night, portal_office;
"""

# A proof shows the master's payer and payee what the whole group was worth, also where they see only some of it.
WORTH = f"""
CREATE FUNCTION fees_group_worth(the_master bigint, the_day date, the_at timestamptz)
    RETURNS TABLE (nlv numeric, flow numeric, now numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sum(coalesce(old.nlv, n.nlv)) FILTER (WHERE was.known), sum(coalesce(old.flow, n.flow)) FILTER (WHERE was.known),
           sum(n.nlv)
      FROM accounts_account m
      JOIN broker_navdaily n ON n.account_id = m.id AND n.nav_date = the_day
      LEFT JOIN broker_statementfile f ON f.id = n.file_id
      LEFT JOIN LATERAL (SELECT h.nlv, h.flow, coalesce(h.recorded_at, '-infinity') AS since FROM broker_navhistory h
                          WHERE h.account_id = m.id AND h.nav_date = the_day AND h.replaced_at > the_at
                          ORDER BY h.replaced_at LIMIT 1) old ON true
     CROSS JOIN LATERAL (SELECT m.id = the_master
                                OR coalesce(old.since, f.imported_at, '-infinity') <= the_at AS known) was
     WHERE (m.id = the_master OR m.stl_id = the_master)
       AND (NOT app_is_page() OR EXISTS (
            SELECT 1 FROM accounts_account a
             WHERE a.id = the_master AND {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")}))
    HAVING bool_or(m.id = the_master)
$$;
REVOKE ALL ON FUNCTION fees_group_worth(bigint, date, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_group_worth(bigint, date, timestamptz)
    TO portal_web, portal_worker, portal_night, portal_office, portal_owner;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0046_minimum_walls"), ("accounts", "0047_stl_masters")]

    operations = [
        migrations.RunSQL(BASE, reverse_sql="DROP VIEW fees_base"),
        migrations.RunSQL(WORTH, reverse_sql="DROP FUNCTION fees_group_worth(bigint, date, timestamptz)"),
    ]
