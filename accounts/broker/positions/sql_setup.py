"""The walls of positions that are to move, what is promised of them, and that what leaves counts against the limits."""

from accounts.broker.funding.sql_setup import ADVISES, LISTED, OWNS, REQUEST, SEES
from accounts.ground.access import rls

POSITION = "broker_movedposition"

# Positions are written before their request, so that nothing is ever added to one that somebody has agreed to. The
# composite key is checked at the end: the request that then stands is of the same account and practice.
ADDS = f"""({SEES} AND NOT EXISTS (SELECT 1 FROM {REQUEST} q WHERE q.id = {POSITION}.request_id)
    AND {rls.at_home(POSITION)})"""

# The second wall already lets positions of clients and STL masters pass as it does money; those of a sub account move
# inside its group alone.
ASKS_FOR_A_SUB = f"""(asked_by = (SELECT app_user()) AND kind = 'position_inside' AND {rls.at_home(REQUEST)}
    AND EXISTS (SELECT 1 FROM accounts_account f JOIN accounts_account o ON o.id = {REQUEST}.counter_id
        AND o.practice_id = {REQUEST}.practice_id
        WHERE f.id = {REQUEST}.account_id AND f.kind = 'stl_sub' AND f.stl_id IN (o.id, o.stl_id))
    AND (({ADVISES} AND is_by_advisor AND status IN ('pending_confirmation', 'pending_verification'))
        OR ({OWNS} AND NOT is_by_advisor AND status IN ('pending_confirmation', 'pending'))))"""

STAYS = f"""
CREATE TRIGGER {POSITION}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, request_id, symbol, conid, asset,
    currency, quantity ON {POSITION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {POSITION}_kept BEFORE DELETE ON {POSITION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();

-- Positions that leave are named one by one; a whole account comes without a list.
CREATE FUNCTION broker_positions_are_named() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {POSITION} p WHERE p.request_id = NEW.id) THEN
        RAISE EXCEPTION 'a transfer of positions names them' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {REQUEST}_named BEFORE INSERT ON {REQUEST}
    FOR EACH ROW WHEN (NEW.kind IN ('position_out', 'position_inside'))
    EXECUTE FUNCTION broker_positions_are_named();
"""

SUMS = f"""
-- What of an account that the caller sees is promised away by contract, whoever asked; what has left, until the
-- positions' day shows it.
CREATE FUNCTION broker_promised_positions(the_account bigint, the_day date)
    RETURNS TABLE (symbol varchar, currency varchar, quantity numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.symbol, p.currency, sum(p.quantity)
      FROM accounts_account a
      JOIN {REQUEST} r ON r.account_id = a.id AND r.firm_id = a.firm_id
       AND r.kind IN ('position_out', 'position_inside')
      JOIN {POSITION} p ON p.request_id = r.id
      LEFT JOIN broker_positiontransfer m ON m.id = p.moved_id
     WHERE a.id = the_account AND {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")}
       AND (r.status IN ('pending_verification', 'pending_advisor', 'pending', 'processed', 'completed'))
       AND (m.id IS NULL OR m.report_on > the_day)
     GROUP BY p.symbol, p.currency
$$;
REVOKE ALL ON FUNCTION broker_promised_positions(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_promised_positions(bigint, date) TO portal_web, portal_worker;

-- What the signed-in person has had leave: today, since a day, and ever by ACH or EFT, in US dollars; in all seats.
-- Positions that go to another broker count with what they were worth.
CREATE OR REPLACE FUNCTION broker_withdrawn(the_day date, since date)
    RETURNS TABLE (a_day numeric, window_sum numeric, by_ach numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(r.usd) FILTER (WHERE r.counts_on = the_day), 0),
           coalesce(sum(r.usd) FILTER (WHERE r.counts_on BETWEEN since AND the_day), 0),
           coalesce(sum(r.usd) FILTER (WHERE r.method IN ('ACH', 'EFT')), 0)
      FROM {REQUEST} r
     WHERE r.asked_by = app_user() AND r.kind IN ('withdrawal', 'position_out')
       AND r.status NOT IN ('pending_confirmation', 'cancelled', 'rejected', 'expired')
$$;
"""

TIES = f"""
ALTER TABLE {POSITION} ADD CONSTRAINT movedposition_request_account
    FOREIGN KEY (firm_id, practice_id, account_id, request_id)
    REFERENCES {REQUEST} (firm_id, practice_id, account_id, id) DEFERRABLE INITIALLY DEFERRED;
"""

# The pending item of a request, as money has it, with the names of these kinds.
_NAMES = """WHEN 'bank' THEN 'Bank instruction' WHEN 'position_in' THEN 'Inbound position transfer'
                 WHEN 'position_out' THEN 'Outbound position transfer'
                 WHEN 'position_inside' THEN 'Internal position transfer'"""
LISTS = rls.instead(rls.anew(LISTED.partition("CREATE TRIGGER")[0]), "WHEN 'bank' THEN 'Bank instruction'", _NAMES)
