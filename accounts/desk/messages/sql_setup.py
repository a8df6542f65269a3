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
