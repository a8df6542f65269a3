"""The SQL functions behind the second wall, kept as text so that the migration that installs them stays short."""

CONTEXT = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- After a transaction-local setting ends it reads '' and not NULL; hence nullif everywhere.
CREATE FUNCTION app_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.user', true), '')::bigint $$;
CREATE FUNCTION app_firm() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.firm', true), '')::bigint $$;
CREATE FUNCTION app_practice() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.practice', true), '')::bigint $$;
CREATE FUNCTION app_party() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.party', true), '')::bigint $$;
CREATE FUNCTION app_seat() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.seat', true), '')::bigint $$;
CREATE FUNCTION app_reach() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('app.reach', true), ''), 'none') $$;
CREATE FUNCTION app_accounts() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('app.accounts', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION app_leave() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT set_config('app.user', '', true), set_config('app.seat', '', true), set_config('app.firm', '', true),
           set_config('app.practice', '', true), set_config('app.party', '', true),
           set_config('app.reach', 'none', true), set_config('app.accounts', '', true),
           set_config('app.address', '', true);
    SELECT NULL::void
$$;

-- Who is acting, derived from stored seats alone. SECURITY DEFINER because nobody may read seats before this has run.
CREATE FUNCTION app_enter(the_user bigint, the_seat bigint, the_address text)
    RETURNS TABLE (seat_id bigint, role text, reach text, firm_id bigint, practice_id bigint, account_id bigint,
                   account_ids bigint[])
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seat record;
BEGIN
    PERFORM app_leave();
    SELECT s.* INTO seat FROM accounts_seat s JOIN accounts_user u ON u.id = s.user_id
     WHERE s.user_id = the_user AND s.is_active AND u.is_active AND (the_seat IS NULL OR s.id = the_seat)
     ORDER BY array_position(ARRAY['top', 'second', 'stl', 'stl_sub', 'client', 'office'], s.role::text), s.id LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    seat_id := seat.id; role := seat.role; firm_id := seat.firm_id; practice_id := seat.practice_id;
    account_id := seat.account_id;
    reach := CASE seat.role WHEN 'top' THEN 'firm' WHEN 'second' THEN 'practice' WHEN 'office' THEN 'office'
                            ELSE 'accounts' END;
    account_ids := CASE seat.role
        WHEN 'client' THEN ARRAY(SELECT r.account_id FROM accounts_clientright r
                                  WHERE r.party_id = seat.party_id AND r.firm_id = seat.firm_id ORDER BY 1)
        WHEN 'stl' THEN ARRAY(SELECT a.id FROM accounts_account a
                               WHERE a.firm_id = seat.firm_id AND (a.id = seat.account_id OR a.stl_id = seat.account_id)
                               ORDER BY 1)
        WHEN 'stl_sub' THEN ARRAY[seat.account_id]
        ELSE '{}'::bigint[] END;
    PERFORM set_config('app.user', the_user::text, true), set_config('app.seat', seat.id::text, true),
            set_config('app.firm', coalesce(seat.firm_id::text, ''), true),
            set_config('app.practice', coalesce(seat.practice_id::text, ''), true),
            set_config('app.party', coalesce(seat.party_id::text, ''), true),
            set_config('app.reach', reach, true), set_config('app.accounts', account_ids::text, true),
            set_config('app.address', coalesce(the_address, ''), true);
    RETURN NEXT;
END $$;

-- The latest sealed day of one's own firm; a client or second-level advisor may know the day but not the seal's sums.
CREATE FUNCTION app_sealed_day() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT max(day) FROM accounts_seal WHERE firm_id = app_firm() $$;

CREATE FUNCTION app_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

# Arguments of the trigger are the columns to record; '!name' means: record that it changed, never its value.
TRAIL = """
CREATE FUNCTION app_trail_view(what jsonb, columns text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN what IS NULL THEN NULL ELSE coalesce(jsonb_object_agg(ltrim(c, '!'),
               CASE WHEN c LIKE '!%' THEN to_jsonb('(secret)'::text) ELSE what -> c END), '{}') END
      FROM unnest(columns) AS c
$$;

CREATE FUNCTION app_write_trail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    either jsonb := coalesce(after, before);
    changed text[];
BEGIN
    SELECT array_agg(c) INTO changed FROM unnest(TG_ARGV) AS c
     WHERE TG_OP <> 'UPDATE' OR (before -> ltrim(c, '!')) IS DISTINCT FROM (after -> ltrim(c, '!'));
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO accounts_trailentry ("at", "table", "row", operation, firm_id, practice_id, account_id, user_id, role,
                                     address, old, new)
    VALUES (now(), TG_TABLE_NAME, coalesce(either ->> 'id', either ->> 'day', ''), lower(TG_OP),
            CASE TG_TABLE_NAME WHEN 'accounts_firm' THEN (either ->> 'id')::bigint
                 ELSE (either ->> 'firm_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'accounts_practice' THEN (either ->> 'id')::bigint
                 ELSE (either ->> 'practice_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'accounts_account' THEN (either ->> 'id')::bigint
                 ELSE (either ->> 'account_id')::bigint END,
            app_user(), session_user, coalesce(current_setting('app.address', true), ''),
            app_trail_view(before, changed), app_trail_view(after, changed));
    RETURN NULL;
END $$;
"""
