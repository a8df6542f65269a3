"""The walls of requests for trading permissions since an agreement is read before it is signed."""

_ROLE = "(SELECT app_role())"

OWNS = f"""(firm_id = (SELECT app_firm()) AND (
    ({_ROLE} = 'second' AND (SELECT app_reach()) = 'practice' AND node_kind = 'second_master'
        AND practice_id = (SELECT app_practice()))
    OR ({_ROLE} NOT IN ('top', 'second') AND (SELECT app_reach()) = 'accounts'
        AND account_id = ANY ((SELECT app_accounts())::bigint[]))))"""

DECIDES = f"""(firm_id = (SELECT app_firm()) AND EXISTS (
    SELECT 1 FROM accounts_account seen WHERE seen.id = broker_permissionrequest.account_id) AND (
    ({_ROLE} = 'top' AND node_kind <> 'top_master')
    OR ({_ROLE} = 'second' AND node_kind = 'client' AND practice_id = (SELECT app_practice()))))"""

ASKS = f"""(asked_by = (SELECT app_user()) AND state = 'requested' AND (
    {OWNS} OR (node_kind IN ('client', 'stl_master', 'stl_sub') AND {DECIDES})))"""

MINE = "(firm_id = (SELECT app_firm()) AND asked_by = (SELECT app_user()))"
CHANGES = f"(({MINE} OR {OWNS} OR {DECIDES}) AND state IN ('requested', 'agreement', 'review'))"
CHANGED = f"""(({OWNS} AND (state IN ('agreement', 'cancelled')
        OR (state = 'review' AND signed_by = (SELECT app_user()))))
    OR ({MINE} AND state = 'cancelled')
    OR ({DECIDES} AND state IN ('approved', 'declined') AND signed_at IS NOT NULL))"""

COLUMNS = (
    "state, decided_at, decided_by, reason, objective, experience, language, document, document_hash, signed_name,"
    " signed_at, signed_by, signed_address, signed_agent, signed_session, due_at, expires_at"
)

WALLS = f"""
DROP POLICY page_insert ON broker_permissionrequest;
DROP POLICY page_update ON broker_permissionrequest;
CREATE POLICY page_insert ON broker_permissionrequest FOR INSERT TO {{readers}} WITH CHECK ({ASKS} AND {{home}});
CREATE POLICY page_update ON broker_permissionrequest FOR UPDATE TO {{readers}}
    USING ({CHANGES}) WITH CHECK ({CHANGED});
GRANT UPDATE ({COLUMNS}) ON broker_permissionrequest TO {{readers}};
-- What was signed stays as it was signed.
CREATE TRIGGER broker_permissionrequest_signed BEFORE UPDATE OF wanted, objective, experience, language, document,
    document_hash, signed_name, signed_at, signed_by, signed_address, signed_agent, signed_session, due_at
    ON broker_permissionrequest FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
"""

# Earlier requests were signed as they were asked, by who asked.
BEFORE = """
UPDATE broker_permissionrequest SET signed_at = asked_at, signed_by = asked_by;
"""

LISTED = """
-- Both sides have it on their list; who decides hears of it once it is signed, the owner if somebody else has begun it.
CREATE OR REPLACE FUNCTION broker_list_permission() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    decider bigint := NEW.practice_id;
    this_day date := (coalesce(NEW.signed_at, NEW.asked_at) AT TIME ZONE 'America/New_York')::date;
BEGIN
    IF NEW.node_kind = 'second_master' THEN
        SELECT id INTO decider FROM accounts_practice WHERE firm_id = NEW.firm_id AND level = 1;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key,
                                      day)
        VALUES (gen_random_uuid(), NEW.firm_id, NEW.practice_id, NEW.account_id, 'trading_permission',
                CASE WHEN NEW.node_kind = 'second_master' THEN 'incomplete' ELSE 'awaiting_client' END,
                'Trading permissions are asked for', jsonb_build_object('permission', NEW.id), 'permission ' || NEW.id,
                this_day);
    ELSIF NEW.state = 'review' AND OLD.state <> 'review' THEN
        UPDATE accounts_request SET status = 'awaiting_advisor'
         WHERE firm_id = NEW.firm_id AND kind = 'trading_permission' AND natural_key = 'permission ' || NEW.id
           AND finished_at IS NULL;
        INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
        VALUES (NEW.firm_id, decider, NEW.account_id, 'message', 'Trading permissions are asked for', '',
                'permission ' || NEW.id, this_day);
    ELSIF OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL THEN
        UPDATE accounts_request SET finished_at = NEW.decided_at,
               status = CASE NEW.state WHEN 'declined' THEN 'rejected' ELSE NEW.state END
         WHERE firm_id = NEW.firm_id AND kind = 'trading_permission' AND natural_key = 'permission ' || NEW.id
           AND finished_at IS NULL;
        IF NEW.node_kind = 'second_master' AND NEW.state <> 'cancelled' THEN
            INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
            VALUES (NEW.firm_id, NEW.practice_id, NEW.account_id, 'message',
                    CASE NEW.state WHEN 'approved' THEN 'Your trading permissions were approved'
                                   WHEN 'declined' THEN 'Your trading permissions were declined'
                                   ELSE 'Your request for trading permissions has expired' END, '',
                    'permission ' || NEW.id || ' answer', (NEW.decided_at AT TIME ZONE 'America/New_York')::date);
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION broker_people_of_permission(the_request uuid, the_side text)
    RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT q.asked_by FROM broker_permissionrequest q
     WHERE q.id = the_request AND the_side = 'asker' AND (app_user() IS NULL OR q.firm_id = app_firm())
    UNION
    SELECT s.user_id FROM broker_permissionrequest q
      JOIN accounts_practice p ON p.firm_id = q.firm_id
       AND CASE WHEN q.node_kind = 'second_master' THEN p.level = 1 ELSE p.id = q.practice_id END
      JOIN accounts_seat s ON s.practice_id = p.id AND s.is_active AND s.role IN ('top', 'second')
      LEFT JOIN accounts_accessrole r ON r.id = s.access_role_id
     WHERE q.id = the_request AND the_side = 'decider' AND (app_user() IS NULL OR q.firm_id = app_firm())
       AND (s.standing = 'primary' OR 'trading_permissions' = ANY (coalesce(r.abilities, s.abilities)))
    UNION
    SELECT s.user_id FROM broker_permissionrequest q
      JOIN accounts_account a ON a.id = q.account_id
      JOIN accounts_seat s ON s.firm_id = q.firm_id AND s.is_active AND (
           s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id)))
     WHERE q.id = the_request AND the_side = 'owner' AND a.kind IN ('client', 'stl_master', 'stl_sub')
       AND (app_user() IS NULL OR q.firm_id = app_firm())
$$;
"""
