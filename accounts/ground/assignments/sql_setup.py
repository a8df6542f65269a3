"""The walls of money managers: their reach, the assignments, and what they read of the accounts assigned to them.

The reach of a money manager is a word of its own, `managed`, which no other policy knows: what is not opened here, in
so many words, is closed to it.
"""

from accounts.ground.access.rls import READERS, sees

_ROLE = "(SELECT app_role())"
MANAGED = "(SELECT app_reach()) = 'managed'"
# The practice of one's own master account: whom one's fees are paid to.
OWN_BOOK = "(SELECT app_managers_practice())"

TABLE = "accounts_assignment"
_COLUMNS = """user_id bigint, seat_id bigint, role text, reach text, firm_id bigint, practice_id bigint,
                   account_id bigint, account_ids bigint[], party_id bigint, abilities text[], manages boolean,
                   narrowed boolean, token_id uuid"""

ADVISES = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} = 'top' AND practice_id = (SELECT app_practice())
    AND ((SELECT app_reach()) <> 'accounts' OR account_id = ANY ((SELECT app_accounts())::bigint[])))"""
IS_MANAGER = f"({MANAGED} AND firm_id = (SELECT app_firm()) AND manager_id = (SELECT app_account()))"
READ = sees(also=IS_MANAGER)
ASKS = f"({ADVISES} AND state = 'asked' AND asked_by = (SELECT app_user()))"
DECIDES = f"""(({ADVISES} AND state IN ('cancelled', 'ended'))
    OR ({IS_MANAGER} AND state IN ('accepted', 'declined', 'ended')))"""
COLUMNS = ("state", "decided_at", "decided_by", "ended_at", "ended_by")

# As before, with the accounts that a money manager has accepted; its own master account is among them.
ACCOUNTS = """
CREATE OR REPLACE FUNCTION app_seat_accounts(the_seat bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seat record;
    narrow record;
BEGIN
    SELECT * INTO seat FROM accounts_seat WHERE id = the_seat;
    -- A second user works with the accounts of the person it belongs to.
    SELECT * INTO narrow FROM accounts_seat WHERE id = coalesce(seat.principal_id, seat.id);
    IF seat.role IN ('top', 'second') AND narrow.holdings = 'all' THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(
        SELECT a.id FROM accounts_account a
         WHERE a.firm_id = seat.firm_id
           AND CASE seat.role
               WHEN 'top' THEN true
               WHEN 'second' THEN a.practice_id = seat.practice_id
               WHEN 'client' THEN a.id IN (SELECT r.account_id FROM accounts_clientright r
                                            WHERE r.party_id = seat.party_id AND r.firm_id = seat.firm_id)
               WHEN 'stl' THEN a.id = seat.account_id OR a.stl_id = seat.account_id
               WHEN 'manager' THEN a.id = seat.account_id
                    OR a.id IN (SELECT m.account_id FROM accounts_assignment m
                                 WHERE m.manager_id = seat.account_id AND m.firm_id = seat.firm_id
                                   AND m.state = 'accepted')
               ELSE a.id = seat.account_id END
           AND CASE narrow.holdings
               WHEN 'all' THEN true
               WHEN 'chosen' THEN a.id IN (SELECT c.account_id FROM accounts_seataccount c WHERE c.seat_id = narrow.id)
               ELSE a.kind = ANY (narrow.account_types) OR a.account_type = ANY (narrow.account_types) END
         ORDER BY a.id);
END $$;
"""

REACH = f"""
CREATE OR REPLACE FUNCTION app_take_seat(the_seat bigint, the_address text, the_token uuid, at_most text[])
    RETURNS TABLE ({_COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seat record;
    found bigint[];
BEGIN
    SELECT s.* INTO seat FROM accounts_seat s WHERE s.id = the_seat;
    found := CASE WHEN seat.role <> 'office' THEN app_seat_accounts(seat.id) END;
    abilities := app_abilities(seat.id);
    manages := seat.role <> 'manager' AND (seat.standing = 'primary' OR 'manage_users' = ANY (abilities));
    IF at_most IS NOT NULL THEN
        abilities := CASE WHEN abilities IS NULL THEN at_most
                          ELSE ARRAY(SELECT unnest(abilities) INTERSECT SELECT unnest(at_most) ORDER BY 1) END;
        manages := false;
    END IF;
    user_id := seat.user_id; seat_id := seat.id; role := seat.role; firm_id := seat.firm_id;
    practice_id := seat.practice_id; account_id := seat.account_id; party_id := seat.party_id; token_id := the_token;
    narrowed := found IS NOT NULL AND seat.role IN ('top', 'second');
    account_ids := coalesce(found, '{{}}'::bigint[]);
    reach := CASE WHEN seat.role = 'office' THEN 'office'
                  WHEN seat.role = 'manager' THEN 'managed'
                  WHEN found IS NOT NULL THEN 'accounts'
                  WHEN seat.role = 'top' THEN 'firm' ELSE 'practice' END;
    PERFORM set_config('app.user', user_id::text, true), set_config('app.seat', seat_id::text, true),
            set_config('app.role', role, true), set_config('app.firm', coalesce(firm_id::text, ''), true),
            set_config('app.practice', coalesce(practice_id::text, ''), true),
            set_config('app.party', coalesce(party_id::text, ''), true),
            set_config('app.account', coalesce(account_id::text, ''), true),
            set_config('app.manages', CASE WHEN manages THEN 'yes' ELSE '' END, true),
            set_config('app.reach', reach, true), set_config('app.accounts', account_ids::text, true),
            set_config('app.address', coalesce(the_address, ''), true);
    RETURN NEXT;
END $$;

CREATE FUNCTION app_managers_practice() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT a.practice_id FROM accounts_account a
     WHERE app_reach() = 'managed' AND a.id = app_account() AND a.firm_id = app_firm() AND a.kind = 'money_manager'
$$;
"""

# Whether an account pays a money manager now: whoever sets the account's fees sets that part of them too.
PAYS = """
CREATE FUNCTION app_pays_manager(the_account bigint, the_practice bigint) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_assignment m JOIN accounts_account b ON b.id = m.manager_id
                    WHERE m.account_id = the_account AND m.state = 'accepted' AND b.practice_id = the_practice
                      AND b.kind = 'money_manager' AND b.status = 'O'
                      AND (app_user() IS NULL OR app_reach() = 'office' OR m.firm_id = app_firm()))
$$;

-- Whoever sets an account's fees enters those of its money manager too: until the transaction ends, or it goes back,
-- the advisor writes as the payee that the money manager is. NULL, and nothing changes, where it is none.
CREATE FUNCTION app_enter_payee(the_account bigint, the_manager bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    payee bigint;
BEGIN
    SELECT b.practice_id INTO payee
      FROM accounts_account b JOIN accounts_account c ON c.firm_id = b.firm_id
     WHERE b.id = the_manager AND c.id = the_account AND c.firm_id = app_firm() AND c.practice_id = app_practice()
       AND app_role() = 'top' AND (app_reach() = 'firm' OR c.id = ANY (app_accounts()))
       AND app_pays_manager(c.id, b.practice_id);
    IF payee IS NOT NULL THEN
        PERFORM set_config('app.practice', payee::text, true);
    END IF;
    RETURN payee;
END $$;
CREATE FUNCTION app_leave_payee() RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT set_config('app.practice', coalesce((SELECT s.practice_id::text FROM accounts_seat s
                                                 WHERE s.id = app_seat()), ''), true);
    SELECT NULL::void
$$;
REVOKE ALL ON FUNCTION app_enter_payee(bigint, bigint), app_leave_payee() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_enter_payee(bigint, bigint), app_leave_payee() TO portal_web, portal_worker;
REVOKE ALL ON FUNCTION app_pays_manager(bigint, bigint), app_managers_practice() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_pays_manager(bigint, bigint), app_managers_practice()
    TO portal_web, portal_worker, portal_night, portal_office;
"""

KEPT = """
-- What was asked stays as it was asked; the money manager alone accepts, and what has ended stays ended.
CREATE FUNCTION app_keep_assignment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an assignment stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NOT EXISTS (
            SELECT 1 FROM accounts_account c JOIN accounts_account b ON b.firm_id = c.firm_id
             WHERE c.id = NEW.account_id AND c.firm_id = NEW.firm_id AND c.practice_id = NEW.practice_id
               AND c.kind = 'client' AND c.status = 'O' AND c.number = NEW.number
               AND b.id = NEW.manager_id AND b.kind = 'money_manager' AND b.status = 'O') THEN
            RAISE EXCEPTION 'an open client account is assigned to an open money manager of its firm'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - ARRAY['state', 'decided_at', 'decided_by', 'ended_at', 'ended_by']
       IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'decided_at', 'decided_by', 'ended_at', 'ended_by']
       OR (OLD.state, NEW.state) NOT IN (('asked', 'accepted'), ('asked', 'declined'), ('asked', 'cancelled'),
                                         ('accepted', 'ended'))
       OR (OLD.state = 'accepted' AND (NEW.decided_at, NEW.decided_by)
           IS DISTINCT FROM (OLD.decided_at, OLD.decided_by)) THEN
        RAISE EXCEPTION 'an assignment is answered once and ends once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END)
       IN ('portal_web', 'portal_worker') AND NEW.state IN ('accepted', 'declined')
       AND (app_role() IS DISTINCT FROM 'manager' OR NEW.decided_by IS DISTINCT FROM app_user()) THEN
        RAISE EXCEPTION 'only the money manager answers' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_assignment_stays BEFORE INSERT OR UPDATE OR DELETE ON accounts_assignment
    FOR EACH ROW EXECUTE FUNCTION app_keep_assignment();
CREATE TRIGGER accounts_assignment_kept BEFORE TRUNCATE ON accounts_assignment
    FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();

-- A closed account trades with nobody, and a closed money manager for nobody.
CREATE FUNCTION app_end_assignments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE accounts_assignment
       SET state = CASE state WHEN 'asked' THEN 'cancelled' ELSE 'ended' END,
           decided_at = coalesce(decided_at, now()), ended_at = CASE state WHEN 'accepted' THEN now() END
     WHERE NEW.id IN (account_id, manager_id) AND firm_id = NEW.firm_id AND state IN ('asked', 'accepted');
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_account_unassigned AFTER UPDATE OF status ON accounts_account
    FOR EACH ROW WHEN (NEW.status = 'C' AND OLD.status <> 'C') EXECUTE FUNCTION app_end_assignments();
"""


# The advisor of the accounts that one trades, by name.
PRACTICES = f"""
CREATE POLICY managed_read ON accounts_practice FOR SELECT TO {READERS} USING ({MANAGED}
    AND id IN (SELECT a.practice_id FROM accounts_account a WHERE a.id = ANY ((SELECT app_accounts())::bigint[])));
"""


def opened(table: str, condition: str) -> str:
    """One more way to read a table: a money manager's."""
    return f"CREATE POLICY managed_read ON {table} FOR SELECT TO {READERS} USING ({condition});"


def shut(table: str, unless: str = "false") -> str:
    """A table that follows its account's policy, and that a money manager does not read, or reads in part."""
    return (
        f"CREATE POLICY managed_shut ON {table} AS RESTRICTIVE TO {READERS}"
        f" USING ((SELECT app_reach()) IS DISTINCT FROM 'managed' OR {unless})"
        f" WITH CHECK ((SELECT app_reach()) IS DISTINCT FROM 'managed');"
    )
