"""The walls of LEI elections: whoever sees the account reads, its owner elects, the back office answers."""

TABLE = "desk_leielection"

ELECTS = f"""(firm_id = (SELECT app_firm()) AND (SELECT app_role()) IN ('client', 'stl')
    AND (SELECT app_reach()) = 'accounts' AND account_id = ANY ((SELECT app_accounts())::bigint[])
    AND elected_by = (SELECT app_user()) AND choice IN ('held', 'apply', 'none')
    AND EXISTS (SELECT 1 FROM accounts_account home WHERE home.id = {TABLE}.account_id
        AND home.practice_id = {TABLE}.practice_id))"""

STEPS = f"""
-- One table of what may follow what, whoever writes; two at once wait for each other.
CREATE FUNCTION desk_lei_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    before text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('lei ' || NEW.account_id, 0));
    SELECT choice INTO before FROM {TABLE} WHERE account_id = NEW.account_id
     ORDER BY elected_at DESC, id DESC LIMIT 1;
    IF NOT (CASE coalesce(before, 'none') WHEN 'none' THEN NEW.choice IN ('held', 'apply', 'none')
                 WHEN 'apply' THEN NEW.choice = 'issued' ELSE false END) THEN
        RAISE EXCEPTION 'an election of % is final', before USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {TABLE}_step BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION desk_lei_step();
"""

CORRECTED = f"""
-- What the office wrote down as issued it may write down again: the owner's choice is final, a slip of the hand is not.
CREATE OR REPLACE FUNCTION desk_lei_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    before text;
    held text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('lei ' || NEW.account_id, 0));
    SELECT choice, lei INTO before, held FROM {TABLE} WHERE account_id = NEW.account_id
     ORDER BY elected_at DESC, id DESC LIMIT 1;
    IF NOT (CASE coalesce(before, 'none') WHEN 'none' THEN NEW.choice IN ('held', 'apply', 'none')
                 WHEN 'apply' THEN NEW.choice = 'issued'
                 WHEN 'issued' THEN NEW.choice = 'issued' AND NEW.lei <> held ELSE false END) THEN
        RAISE EXCEPTION 'an election of % is final', before USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
