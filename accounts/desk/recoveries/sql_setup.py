"""The walls of class action recovery: whoever sees the account reads, its owner enrols, the back office posts."""

STEPS, POSTINGS = "desk_recoveryelection", "desk_recovery"

ELECTS = f"""(firm_id = (SELECT app_firm()) AND (SELECT app_role()) IN ('client', 'stl')
    AND (SELECT app_reach()) = 'accounts' AND account_id = ANY ((SELECT app_accounts())::bigint[])
    AND elected_by = (SELECT app_user())
    AND EXISTS (SELECT 1 FROM accounts_account home WHERE home.id = {STEPS}.account_id
        AND home.practice_id = {STEPS}.practice_id))"""

RULES = f"""
-- Enrolled and unsubscribed take turns, beginning with enrolled; two at once wait for each other.
CREATE FUNCTION desk_recovery_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    before boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('recovery ' || NEW.account_id, 0));
    SELECT is_enrolled INTO before FROM {STEPS} WHERE account_id = NEW.account_id
     ORDER BY elected_at DESC, id DESC LIMIT 1;
    IF coalesce(before, false) = NEW.is_enrolled THEN
        RAISE EXCEPTION 'it is so already' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {STEPS}_step BEFORE INSERT ON {STEPS} FOR EACH ROW EXECUTE FUNCTION desk_recovery_step();

-- Nothing is posted for an account that had not enrolled when data were sent; a reversal is of its own posting's money.
CREATE FUNCTION desk_recovery_posted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {STEPS} e WHERE e.account_id = NEW.account_id AND e.is_enrolled
                      AND (e.elected_at AT TIME ZONE 'America/New_York')::date <= NEW.data_sent_on) THEN
        RAISE EXCEPTION 'the account took no part' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind = 'reversal' AND NOT EXISTS (
        SELECT 1 FROM {POSTINGS} p WHERE p.id = NEW.reverses_id AND p.kind = 'recovery'
           AND p.account_id = NEW.account_id AND (p.currency, p.gross, p.fee, p.net)
               = (NEW.currency, NEW.gross, NEW.fee, NEW.net)) THEN
        RAISE EXCEPTION 'a reversal is of the money that was posted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {POSTINGS}_posted BEFORE INSERT ON {POSTINGS}
    FOR EACH ROW EXECUTE FUNCTION desk_recovery_posted();

-- The fee is a fifth, rounded once to the currency's smallest unit.
ALTER TABLE {POSTINGS} ADD CONSTRAINT recovery_fee_is_a_fifth
    CHECK (fee = round(gross * 0.20, CASE WHEN currency IN ('JPY', 'KRW') THEN 0 ELSE 2 END));
ALTER TABLE {POSTINGS} ADD CONSTRAINT recovery_payable
    CHECK (currency NOT IN ('JPY', 'KRW') OR gross = floor(gross));
"""

ONCE_A_CLAIM = f"""
-- Once a claim, but for what was taken back; two at once wait for each other.
CREATE FUNCTION desk_recovery_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('recovery claim ' || NEW.account_id || ' ' || NEW.reference, 0));
    IF EXISTS (SELECT 1 FROM {POSTINGS} p
                WHERE p.account_id = NEW.account_id AND p.reference = NEW.reference AND p.kind = 'recovery'
                  AND NOT EXISTS (SELECT 1 FROM {POSTINGS} back WHERE back.reverses_id = p.id)) THEN
        RAISE EXCEPTION 'this claim is posted already' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {POSTINGS}_once BEFORE INSERT ON {POSTINGS}
    FOR EACH ROW WHEN (NEW.kind = 'recovery') EXECUTE FUNCTION desk_recovery_once();
"""
