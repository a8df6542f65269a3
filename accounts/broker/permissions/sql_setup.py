"""The walls of requests for trading permissions, the pending item that follows them, and who is written to."""

_ROLE = "(SELECT app_role())"
_ADVISES = f"{_ROLE} IN ('top', 'second')"

ASKS = f"""(firm_id = (SELECT app_firm()) AND asked_by = (SELECT app_user()) AND state = 'review' AND (
    ({_ROLE} = 'second' AND (SELECT app_reach()) = 'practice' AND node_kind = 'second_master'
        AND practice_id = (SELECT app_practice()))
    OR (NOT {_ADVISES} AND (SELECT app_reach()) = 'accounts'
        AND account_id = ANY ((SELECT app_accounts())::bigint[]))))"""

DECIDES = f"""(firm_id = (SELECT app_firm()) AND EXISTS (
    SELECT 1 FROM accounts_account seen WHERE seen.id = broker_permissionrequest.account_id) AND (
    ({_ROLE} = 'top' AND node_kind <> 'top_master')
    OR ({_ROLE} = 'second' AND node_kind = 'client' AND practice_id = (SELECT app_practice()))))"""

MINE = "asked_by = (SELECT app_user())"
CHANGES = f"((({MINE}) OR {DECIDES}) AND state = 'review')"
CHANGED = f"(({MINE} AND state = 'cancelled') OR ({DECIDES} AND state IN ('approved', 'declined')))"

LISTED = """
-- Both sides have it on their list: a second level's own by its firm, a client's by its practice. Who decides hears it.
CREATE FUNCTION broker_list_permission() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    decider bigint := NEW.practice_id;
BEGIN
    IF NEW.node_kind = 'second_master' THEN
        SELECT id INTO decider FROM accounts_practice WHERE firm_id = NEW.firm_id AND level = 1;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key,
                                      day)
        VALUES (gen_random_uuid(), NEW.firm_id, NEW.practice_id, NEW.account_id, 'trading_permission',
                'awaiting_advisor', 'Trading permissions are asked for', '{}', 'permission ' || NEW.id,
                (NEW.asked_at AT TIME ZONE 'America/New_York')::date);
        INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
        VALUES (NEW.firm_id, decider, NEW.account_id, 'message', 'Trading permissions are asked for', '',
                'permission ' || NEW.id, (NEW.asked_at AT TIME ZONE 'America/New_York')::date);
    ELSIF OLD.state = 'review' AND NEW.state <> 'review' THEN
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
CREATE TRIGGER broker_permissionrequest_listed AFTER INSERT OR UPDATE OF state ON broker_permissionrequest
    FOR EACH ROW EXECUTE FUNCTION broker_list_permission();

CREATE FUNCTION broker_people_of_permission(the_request uuid, the_side text) RETURNS TABLE (user_id bigint)
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
$$;
REVOKE ALL ON FUNCTION broker_people_of_permission(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_people_of_permission(uuid, text) TO portal_web, portal_worker, portal_office;
"""
