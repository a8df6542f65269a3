"""The SQL of the delivery audit, kept as text for its migration."""

# An address that is known by whoever knows it: its first letter and where it is.
_MASKED = (
    "CASE WHEN {0} = '' THEN '' WHEN strpos({0}, '@') > 1"
    " THEN left({0}, 1) || '\u2022\u2022\u2022' || substring({0} FROM strpos({0}, '@')) ELSE '\u2022\u2022\u2022' END"
)
_OWNS = """EXISTS (
                SELECT 1 FROM accounts_seat s
                 WHERE s.user_id = {0} AND s.firm_id = d.firm
                   AND (s.role IN ('stl', 'stl_sub') AND s.account_id IN (d.account, d.stl)
                        OR s.role = 'client' AND EXISTS (
                           SELECT 1 FROM accounts_clientright r
                            WHERE r.party_id = s.party_id AND r.account_id = d.account)))"""

# SECURITY DEFINER, because no page reads what is owed, nor what others have read. It answers advisors about accounts
# within their reach, and where a document has a payee or an author, about those that they may read themselves: the
# top level all but conversations, everybody else their own practice's. No text, no whole address comes back.
DELIVERIES = rf"""
CREATE FUNCTION portal_deliveries(the_accounts bigint[], the_first date, the_last date, the_zone text)
    RETURNS TABLE (account bigint, kind text, document text, day date, address text, mail text, mail_day date,
                   center text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH ours AS (
        SELECT a.id, a.firm_id, a.practice_id, a.stl_id, a.number FROM accounts_account a
         WHERE a.id = ANY (the_accounts) AND a.firm_id = app_firm() AND app_role() IN ('top', 'second')
           AND CASE app_reach() WHEN 'firm' THEN true WHEN 'practice' THEN a.practice_id = app_practice()
                                WHEN 'accounts' THEN a.id = ANY (app_accounts()) ELSE false END
    ), span AS (
        SELECT the_first::timestamp AT TIME ZONE the_zone AS begins,
               (the_last + 1)::timestamp AT TIME ZONE the_zone AS ends
    ), documents AS (
        SELECT a.id AS account, a.firm_id AS firm, a.stl_id AS stl, 'notice' AS kind, n.day,
               'fee notice:' || n.charge_id || ':' AS key, n.charge_id AS message
          FROM ours a JOIN fees_notice n ON n.account_id = a.id AND n.day BETWEEN the_first AND the_last
         WHERE app_role() = 'top' OR n.practice_id = app_practice()
        UNION ALL
        SELECT a.id, a.firm_id, a.stl_id, 'proposal', (p.proposed_at AT TIME ZONE the_zone)::date,
               'fee proposal:' || p.id || ':proposed:', NULL
          FROM ours a JOIN fees_proposal p ON p.account_id = a.id AND p.needs_signature CROSS JOIN span
         WHERE p.proposed_at >= span.begins AND p.proposed_at < span.ends
           AND (app_role() = 'top' OR p.practice_id = app_practice())
        UNION ALL
        SELECT a.id, a.firm_id, a.stl_id, 'agreement', (g.at AT TIME ZONE the_zone)::date,
               'fee proposal:' || g.proposal_id || ':approved:', NULL
          FROM ours a JOIN fees_signature g ON g.account_id = a.id CROSS JOIN span
         WHERE g.at >= span.begins AND g.at < span.ends
           AND (app_role() = 'top' OR g.practice_id = app_practice())
        UNION ALL
        SELECT a.id, a.firm_id, a.stl_id, 'file', (m.at AT TIME ZONE the_zone)::date, 'message:' || m.id || ':', m.id
          FROM ours a JOIN desk_thread t ON t.account_id = a.id AND t.practice_id = a.practice_id
          JOIN desk_message m ON m.thread_id = t.id CROSS JOIN span
         WHERE t.practice_id = app_practice() AND t.kind = 'talk' AND m.side = 'practice'
           AND m.at >= span.begins AND m.at < span.ends
           AND EXISTS (SELECT 1 FROM desk_attachment f WHERE f.message_id = m.id)
        UNION ALL
        SELECT a.id, a.firm_id, a.stl_id, 'movement', NULL, 'funding ' || f.id || ' ', NULL
          FROM ours a JOIN broker_fundingrequest f ON f.account_id = a.id AND f.requested_on <= the_last
        UNION ALL
        SELECT a.id, a.firm_id, a.stl_id, 'report', (j.finished_at AT TIME ZONE the_zone)::date,
               'report ' || j.id || ' ', NULL
          FROM ours a
          JOIN accounts_seat w ON w.firm_id = a.firm_id
               AND (w.role IN ('stl', 'stl_sub') AND w.account_id IN (a.id, a.stl_id) OR w.role = 'client' AND EXISTS (
                    SELECT 1 FROM accounts_clientright r WHERE r.party_id = w.party_id AND r.account_id = a.id))
          JOIN accounts_job j ON j.seat_id = w.id AND j.kind = 'export' AND j.arguments ->> 'table' = 'report'
         CROSS JOIN span
         WHERE j.finished_at >= span.begins AND j.finished_at < span.ends
           AND (j.arguments ->> 'query' !~ '&accounts='
                OR j.arguments ->> 'query' ~ ('&accounts=([^&]*\+)?' || a.number || '(\+|&|$)'))
    ), sent AS (
        SELECT d.account, d.firm, d.stl, d.kind, coalesce(d.day, (o.created_at AT TIME ZONE the_zone)::date) AS day,
               CASE WHEN d.kind = 'movement' THEN regexp_replace(o.natural_key, ' [0-9]+$', '') ELSE d.key END AS key,
               d.message, o.person_id AS person, o.recipient,
               CASE WHEN o.delivered_at IS NOT NULL THEN 'left' WHEN o.failed_at IS NOT NULL THEN 'failed'
                    WHEN o.id IS NOT NULL THEN 'queued' ELSE 'none' END AS mail,
               (coalesce(o.delivered_at, o.failed_at) AT TIME ZONE the_zone)::date AS mail_day
          FROM documents d
          LEFT JOIN accounts_outboxmessage o
            ON o.natural_key ~>=~ d.key AND o.natural_key ~<~ (left(d.key, -1) || chr(ascii(right(d.key, 1)) + 1))
           AND (d.kind NOT IN ('agreement', 'file') OR {_OWNS.format("o.person_id")})
           AND (d.kind <> 'movement' OR o.natural_key LIKE '% owner %'
                AND o.created_at >= (SELECT begins FROM span) AND o.created_at < (SELECT ends FROM span))
         WHERE d.kind NOT IN ('movement', 'report') OR o.id IS NOT NULL
    )
    SELECT d.account, d.kind, d.key, d.day, {_MASKED.format("coalesce(d.recipient, '')")}, d.mail, d.mail_day,
           CASE WHEN m.id IS NULL THEN ''
                WHEN EXISTS (SELECT 1 FROM desk_threadread seen
                              WHERE seen.thread_id = m.thread_id AND seen.until >= m.at
                                AND CASE WHEN d.person IS NULL THEN {_OWNS.format("seen.user_id")}
                                         ELSE seen.user_id = d.person END) THEN 'read'
                ELSE 'unread' END
      FROM sent d LEFT JOIN desk_message m ON m.id = d.message AND m.account_id = d.account
    UNION ALL
    SELECT DISTINCT d.id, 'sign_in', u.id::text, NULL::date, {_MASKED.format("u.email")}, '', NULL::date, ''
      FROM ours d
      JOIN accounts_seat s ON s.is_active AND s.firm_id = d.firm_id
       AND (s.role IN ('stl', 'stl_sub') AND s.account_id IN (d.id, d.stl_id) OR s.role = 'client' AND EXISTS (
            SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = d.id))
      JOIN accounts_user u ON u.id = s.user_id AND u.is_active
$$;
REVOKE ALL ON FUNCTION portal_deliveries(bigint[], date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_deliveries(bigint[], date, date, text) TO portal_web, portal_worker;
"""
DELIVERIES_BACK = "DROP FUNCTION portal_deliveries(bigint[], date, date, text)"
