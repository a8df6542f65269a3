"""A notice is its client's and its payee's; it is written once. A practice chooses for its own clients."""

from django.db import migrations

from accounts.ground.access import rls

CHOOSES = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()))"
)

# The fees of a day whose clients are to be told: how, in which language, under which brand, and to whom a mail goes.
# Without a choice registered advisors tell by mail and in the message center, and nobody else tells.
DUE = """
CREATE FUNCTION fees_notices_due(the_day date, lo bigint, hi bigint, the_time timestamptz)
    RETURNS TABLE (charge_id uuid, mode text, language text, brand text, owners jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, m.mode,
           coalesce((SELECT y.language FROM accounts_clientright r JOIN accounts_party y ON y.id = r.party_id
                      WHERE r.account_id = a.id ORDER BY r.id LIMIT 1), 'en')::text,
           coalesce(b.name, home.name)::text,
           coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('user', u.id::text, 'email', u.email,
                                                                  'language', u.language))
                       FROM accounts_seat s JOIN accounts_user u ON u.id = s.user_id AND u.is_active AND u.email <> ''
                      WHERE s.is_active AND s.firm_id = a.firm_id
                        AND (s.account_id IN (a.id, a.stl_id) OR s.role = 'client' AND EXISTS (
                             SELECT 1 FROM accounts_clientright r
                              WHERE r.party_id = s.party_id AND r.account_id = a.id))), '[]')
      FROM fees_charge c
      JOIN accounts_account a ON a.id = c.account_id
      JOIN accounts_practice home ON home.id = a.practice_id
      JOIN accounts_practice payee ON payee.id = c.practice_id
      LEFT JOIN fees_noticesetting s ON s.practice_id = c.practice_id
     CROSS JOIN LATERAL (SELECT coalesce(s.mode, CASE WHEN payee.is_registered THEN 'both' ELSE 'none' END) AS mode) m
      LEFT JOIN LATERAL (
           SELECT v.name FROM accounts_practice p
            CROSS JOIN LATERAL (SELECT x.name FROM desk_brandversion x
                                 WHERE x.practice_id = p.id AND x.effective_at <= the_time
                                 ORDER BY x.effective_at DESC, x.saved_at DESC LIMIT 1) v
            WHERE p.firm_id = a.firm_id AND p.is_registered AND v.name <> '' AND (p.level = 1 OR p.id = a.practice_id)
            ORDER BY p.level DESC LIMIT 1) b ON true
     WHERE c.firm_id = ANY (ARRAY(SELECT id FROM accounts_firm)) AND c.posted_on = the_day
       AND c.account_id >= lo AND c.account_id < hi AND c.amount > 0 AND m.mode <> 'none'
       AND NOT EXISTS (SELECT 1 FROM fees_notice n WHERE n.charge_id = c.id)
     ORDER BY c.id
$$;
REVOKE ALL ON FUNCTION fees_notices_due(date, bigint, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_notices_due(date, bigint, bigint, timestamptz) TO portal_night, portal_owner;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0029_notices"), ("desk", "0008_brands_at_the_door")]

    operations = [
        rls.tie("fees_notice", "firm_id, account_id", "accounts_account", "firm_id, id", "notice_account_in_firm"),
        rls.tie("fees_notice", "firm_id, practice_id", "accounts_practice", "firm_id, id", "notice_payee_in_firm"),
        rls.tie(
            "fees_noticesetting", "firm_id, practice_id", "accounts_practice", "firm_id, id", "notice_setting_home"
        ),
        rls.secure("fees_notice", read=rls.sees(), night="SELECT, INSERT"),
        rls.narrow("fees_notice"),
        rls.append_only("fees_notice"),
        rls.secure(
            "fees_noticesetting",
            read=rls.sees(account=None),
            write=CHOOSES,
            web="SELECT, INSERT, UPDATE (mode, changed_at, changed_by)",
            worker="SELECT, INSERT, UPDATE (mode, changed_at, changed_by)",
            night="SELECT",
        ),
        rls.trailed("fees_noticesetting", "mode"),
        migrations.RunSQL(DUE, reverse_sql="DROP FUNCTION fees_notices_due(date, bigint, bigint, timestamptz)"),
    ]
