"""The walls of the hedge-fund programme: the account's own advisor writes answers and asks, only the owner signs, only
the back office sends; and what the database itself asks before a client is shown to a fund."""

from accounts.desk.hedge_funds.models import ACCREDITED, QUALIFIED
from accounts.ground.access.rls import anew, at_home, instead, sees
from accounts.ground.consents.sql_setup import ADVISES, OWNS

FUNDS, ANSWERS, REQUESTS = "desk_hedgefund", "desk_investoranswer", "desk_fundrequest"

READS_FUNDS = "((SELECT app_user()) IS NOT NULL)"
# Advisors name them and owners sign for them; a money manager has no business with them.
READS_FUNDS_NOW = "((SELECT app_reach()) IN ('firm', 'practice', 'accounts'))"
READS = sees()
ANSWERED = f"({ADVISES} AND {at_home(ANSWERS)} AND written_by = (SELECT app_user()))"
ASKS = f"({ADVISES} AND {at_home(REQUESTS)} AND state = 'waiting' AND asked_by = (SELECT app_user()))"
CHANGES = f"(({ADVISES} AND state IN ('waiting', 'signed')) OR ({OWNS} AND state = 'waiting'))"
CHANGED = f"""(({OWNS} AND (state = 'signed' AND signed_by = (SELECT app_user())
        OR state = 'declined' AND ended_by = (SELECT app_user())))
    OR ({ADVISES} AND state = 'cancelled' AND ended_by = (SELECT app_user())))"""
SIGNED = ("signed_by", "signed_at", "signed_name", "signed_address", "signed_agent", "signed_session")
COLUMNS = ("state", *SIGNED, "ended_by", "ended_at")

_ACCREDITED = ", ".join(f"'{one.value}'" for one in (*ACCREDITED, *QUALIFIED))
_QUALIFIED = ", ".join(f"'{one.value}'" for one in QUALIFIED)

KEPT = f"""
-- What was asked stays as it was asked, what was signed as it was signed, and what has ended has ended.
CREATE TRIGGER {REQUESTS}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, fund_id, amount, currency,
    language, document, document_hash, asked_by, asked_at, expires_at ON {REQUESTS}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUESTS}_signed BEFORE UPDATE OF {", ".join(SIGNED)} ON {REQUESTS}
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUESTS}_ended BEFORE UPDATE ON {REQUESTS}
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {REQUESTS}_kept BEFORE DELETE ON {REQUESTS} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {FUNDS}_facts BEFORE UPDATE OF code ON {FUNDS}
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {FUNDS}_kept BEFORE DELETE ON {FUNDS} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();

-- Nobody is shown to a fund who does not qualify by the latest answer, neither when it is asked nor when it is signed.
CREATE FUNCTION desk_fund_qualifies() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    standing text;
BEGIN
    SELECT a.answer INTO standing FROM {ANSWERS} a WHERE a.account_id = NEW.account_id
     ORDER BY a.written_at DESC, a.id DESC LIMIT 1;
    IF NOT EXISTS (SELECT 1 FROM {FUNDS} f WHERE f.code = NEW.fund_id
                      AND (TG_OP = 'UPDATE' OR f.is_offered AND f.currency = NEW.currency AND NEW.amount >= f.minimum)
                      AND (standing IN ({_QUALIFIED})
                           OR f.investor = 'accredited' AND standing IN ({_ACCREDITED}))) THEN
        RAISE EXCEPTION 'the client does not qualify' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {REQUESTS}_qualifies AFTER INSERT ON {REQUESTS}
    FOR EACH ROW EXECUTE FUNCTION desk_fund_qualifies();
CREATE TRIGGER {REQUESTS}_qualifies_still AFTER UPDATE OF state ON {REQUESTS}
    FOR EACH ROW WHEN (NEW.state = 'signed') EXECUTE FUNCTION desk_fund_qualifies();

-- Whoever waits for the owner of an account that is closed or goes to another advisor, waits no more.
CREATE FUNCTION desk_fund_requests_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    WITH ended AS (
        UPDATE {REQUESTS} SET state = 'cancelled', ended_at = clock_timestamp()
         WHERE account_id = NEW.id AND state IN ('waiting', 'signed')
        RETURNING id, firm_id)
    UPDATE accounts_request r SET status = 'cancelled', finished_at = clock_timestamp() FROM ended
     WHERE r.firm_id = ended.firm_id AND r.kind = 'client_approval' AND r.finished_at IS NULL
       AND r.natural_key = 'fund request ' || ended.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_account_fund_requests AFTER UPDATE OF status, practice_id ON accounts_account
    FOR EACH ROW WHEN (OLD.practice_id <> NEW.practice_id OR OLD.status = 'O' AND NEW.status <> 'O')
    EXECUTE FUNCTION desk_fund_requests_end();

CREATE FUNCTION desk_people_of_fund_request(the_request uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM {REQUESTS} c
      JOIN accounts_account a ON a.id = c.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = c.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = c.practice_id
                AND (s.standing = 'primary' OR s.user_id = c.asked_by)
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE c.id = the_request AND (app_user() IS NULL OR app_reach() = 'office' OR c.firm_id = app_firm())
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION desk_people_of_fund_request(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_people_of_fund_request(uuid, text) TO portal_web, portal_worker, portal_office;
"""

_PEOPLE = KEPT[KEPT.index("CREATE FUNCTION desk_people_of_fund_request") : KEPT.index("REVOKE ALL")]
# Nobody is written to whose own principal has left; their seats no longer open anything either.
PEOPLE_WHO_STAND = instead(
    anew(_PEOPLE), "WHERE c.id = the_request AND", "WHERE c.id = the_request AND app_stands(s.id) AND"
)
PEOPLE_BEFORE = anew(_PEOPLE)
