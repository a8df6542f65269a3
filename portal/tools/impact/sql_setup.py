"""The walls of preferences: an account's own practice asks and writes for the client, the owner answers alone."""

from portal.tools.sql_setup import OF_OWN_PRACTICE

INVITATION, ANSWER = "tools_impactinvitation", "tools_impactanswer"

# Whoever is signed in may read what there is to choose; what files say of securities is for advisors.
SIGNED_IN = "((SELECT app_user()) IS NOT NULL)"
ADVISES = "((SELECT app_role()) IN ('top', 'second'))"

OWNS = """(firm_id = (SELECT app_firm()) AND (SELECT app_role()) IN ('client', 'stl')
    AND (SELECT app_reach()) = 'accounts' AND account_id = ANY ((SELECT app_accounts())::bigint[]))"""
SEES = f"({OF_OWN_PRACTICE} OR {OWNS})"

INVITES = f"({OF_OWN_PRACTICE} AND state = 'invited' AND sent_by = (SELECT app_user()))"
CHANGES = f"({SEES} AND state = 'invited')"
CHANGED = f"""(({OF_OWN_PRACTICE} AND state IN ('invited', 'answered', 'withdrawn', 'expired'))
    OR ({OWNS} AND state = 'answered'))"""
COLUMNS = ("state", "times", "sent_by", "sent_at", "expires_at", "ended_by", "ended_at")

ANSWERS = f"""(answered_by = (SELECT app_user()) AND (
    ({OF_OWN_PRACTICE} AND source = 'advisor') OR ({OWNS} AND source = 'client')))"""

# Of the reader's own firm: who owns the account, or who is written to for its practice.
PEOPLE = """
CREATE FUNCTION tools_people_of_impact(the_account bigint, the_side text, the_asker bigint)
    RETURNS TABLE (user_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_account a
      JOIN accounts_seat s ON s.is_active AND s.firm_id = a.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = a.practice_id
                AND (s.standing = 'primary' OR s.user_id = the_asker)
           WHEN 'owner' THEN s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id
                   AND r.may_sign)
           ELSE false END
     WHERE a.id = the_account AND a.firm_id = app_firm()
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION tools_people_of_impact(bigint, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tools_people_of_impact(bigint, text, bigint) TO portal_web, portal_worker;
"""
KEPT = f"""
-- What was asked stays with its account, and an invitation that has ended does not live again.
CREATE TRIGGER {INVITATION}_facts BEFORE UPDATE OF firm_id, account_id ON {INVITATION}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {INVITATION}_ended BEFORE UPDATE ON {INVITATION}
    FOR EACH ROW WHEN (OLD.state <> 'invited') EXECUTE FUNCTION app_refuse_change();
"""
