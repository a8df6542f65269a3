"""The SQL functions that tell a transaction who is acting, with a user's own functions, accounts and API token.

They follow those of `functions.py`, which the first migration installed and which must stay as it was.
"""

# Funding is spelled out, because a migration's text must not change with the table; a test compares both.
FUNDING_IN_SQL = ("bank_information", "transaction_history", "transfer_funds", "transfer_positions")
_FUNDING = "ARRAY[" + ", ".join(f"'{key}'" for key in FUNDING_IN_SQL) + "]::text[]"

DROP_OLD = "DROP FUNCTION app_enter(bigint, bigint, text)"

SETTINGS = """
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.role', true), '') $$;
CREATE FUNCTION app_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.account', true), '')::bigint $$;
CREATE FUNCTION app_manages() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('app.manages', true), '') = 'yes' $$;

CREATE OR REPLACE FUNCTION app_leave() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT set_config('app.user', '', true), set_config('app.seat', '', true), set_config('app.firm', '', true),
           set_config('app.practice', '', true), set_config('app.party', '', true), set_config('app.role', '', true),
           set_config('app.account', '', true), set_config('app.manages', '', true),
           set_config('app.reach', 'none', true), set_config('app.accounts', '', true),
           set_config('app.address', '', true);
    SELECT NULL::void
$$;
"""

# What a seat's user was given: NULL is everything. A second user has no more than the person it belongs to, never
# funding; a role's functions are those it has now.
ABILITIES = f"""
CREATE FUNCTION app_abilities(the_seat bigint) RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seat record;
    given text[];
    whole text[];
BEGIN
    SELECT s.standing, s.principal_id, s.is_security_officer,
           CASE WHEN s.access_role_id IS NULL THEN s.abilities ELSE r.abilities END AS abilities INTO seat
      FROM accounts_seat s LEFT JOIN accounts_accessrole r ON r.id = s.access_role_id AND r.firm_id = s.firm_id
     WHERE s.id = the_seat;
    IF seat.standing = 'primary' THEN
        RETURN NULL;
    END IF;
    given := coalesce(seat.abilities, '{{}}')::text[] || ARRAY['email', 'password'];
    IF seat.standing = 'second' THEN
        whole := app_abilities(seat.principal_id);
        RETURN ARRAY(SELECT DISTINCT g FROM unnest(given) g
                      WHERE g <> ALL ({_FUNDING}) AND (whole IS NULL OR g = ANY (whole)) ORDER BY g);
    END IF;
    IF seat.is_security_officer THEN
        given := given || ARRAY['manage_users'];
    END IF;
    RETURN ARRAY(SELECT DISTINCT g FROM unnest(given) g ORDER BY g);
END $$;
"""

# The accounts of one seat: by its role, then fewer where its user was given fewer. NULL: not listed one by one.
ACCOUNTS = """
CREATE FUNCTION app_seat_accounts(the_seat bigint) RETURNS bigint[]
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
               ELSE a.id = seat.account_id END
           AND CASE narrow.holdings
               WHEN 'all' THEN true
               WHEN 'chosen' THEN a.id IN (SELECT c.account_id FROM accounts_seataccount c WHERE c.seat_id = narrow.id)
               ELSE a.kind = ANY (narrow.account_types) OR a.account_type = ANY (narrow.account_types) END
         ORDER BY a.id);
END $$;
"""

_COLUMNS = """user_id bigint, seat_id bigint, role text, reach text, firm_id bigint, practice_id bigint,
                   account_id bigint, account_ids bigint[], party_id bigint, abilities text[], manages boolean,
                   narrowed boolean, token_id uuid"""

# Who is acting, derived from stored rows alone. SECURITY DEFINER because nobody may read seats before this has run.
ENTER = f"""
CREATE FUNCTION app_take_seat(the_seat bigint, the_address text, the_token uuid, at_most text[])
    RETURNS TABLE ({_COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seat record;
    found bigint[];
BEGIN
    SELECT s.* INTO seat FROM accounts_seat s WHERE s.id = the_seat;
    found := CASE WHEN seat.role <> 'office' THEN app_seat_accounts(seat.id) END;
    abilities := app_abilities(seat.id);
    manages := seat.standing = 'primary' OR 'manage_users' = ANY (abilities);
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

CREATE FUNCTION app_stands(the_seat bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_seat s JOIN accounts_user u ON u.id = s.user_id
                     LEFT JOIN accounts_seat p ON p.id = s.principal_id
                    WHERE s.id = the_seat AND s.is_active AND u.is_active AND coalesce(p.is_active, true))
$$;

CREATE FUNCTION app_enter(the_user bigint, the_seat bigint, the_address text)
    RETURNS TABLE ({_COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    chosen bigint;
BEGIN
    PERFORM app_leave();
    SELECT s.id INTO chosen FROM accounts_seat s
     WHERE s.user_id = the_user AND s.is_active AND (the_seat IS NULL OR s.id = the_seat) AND app_stands(s.id)
     ORDER BY array_position(ARRAY['top', 'second', 'stl', 'stl_sub', 'client', 'office'], s.role::text), s.id LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM app_take_seat(chosen, the_address, NULL, NULL);
    END IF;
END $$;

CREATE FUNCTION app_enter_token(the_hash text, the_address text)
    RETURNS TABLE ({_COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    token record;
BEGIN
    PERFORM app_leave();
    SELECT t.* INTO token FROM accounts_apitoken t JOIN accounts_seat s ON s.id = t.seat_id AND s.user_id = t.user_id
     WHERE t.secret_hash = the_hash AND t.revoked_at IS NULL AND t.expires_at > now() AND s.role <> 'office'
       AND app_stands(t.seat_id);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- To the minute: a busy program does not write a row with each request.
    UPDATE accounts_apitoken SET last_used_at = now()
     WHERE id = token.id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
    RETURN QUERY SELECT * FROM app_take_seat(token.seat_id, the_address, token.id, token.abilities::text[]);
END $$;

REVOKE ALL ON FUNCTION app_take_seat(bigint, text, uuid, text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION app_abilities(bigint), app_seat_accounts(bigint), app_stands(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION app_enter(bigint, bigint, text), app_enter_token(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_enter(bigint, bigint, text) TO portal_web, portal_worker, portal_office;
GRANT EXECUTE ON FUNCTION app_enter_token(text, text) TO portal_web;
"""

# Another seat at exactly the place where one sits oneself: the same practice, STL account or client.
BESIDE = (
    "(role = (SELECT app_role()) AND firm_id = (SELECT app_firm())"
    " AND practice_id IS NOT DISTINCT FROM (SELECT app_practice())"
    " AND account_id IS NOT DISTINCT FROM (SELECT app_account())"
    " AND party_id IS NOT DISTINCT FROM (SELECT app_party()))"
)
# The same for rows of an institution: a practice or an STL group.
AT_MY_PLACE = (
    "(firm_id = (SELECT app_firm()) AND (SELECT app_role()) IN ('top', 'second', 'stl')"
    " AND practice_id IS NOT DISTINCT FROM (SELECT app_practice())"
    " AND account_id IS NOT DISTINCT FROM (SELECT app_account()))"
)
MANAGES = "(SELECT app_manages())"

# A user of an advisor who has fewer accounts writes what the practice may, on these accounts.
NARROWED_WRITES = (
    "((SELECT app_reach()) = 'accounts' AND account_id = ANY ((SELECT app_accounts())::bigint[])"
    " AND ((SELECT app_role()) = 'top' AND firm_id = (SELECT app_firm())"
    " OR (SELECT app_role()) = 'second' AND practice_id = (SELECT app_practice())))"
)

# Nobody becomes staff through a page, whatever a form says.
NO_STAFF = """
CREATE FUNCTION app_refuse_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('portal_web', 'portal_worker') AND (NEW.is_staff OR NEW.is_superuser)
       AND (TG_OP = 'INSERT' OR NOT (OLD.is_staff AND OLD.is_superuser)) THEN
        RAISE EXCEPTION 'only the back office makes staff' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_user_no_staff BEFORE INSERT OR UPDATE OF is_staff, is_superuser ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION app_refuse_staff();
"""
