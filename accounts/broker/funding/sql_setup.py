"""The walls of money in and out, what may follow what, the pending item that goes along, and who is written to."""

from accounts.ground.access import rls

REQUEST, BANK = "broker_fundingrequest", "broker_savedbank"

_ROLE = "(SELECT app_role())"

# An advisor of the account's own practice; a level above reads it in reports alone. The owner is a client or the STL
# master; a sub account is funded by its master.
ADVISES = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} IN ('top', 'second') AND practice_id = (SELECT app_practice())
    AND ((SELECT app_reach()) <> 'accounts' OR account_id = ANY ((SELECT app_accounts())::bigint[])))"""
OWNS = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} IN ('client', 'stl') AND (SELECT app_reach()) = 'accounts'
    AND account_id = ANY ((SELECT app_accounts())::bigint[]))"""
SEES = f"({ADVISES} OR {OWNS})"

# Nobody funds a master account of advisors; money of a sub account only moves inside its group.
_FUNDABLE = """EXISTS (SELECT 1 FROM accounts_account f WHERE f.id = {table}.account_id
    AND (f.kind IN ('client', 'stl_master') OR {sub}))"""
# What a client agreed to: without it each movement that the advisor asks for waits for the client.
_STREAMLINED = f"""EXISTS (SELECT 1 FROM accounts_consent c WHERE c.account_id = {REQUEST}.account_id
    AND c.practice_id = {REQUEST}.practice_id AND c.kind = 'streamlined' AND c.state = 'agreed'
    AND c.ended_at IS NULL)"""

_SUB = "f.kind = 'stl_sub' AND {table}.kind = 'internal_cash'"
_FUNDABLE_REQUEST = _FUNDABLE.format(table=REQUEST, sub=_SUB.format(table=REQUEST))

# Cash inside the firm stays with one advisor.
_COUNTER = f"""(counter_id IS NULL OR EXISTS (SELECT 1 FROM accounts_account o
    WHERE o.id = {REQUEST}.counter_id AND o.practice_id = {REQUEST}.practice_id))"""

ASKS = f"""(asked_by = (SELECT app_user()) AND {_FUNDABLE_REQUEST} AND {_COUNTER} AND (
    ({ADVISES} AND is_by_advisor AND (status IN ('pending_confirmation', 'pending_verification')
        OR status IN ('pending', 'approved') AND {_STREAMLINED}))
    OR ({OWNS} AND NOT is_by_advisor AND (status IN ('pending_confirmation', 'pending_advisor')
        OR status = 'pending' AND kind <> 'withdrawal' OR status = 'approved' AND kind = 'bank'))))"""
CHANGES = f"({SEES} AND status IN ('pending_confirmation', 'pending_verification', 'pending_advisor', 'pending'))"
CHANGED = f"""({SEES} AND status IN ('pending_confirmation', 'pending_verification', 'pending_advisor', 'pending',
    'approved', 'rejected', 'cancelled'))"""
COLUMNS = (
    *("status", "amount", "usd", "available", "counts_on", "numbered_at", "hold_until", "verified_by"),
    *("consented_by", "released_at", "ended_by", "ended_at", "reason"),
)

ADDS = f"""(added_by = (SELECT app_user()) AND {SEES} AND {_FUNDABLE.format(table=BANK, sub="false")})"""

STEPS = f"""
-- One table of what may follow what, whoever asks; and whose step it is, where a page takes it.
CREATE FUNCTION broker_funding_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    by_page boolean := current_user IN ('portal_web', 'portal_worker');
    owns boolean := coalesce(app_role(), '') IN ('client', 'stl');
BEGIN
    IF NOT (OLD.status || ' ' || NEW.status) = ANY (ARRAY[
        'pending_confirmation pending_verification', 'pending_confirmation pending_advisor',
        'pending_confirmation pending', 'pending_confirmation approved', 'pending_confirmation cancelled',
        'pending_confirmation expired',
        'pending_verification pending', 'pending_verification approved', 'pending_verification rejected',
        'pending_verification cancelled', 'pending_verification expired',
        'pending_advisor pending', 'pending_advisor cancelled',
        'pending processed', 'pending completed', 'pending cancelled',
        'processed completed', 'processed rejected']) THEN
        RAISE EXCEPTION 'a funding request does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'expired' AND NEW.kind <> 'bank' AND OLD.status <> 'pending_confirmation' THEN
        RAISE EXCEPTION 'no movement of money ends by the clock' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT by_page THEN
        RETURN NEW;
    END IF;
    IF NEW.status IN ('processed', 'completed', 'expired')
        -- Only the owner verifies what an advisor asked for, and only the advisor consents; the hold ends by the clock.
        OR OLD.status = 'pending_verification' AND NEW.status <> 'cancelled'
            AND NOT (owns AND NEW.verified_by = app_user())
        OR OLD.status = 'pending_advisor' AND NEW.status = 'pending'
            AND NOT (NOT owns AND NEW.consented_by = app_user())
        -- A number confirms what its asker asked for, and leads no further than asking with a device would have.
        OR OLD.status = 'pending_confirmation' AND NEW.status <> 'cancelled' AND (OLD.asked_by <> app_user()
            OR NEW.status IN ('pending', 'approved') AND NEW.is_by_advisor AND NOT EXISTS (
                SELECT 1 FROM accounts_consent c WHERE c.account_id = NEW.account_id
                   AND c.practice_id = NEW.practice_id AND c.kind = 'streamlined' AND c.state = 'agreed'
                   AND c.ended_at IS NULL)
            OR NEW.status = 'pending' AND NEW.kind = 'withdrawal' AND NOT NEW.is_by_advisor)
        -- An advisor takes back only what an advisor asked for.
        OR NEW.status = 'cancelled' AND NOT owns AND NOT NEW.is_by_advisor THEN
        RAISE EXCEPTION 'this step is somebody else''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {REQUEST}_step BEFORE UPDATE OF status ON {REQUEST}
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION broker_funding_step();

-- What was asked for stays as it was; only a wire that is announced and not yet sent may have another amount.
CREATE TRIGGER {REQUEST}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, kind, method, currency,
    counter_id, bank_id, is_by_advisor, factor, key, asked_by, asked_at, requested_on ON {REQUEST}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUEST}_amount BEFORE UPDATE OF amount ON {REQUEST}
    FOR EACH ROW WHEN (OLD.amount IS DISTINCT FROM NEW.amount
        AND NOT (OLD.kind = 'deposit' AND OLD.method = 'WIRE' AND OLD.status = 'pending'))
    EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUEST}_counts BEFORE UPDATE OF usd, available, counts_on, hold_until ON {REQUEST}
    FOR EACH ROW WHEN (OLD.status <> 'pending_confirmation') EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUEST}_numbered BEFORE UPDATE OF numbered_at ON {REQUEST}
    FOR EACH ROW WHEN (OLD.status <> 'pending_confirmation' OR NEW.status <> 'pending_confirmation')
    EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUEST}_released BEFORE UPDATE OF released_at ON {REQUEST}
    FOR EACH ROW WHEN (OLD.status = NEW.status OR NEW.status <> 'pending') EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUEST}_kept BEFORE DELETE ON {REQUEST} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {BANK}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, name, method, bank_name, holder,
    code, number, added_by, added_at ON {BANK} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {BANK}_stays BEFORE UPDATE ON {BANK}
    FOR EACH ROW WHEN (OLD.deleted_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {BANK}_kept BEFORE DELETE ON {BANK} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""

_SEES_ACCOUNT = rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")

SUMS = f"""
-- What the signed-in person has withdrawn: today, since a day, and ever by ACH or EFT, in US dollars; in all seats.
CREATE FUNCTION broker_withdrawn(the_day date, since date)
    RETURNS TABLE (a_day numeric, window_sum numeric, by_ach numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(r.usd) FILTER (WHERE r.counts_on = the_day), 0),
           coalesce(sum(r.usd) FILTER (WHERE r.counts_on BETWEEN since AND the_day), 0),
           coalesce(sum(r.usd) FILTER (WHERE r.method IN ('ACH', 'EFT')), 0)
      FROM {REQUEST} r
     WHERE r.asked_by = app_user() AND r.kind = 'withdrawal'
       AND r.status NOT IN ('pending_confirmation', 'cancelled', 'rejected', 'expired')
$$;

-- What an account that the caller sees has in a currency: settled cash, every posting that the broker has not booked,
-- whichever level's it is, and what is promised away, whoever asked; what has left, until the balance shows it.
CREATE FUNCTION broker_free_cash(the_account bigint, the_day date, code text)
    RETURNS TABLE (as_of date, settled numeric, pending numeric, promised numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.as_of, coalesce(c.settled, 0), coalesce(c.pending, 0), (
           SELECT coalesce(sum(r.amount), 0) FROM {REQUEST} r
            WHERE r.account_id = a.id AND r.firm_id = a.firm_id AND r.currency = code
              AND r.kind IN ('withdrawal', 'internal_cash')
              AND (r.status IN ('pending_verification', 'pending_advisor', 'pending', 'processed')
                   OR r.status = 'completed'
                      AND greatest(r.credited_on, r.available_on) > coalesce(c.as_of, '-infinity')))
      FROM accounts_account a
      LEFT JOIN broker_available_cash(the_account, the_account + 1, the_day, code) c ON c.account_id = a.id
     WHERE a.id = the_account AND {_SEES_ACCOUNT}
$$;

-- A wrong number counts although the request that brought it is taken back.
CREATE FUNCTION broker_wrong_number(the_request uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE {REQUEST} SET wrong_numbers = least(wrong_numbers + 1, 100)
     WHERE id = the_request AND asked_by = app_user() AND status = 'pending_confirmation'
$$;

CREATE FUNCTION broker_people_of_funding(the_request uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM {REQUEST} q
      JOIN accounts_account a ON a.id = q.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = q.firm_id AND CASE the_side
           WHEN 'asker' THEN s.user_id = q.asked_by
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = q.practice_id
                AND s.standing = 'primary'
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) AND s.role = 'stl' OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE q.id = the_request AND (app_user() IS NULL OR app_reach() = 'office' OR q.firm_id = app_firm())
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION broker_withdrawn(date, date), broker_free_cash(bigint, date, text), broker_wrong_number(uuid),
    broker_people_of_funding(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_withdrawn(date, date), broker_free_cash(bigint, date, text), broker_wrong_number(uuid)
    TO portal_web, portal_worker;
GRANT EXECUTE ON FUNCTION broker_people_of_funding(uuid, text)
    TO portal_web, portal_worker, portal_office, portal_night;
"""

LISTED = f"""
-- The pending item goes along with the request, and ends with it.
CREATE FUNCTION broker_list_funding() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    shown text := CASE NEW.status
        WHEN 'pending_confirmation' THEN 'incomplete' WHEN 'pending_verification' THEN 'awaiting_client'
        WHEN 'pending_advisor' THEN 'awaiting_advisor' WHEN 'pending' THEN 'awaiting_broker'
        WHEN 'processed' THEN 'awaiting_broker' WHEN 'completed' THEN 'approved' ELSE NEW.status END;
BEGIN
    INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key, day,
                                  finished_at)
    VALUES (gen_random_uuid(), NEW.firm_id, NEW.practice_id, NEW.account_id, 'funding', shown,
            CASE NEW.kind WHEN 'deposit' THEN 'Deposit' WHEN 'withdrawal' THEN 'Withdrawal'
                 WHEN 'bank' THEN 'Bank instruction' ELSE 'Internal cash transfer' END,
            jsonb_build_object('funding', NEW.id), 'funding ' || NEW.id, NEW.requested_on, NEW.ended_at)
    ON CONFLICT (firm_id, kind, natural_key) DO UPDATE
       SET status = excluded.status, finished_at = excluded.finished_at;
    -- A bank that was taken back or declined is none, and its name is free again.
    IF NEW.kind = 'bank' AND NEW.status IN ('cancelled', 'rejected') THEN
        UPDATE {BANK} SET deleted_at = NEW.ended_at, deleted_by = coalesce(NEW.ended_by, NEW.asked_by)
         WHERE id = NEW.bank_id AND deleted_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {REQUEST}_listed AFTER INSERT OR UPDATE OF status ON {REQUEST}
    FOR EACH ROW EXECUTE FUNCTION broker_list_funding();
"""
