"""SQL that a migration installs: what the back office reads and writes of conversations, and who is told of one."""

from accounts.desk.messages.sql_setup import TOP

_READERS = "portal_web, portal_worker"
_ADVISOR = "coalesce((SELECT app_role()) IN ('top', 'second'), false)"
# What is kept from a side, that side does not read; a share brings the level above into plain conversations only.
_OWN_VOICE = f"CASE WHEN {_ADVISOR} THEN practice_reads ELSE owners_read END"
_NOT_SHARED = "NOT with_office OR practice_id = (SELECT app_practice())"

SIDES = f"""
CREATE POLICY own_voice ON desk_thread AS RESTRICTIVE TO {_READERS}
    USING ({_OWN_VOICE} AND (NOT {TOP} OR {_NOT_SHARED}))
    WITH CHECK ({_OWN_VOICE} AND (NOT {TOP} OR {_NOT_SHARED}));
CREATE POLICY own_kind ON desk_thread AS RESTRICTIVE FOR INSERT TO {_READERS}
    WITH CHECK (assigned_to IS NULL AND CASE kind
                WHEN 'inquiry' THEN {_ADVISOR} AND NOT with_office AND state = 'waiting' AND asks = 'owner'
                WHEN 'ticket' THEN state = 'new' AND asks = CASE WHEN {_ADVISOR} THEN 'practice' ELSE 'owner' END
                ELSE true END);
CREATE POLICY in_thread ON desk_message AS RESTRICTIVE TO {_READERS}
    USING (EXISTS (SELECT 1 FROM desk_thread t WHERE t.id = thread_id))
    WITH CHECK (EXISTS (SELECT 1 FROM desk_thread t WHERE t.id = thread_id));
GRANT UPDATE (state, state_at) ON desk_thread TO {_READERS};
CREATE SEQUENCE desk_ticket_number START 1001;
GRANT USAGE ON SEQUENCE desk_ticket_number TO {_READERS}, portal_office;
"""
SIDES_BACK = f"""
DROP SEQUENCE desk_ticket_number;
REVOKE UPDATE (state, state_at) ON desk_thread FROM {_READERS};
DROP POLICY in_thread ON desk_message;
DROP POLICY own_kind ON desk_thread;
DROP POLICY own_voice ON desk_thread;
"""

# The back office reads what is with it, and nothing of what clients and advisors say to each other.
_OF_A_TICKET = "EXISTS (SELECT 1 FROM desk_thread t WHERE t.id = thread_id)"
_OWN_HAND = "author_id = (SELECT app_user()) AND (SELECT app_role()) = 'office'"

OFFICE = f"""
CREATE POLICY office_read ON desk_thread FOR SELECT TO portal_office USING (with_office);
CREATE POLICY office_asks ON desk_thread FOR INSERT TO portal_office
    WITH CHECK (with_office AND kind = 'inquiry' AND opened_by = (SELECT app_user())
                AND (SELECT app_role()) = 'office');
CREATE POLICY office_moves ON desk_thread FOR UPDATE TO portal_office USING (with_office) WITH CHECK (with_office);
GRANT SELECT, INSERT, UPDATE (last_at, state, state_at, assigned_to) ON desk_thread TO portal_office;

CREATE POLICY office_read ON desk_message FOR SELECT TO portal_office USING ({_OF_A_TICKET});
CREATE POLICY office_says ON desk_message FOR INSERT TO portal_office
    WITH CHECK ({_OWN_HAND} AND side = 'office' AND NOT from_above AND {_OF_A_TICKET});
GRANT SELECT, INSERT ON desk_message TO portal_office;

CREATE POLICY office_read ON desk_attachment FOR SELECT TO portal_office
    USING (EXISTS (SELECT 1 FROM desk_message m WHERE m.id = message_id));
CREATE POLICY office_encloses ON desk_attachment FOR INSERT TO portal_office
    WITH CHECK (EXISTS (SELECT 1 FROM desk_message m WHERE m.id = message_id AND m.author_id = (SELECT app_user())));
GRANT SELECT, INSERT ON desk_attachment TO portal_office;

CREATE POLICY office_own ON desk_threadread TO portal_office
    USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE ON desk_threadread TO portal_office;

CREATE POLICY office_read ON desk_officenote FOR SELECT TO portal_office USING ({_OF_A_TICKET});
CREATE POLICY office_notes ON desk_officenote FOR INSERT TO portal_office WITH CHECK ({_OWN_HAND} AND {_OF_A_TICKET});
GRANT SELECT, INSERT ON desk_officenote TO portal_office;
"""
OFFICE_BACK = """
REVOKE ALL ON desk_thread, desk_message, desk_attachment, desk_threadread, desk_officenote FROM portal_office;
DROP POLICY office_notes ON desk_officenote;
DROP POLICY office_read ON desk_officenote;
DROP POLICY office_own ON desk_threadread;
DROP POLICY office_encloses ON desk_attachment;
DROP POLICY office_read ON desk_attachment;
DROP POLICY office_says ON desk_message;
DROP POLICY office_read ON desk_message;
DROP POLICY office_moves ON desk_thread;
DROP POLICY office_asks ON desk_thread;
DROP POLICY office_read ON desk_thread;
"""

# The back office is told once: by who looks after the ticket, or by everybody while nobody does. SECURITY DEFINER
# because the second wall hides the other sides' seats from the writer, who is checked here instead.
PEOPLE = """
CREATE OR REPLACE FUNCTION desk_people_of_thread(the_thread uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM desk_thread t
      JOIN accounts_account a ON a.id = t.account_id
      LEFT JOIN desk_threadshare h ON h.thread_id = t.id
      JOIN accounts_seat s ON s.is_active AND (s.firm_id = t.firm_id OR s.role = 'office') AND CASE the_side
           WHEN 'practice' THEN t.practice_reads AND a.practice_id = t.practice_id
                                AND s.role IN ('top', 'second') AND s.practice_id = t.practice_id
           WHEN 'above' THEN h.thread_id IS NOT NULL AND s.role = 'top'
           WHEN 'owner' THEN t.owners_read AND (s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id)))
           WHEN 'office' THEN t.with_office AND s.role = 'office'
                AND (s.user_id = t.assigned_to OR NOT EXISTS (
                     SELECT 1 FROM accounts_seat o
                      WHERE o.user_id = t.assigned_to AND o.role = 'office' AND o.is_active))
           ELSE false END
     WHERE t.id = the_thread
       AND CASE WHEN app_role() = 'office' THEN t.with_office
           ELSE t.firm_id = app_firm()
                AND (t.practice_id = app_practice() OR t.account_id = ANY (app_accounts())
                     OR (h.thread_id IS NOT NULL AND app_role() = 'top')) END
     ORDER BY s.user_id
$$;
GRANT EXECUTE ON FUNCTION desk_people_of_thread(uuid, text) TO portal_office;
"""

# What becomes of tickets is read by the back office alone: one kept from a side says nothing to it by its trail either.
TRAIL = f"""
CREATE TRIGGER desk_thread_trail AFTER INSERT OR UPDATE ON desk_thread FOR EACH ROW WHEN (NEW.with_office)
    EXECUTE FUNCTION app_write_trail('number', 'kind', 'state', 'assigned_to');
CREATE POLICY not_of_tickets ON accounts_trailentry AS RESTRICTIVE FOR SELECT TO {_READERS}
    USING ("table" <> 'desk_thread');
"""
TRAIL_BACK = """
DROP POLICY not_of_tickets ON accounts_trailentry;
DROP TRIGGER desk_thread_trail ON desk_thread;
"""

# SECURITY DEFINER because nobody in person carries a move out, and the back office reads no conversation of others.
MOVED = """
CREATE FUNCTION desk_withdraw_asked(the_account bigint, the_time timestamptz) RETURNS SETOF uuid
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE desk_thread t SET state = 'closed', state_at = the_time
      FROM accounts_account a
     WHERE a.id = the_account AND t.account_id = a.id AND t.kind = 'inquiry' AND NOT t.with_office
       AND t.state = 'waiting' AND (a.moved_on IS NOT NULL OR t.practice_id <> a.practice_id)
    RETURNING t.id
$$;
CREATE FUNCTION desk_ask_again(the_thread uuid, the_time timestamptz) RETURNS uuid
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH asked AS (
        SELECT t.*, a.practice_id AS home, md5('asked again ' || t.id || ' ' || a.practice_id)::uuid AS fresh
          FROM desk_thread t JOIN accounts_account a ON a.id = t.account_id
         WHERE t.id = the_thread AND t.with_office AND t.kind = 'inquiry' AND t.asks = 'practice'
           AND a.practice_id <> t.practice_id
    ), begun AS (
        INSERT INTO desk_thread (id, firm_id, practice_id, account_id, subject, topic, topic_id, kind, with_office,
                                 owners_read, practice_reads, number, state, state_at, asks, concerns, assigned_to,
                                 opened_by, key, last_at)
        SELECT fresh, firm_id, home, account_id, subject, topic, topic_id, kind, with_office, owners_read,
               practice_reads, nextval('desk_ticket_number'), 'waiting', the_time, asks, concerns, assigned_to,
               opened_by, fresh, the_time
          FROM asked ON CONFLICT DO NOTHING RETURNING id
    ), said AS (
        INSERT INTO desk_message (id, firm_id, practice_id, account_id, thread_id, side, author_id, author_name, body,
                                  from_above, key, at)
        SELECT asked.fresh, m.firm_id, asked.home, m.account_id, begun.id, m.side, m.author_id, m.author_name, m.body,
               false, asked.fresh, the_time
          FROM asked JOIN begun ON begun.id = asked.fresh
          JOIN LATERAL (SELECT * FROM desk_message q WHERE q.thread_id = asked.id ORDER BY q.at, q.id LIMIT 1) m ON true
    )
    SELECT id FROM begun
$$;
REVOKE ALL ON FUNCTION desk_withdraw_asked(bigint, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION desk_ask_again(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_withdraw_asked(bigint, timestamptz) TO portal_office;
GRANT EXECUTE ON FUNCTION desk_ask_again(uuid, timestamptz) TO portal_office;
"""
MOVED_BACK = """
DROP FUNCTION desk_ask_again(uuid, timestamptz);
DROP FUNCTION desk_withdraw_asked(bigint, timestamptz);
"""
