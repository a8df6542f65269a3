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
_TOP = "coalesce((SELECT app_role()) = 'top', false)"
READS_SHARED = (
    f"({_TOP} AND (SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen"
    f" WHERE seen.id = account_id AND seen.practice_id = {{table}}.practice_id) AND {_BROUGHT_IN})"
)


def let_in_the_top_level(table: str, thread: str) -> str:
    """Open a table of conversations to the top level where it was brought in; it begins none in another's name."""
    reads = f"({READS.format(table=table)} OR {READS_SHARED.format(table=table, thread=thread)})"
    advisor = "coalesce((SELECT app_role()) IN ('top', 'second'), false)"
    brought_in = _BROUGHT_IN.format(table=table, thread=thread)
    own = f"(NOT {advisor} OR practice_id = (SELECT app_practice()) OR ({_TOP} AND {brought_in}))"
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
