"""The walls of what a client is asked to agree to: an advisor asks and takes back, only the owner agrees."""

_ROLE = "(SELECT app_role())"

ADVISES = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} IN ('top', 'second') AND practice_id = (SELECT app_practice())
    AND ((SELECT app_reach()) <> 'accounts' OR account_id = ANY ((SELECT app_accounts())::bigint[])))"""
OWNS = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} IN ('client', 'stl') AND (SELECT app_reach()) = 'accounts'
    AND account_id = ANY ((SELECT app_accounts())::bigint[]))"""

ASKS = f"({ADVISES} AND state = 'waiting' AND asked_by = (SELECT app_user()) AND asked_seat = (SELECT app_seat()))"
CHANGES = f"(({ADVISES} OR {OWNS}) AND (state = 'waiting' OR state = 'agreed' AND ended_at IS NULL))"
CHANGED = f"""(({OWNS} AND state IN ('agreed', 'declined') AND decided_by IS NOT NULL)
    OR ({ADVISES} AND (state = 'cancelled' OR state = 'agreed' AND ended_at IS NOT NULL)))"""

COLUMNS = (
    *("state", "decided_by", "decided_at", "signed_name", "signed_address", "signed_agent", "signed_session"),
    *("ended_at", "ended_by"),
)

KEPT = """
-- What was asked stays as it was asked, what was signed as it was signed.
CREATE TRIGGER accounts_consent_facts BEFORE UPDATE OF firm_id, practice_id, account_id, kind, language, document,
    document_hash, asked_by, asked_seat, asked_at, expires_at ON accounts_consent
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER accounts_consent_signed BEFORE UPDATE OF signed_name, signed_address, signed_agent, signed_session,
    decided_at, decided_by, state ON accounts_consent
    FOR EACH ROW WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION app_refuse_change();

-- Nobody but the owner makes an agreement, not even one that has ended already.
CREATE FUNCTION app_owner_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('portal_web', 'portal_worker')
       AND (coalesce(app_role(), '') NOT IN ('client', 'stl') OR NEW.decided_by IS DISTINCT FROM app_user()) THEN
        RAISE EXCEPTION 'only the owner agrees' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_consent_agreed BEFORE UPDATE OF state ON accounts_consent
    FOR EACH ROW WHEN (NEW.state = 'agreed' AND OLD.state <> 'agreed') EXECUTE FUNCTION app_owner_agrees();

CREATE FUNCTION app_people_of_consent(the_consent uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_consent c
      JOIN accounts_account a ON a.id = c.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = c.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = c.practice_id
                AND (s.standing = 'primary' OR s.user_id = c.asked_by)
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE c.id = the_consent AND (app_user() IS NULL OR c.firm_id = app_firm())
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION app_people_of_consent(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_people_of_consent(uuid, text) TO portal_web, portal_worker, portal_office;
"""

# The back office, which is of no firm, tells the client what its closing of the account has withdrawn.
PEOPLE_FOR_THE_OFFICE = """
CREATE OR REPLACE FUNCTION app_people_of_consent(the_consent uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_consent c
      JOIN accounts_account a ON a.id = c.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = c.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = c.practice_id
                AND (s.standing = 'primary' OR s.user_id = c.asked_by)
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE c.id = the_consent AND (app_user() IS NULL OR app_reach() = 'office' OR c.firm_id = app_firm())
     ORDER BY s.user_id
$$;
"""
