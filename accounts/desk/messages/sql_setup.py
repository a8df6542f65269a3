"""SQL that a migration installs: who reads conversations, and who is told of a message."""

# A practice reads its own conversations while it looks after the account; owners read those of their accounts.
READS = (
    "(((SELECT app_reach()) IN ('firm', 'practice') AND practice_id = (SELECT app_practice())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen"
    " WHERE seen.id = account_id AND seen.practice_id = {table}.practice_id))"
    " OR ((SELECT app_reach()) = 'accounts' AND account_id = ANY ((SELECT app_accounts())::bigint[])))"
)

# Nobody begins or says anything in another person's name, or on the other side.
OWN_HAND = """
CREATE POLICY own_hand ON desk_thread AS RESTRICTIVE FOR INSERT TO portal_web, portal_worker
    WITH CHECK (opened_by = (SELECT app_user()) AND firm_id = (SELECT app_firm()));
CREATE POLICY own_hand ON desk_message AS RESTRICTIVE FOR INSERT TO portal_web, portal_worker
    WITH CHECK (author_id = (SELECT app_user()) AND firm_id = (SELECT app_firm())
                AND side = CASE (SELECT app_reach()) WHEN 'accounts' THEN 'owner' ELSE 'practice' END);
"""

# SECURITY DEFINER because the second wall hides the other side's seats from the writer, who is checked here instead.
PEOPLE = """
CREATE FUNCTION desk_people_of_thread(the_thread uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM desk_thread t
      JOIN accounts_account a ON a.id = t.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = t.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = t.practice_id
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE t.id = the_thread AND t.firm_id = app_firm()
       AND (t.practice_id = app_practice() OR t.account_id = ANY (app_accounts()))
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION desk_people_of_thread(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_people_of_thread(uuid, text) TO portal_web, portal_worker;
"""

# What the top level reads of a second level: a conversation that it was brought into, while the account stays there.
_BROUGHT_IN = "EXISTS (SELECT 1 FROM desk_threadshare shared WHERE shared.thread_id = {table}.{thread})"
TOP = "coalesce((SELECT app_role()) = 'top', false)"
READS_SHARED = (
    f"({TOP} AND (SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen"
    f" WHERE seen.id = account_id AND seen.practice_id = {{table}}.practice_id) AND {_BROUGHT_IN})"
)


def let_in_the_top_level(table: str, thread: str) -> str:
    """Open a table of conversations to the top level where it was brought in; it begins none in another's name."""
    reads = f"({READS.format(table=table)} OR {READS_SHARED.format(table=table, thread=thread)})"
    advisor = "coalesce((SELECT app_role()) IN ('top', 'second'), false)"
    brought_in = _BROUGHT_IN.format(table=table, thread=thread)
    own = f"(NOT {advisor} OR practice_id = (SELECT app_practice()) OR ({TOP} AND {brought_in}))"
    sql = f"""
    DROP POLICY page_read ON {table};
    CREATE POLICY page_read ON {table} FOR SELECT TO portal_web, portal_worker USING ({reads});
    DROP POLICY page_update ON {table};
    CREATE POLICY page_update ON {table} FOR UPDATE TO portal_web, portal_worker USING ({reads}) WITH CHECK ({reads});
    DROP POLICY own_side ON {table};
    CREATE POLICY own_side ON {table} AS RESTRICTIVE TO portal_web, portal_worker USING ({own}) WITH CHECK ({own});
    """
    if table == "desk_message":
        sql += f"""
        DROP POLICY page_insert ON desk_message;
        CREATE POLICY page_insert ON desk_message FOR INSERT TO portal_web, portal_worker WITH CHECK ({reads});
        CREATE POLICY own_level ON desk_message AS RESTRICTIVE FOR INSERT TO portal_web, portal_worker
            WITH CHECK (from_above = ({advisor} AND practice_id <> (SELECT app_practice())));
        """
    return sql


# Only the second level itself brings the level above in, in its own name.
SHARES = (
    "((SELECT app_role()) = 'second' AND practice_id = (SELECT app_practice()) AND firm_id = (SELECT app_firm())"
    " AND shared_by = (SELECT app_user()))"
)

# A file is read with its message, and added by whoever has written that.
READS_FILE = "EXISTS (SELECT 1 FROM desk_message m WHERE m.id = message_id)"
ADDS_FILE = "EXISTS (SELECT 1 FROM desk_message m WHERE m.id = message_id AND m.author_id = (SELECT app_user()))"

PEOPLE_ABOVE = """
CREATE OR REPLACE FUNCTION desk_people_of_thread(the_thread uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM desk_thread t
      JOIN accounts_account a ON a.id = t.account_id
      LEFT JOIN desk_threadshare h ON h.thread_id = t.id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = t.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = t.practice_id
           WHEN 'above' THEN h.thread_id IS NOT NULL AND s.role = 'top'
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE t.id = the_thread AND t.firm_id = app_firm()
       AND (t.practice_id = app_practice() OR t.account_id = ANY (app_accounts())
            OR (h.thread_id IS NOT NULL AND app_role() = 'top'))
     ORDER BY s.user_id
$$;
"""

# One conversation an account and practice for all that nights tell; what is told twice is told once. SECURITY DEFINER
# because the night's login has no right on conversations: it adds to this one and reads none.
TELL_OWNER = """
CREATE FUNCTION desk_tell_owner(the_account bigint, the_practice bigint, the_key uuid, the_subject text,
                                the_text text, the_name text, the_time timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO desk_thread (id, firm_id, practice_id, account_id, subject, topic, opened_by, key, last_at)
    SELECT md5('told ' || a.id || ' ' || the_practice)::uuid, a.firm_id, the_practice, a.id, the_subject, '', 0,
           md5('told ' || a.id || ' ' || the_practice)::uuid, the_time
      FROM accounts_account a
      JOIN accounts_practice p ON p.id = the_practice AND p.firm_id = a.firm_id
     WHERE a.id = the_account
    ON CONFLICT DO NOTHING;
    UPDATE desk_thread SET last_at = the_time
     WHERE id = md5('told ' || the_account || ' ' || the_practice)::uuid AND last_at < the_time;
    INSERT INTO desk_message (id, firm_id, practice_id, account_id, thread_id, side, author_id, author_name, body,
                              from_above, key, at)
    SELECT the_key, t.firm_id, t.practice_id, t.account_id, t.id, 'practice', 0, the_name, the_text, false, the_key,
           the_time
      FROM desk_thread t WHERE t.id = md5('told ' || the_account || ' ' || the_practice)::uuid
    ON CONFLICT DO NOTHING
$$;
REVOKE ALL ON FUNCTION desk_tell_owner(bigint, bigint, uuid, text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_tell_owner(bigint, bigint, uuid, text, text, text, timestamptz) TO portal_night;
"""
