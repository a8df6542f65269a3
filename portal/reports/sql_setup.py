"""The SQL of the delivery audit, kept as text for its migration."""

# An address that is known by whoever knows it: its first letter and where it is.
_MASKED = (
    "CASE WHEN {0} = '' THEN '' WHEN strpos({0}, '@') > 1"
    " THEN left({0}, 1) || '\u2022\u2022\u2022' || substring({0} FROM strpos({0}, '@')) ELSE '\u2022\u2022\u2022' END"
)
_OWNS = "(d.account, {0}) IN (SELECT owner.account, owner.person FROM owners owner)"

# SECURITY DEFINER, because no page reads what is owed, nor what others have read. It answers advisors about accounts
# within their reach, and where a document has a payee or an author, about those that they may read themselves: the
# top level all but conversations, everybody else their own practice's. No text, no whole address comes back.
#
# Who owns an account is asked for from the account on, by its rights, so that other accounts' people are never read.
# Keys tie rights and seats to the account's firm: asked for here once more, a plan might read all seats of the firm.
DELIVERIES = rf"""
CREATE FUNCTION portal_deliveries(the_accounts bigint[], the_first date, the_last date, the_zone text)
    RETURNS TABLE (account bigint, kind text, document text, day date, address text, mail text, mail_day date,
                   center text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH ours AS MATERIALIZED (
        SELECT a.id, a.practice_id, a.stl_id, a.number FROM accounts_account a
         WHERE a.id = ANY (the_accounts) AND a.firm_id = app_firm() AND app_role() IN ('top', 'second')
           AND CASE app_reach() WHEN 'firm' THEN true WHEN 'practice' THEN a.practice_id = app_practice()
                                WHEN 'accounts' THEN a.id = ANY (app_accounts()) ELSE false END
    ), owners AS MATERIALIZED (
        SELECT a.id AS account, s.id AS seat, s.user_id AS person, s.is_active FROM ours a
          JOIN accounts_clientright r ON r.account_id = a.id
          JOIN accounts_seat s ON s.party_id = r.party_id AND s.role = 'client'
        UNION ALL
        SELECT a.id, s.id, s.user_id, s.is_active FROM ours a
          JOIN accounts_seat s ON s.account_id = ANY (ARRAY[a.id, a.stl_id]) AND s.role IN ('stl', 'stl_sub')
    ), span AS (
        SELECT the_first::timestamp AT TIME ZONE the_zone AS begins,
               (the_last + 1)::timestamp AT TIME ZONE the_zone AS ends
    ), documents AS (
        SELECT a.id AS account, 'notice' AS kind, n.day,
               'fee notice:' || n.charge_id || ':' AS key, n.charge_id AS message
          FROM ours a JOIN fees_notice n ON n.account_id = a.id AND n.day BETWEEN the_first AND the_last
         WHERE app_role() = 'top' OR n.practice_id = app_practice()
        UNION ALL
        SELECT a.id, 'proposal', (p.proposed_at AT TIME ZONE the_zone)::date,
               'fee proposal:' || p.id || ':proposed:', NULL
          FROM ours a JOIN fees_proposal p ON p.account_id = a.id AND p.needs_signature CROSS JOIN span
         WHERE p.proposed_at >= span.begins AND p.proposed_at < span.ends
           AND (app_role() = 'top' OR p.practice_id = app_practice())
        UNION ALL
        SELECT a.id, 'agreement', (g.at AT TIME ZONE the_zone)::date,
               'fee proposal:' || g.proposal_id || ':approved:', NULL
          FROM ours a JOIN fees_signature g ON g.account_id = a.id CROSS JOIN span
         WHERE g.at >= span.begins AND g.at < span.ends
           AND (app_role() = 'top' OR g.practice_id = app_practice())
        UNION ALL
        SELECT a.id, 'file', (m.at AT TIME ZONE the_zone)::date, 'message:' || m.id || ':', m.id
          FROM ours a JOIN desk_thread t ON t.account_id = a.id AND t.practice_id = a.practice_id
          JOIN desk_message m ON m.thread_id = t.id CROSS JOIN span
         WHERE t.practice_id = app_practice() AND t.kind = 'talk' AND m.side = 'practice'
           AND m.at >= span.begins AND m.at < span.ends
           AND EXISTS (SELECT 1 FROM desk_attachment f WHERE f.message_id = m.id)
        UNION ALL
        SELECT a.id, 'movement', NULL, 'funding ' || f.id || ' ', NULL
          FROM ours a JOIN broker_fundingrequest f ON f.account_id = a.id AND f.requested_on <= the_last
        UNION ALL
        SELECT a.id, 'report', (j.finished_at AT TIME ZONE the_zone)::date,
               'report ' || j.id || ' ', NULL
          FROM ours a
          JOIN owners w ON w.account = a.id
          JOIN accounts_job j ON j.seat_id = w.seat AND j.kind = 'export' AND j.arguments ->> 'table' = 'report'
         CROSS JOIN span
         WHERE j.finished_at >= span.begins AND j.finished_at < span.ends
           AND (j.arguments ->> 'query' !~ '&accounts='
                OR j.arguments ->> 'query' ~ ('&accounts=([^&]*\+)?' || a.number || '(\+|&|$)'))
    ), sent AS (
        SELECT d.account, d.kind, coalesce(d.day, (o.created_at AT TIME ZONE the_zone)::date) AS day,
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
    SELECT DISTINCT d.account, 'sign_in', u.id::text, NULL::date, {_MASKED.format("u.email")}, '', NULL::date, ''
      FROM owners d JOIN accounts_user u ON u.id = d.person AND u.is_active
     WHERE d.is_active
$$;
REVOKE ALL ON FUNCTION portal_deliveries(bigint[], date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_deliveries(bigint[], date, date, text) TO portal_web, portal_worker;
"""
DELIVERIES_BACK = "DROP FUNCTION portal_deliveries(bigint[], date, date, text)"
