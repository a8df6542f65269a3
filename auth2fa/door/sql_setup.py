"""The SQL of the door, kept as text for the migration: whose devices may be seen before anybody is signed in."""

# At the door the password was right and nobody acts yet. Only devices and challenges of that one person open; seats,
# accounts and everything else stay closed, because `app.user` is not set.
DOOR = """
CREATE FUNCTION app_door(the_user bigint) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF app_user() IS NULL THEN
        PERFORM set_config('app.door', coalesce(the_user::text, ''), true);
    END IF;
END $$;

CREATE FUNCTION app_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(app_user(), nullif(current_setting('app.door', true), '')::bigint) $$;

CREATE OR REPLACE FUNCTION app_leave() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT set_config('app.user', '', true), set_config('app.seat', '', true), set_config('app.firm', '', true),
           set_config('app.practice', '', true), set_config('app.party', '', true), set_config('app.role', '', true),
           set_config('app.account', '', true), set_config('app.manages', '', true),
           set_config('app.reach', 'none', true), set_config('app.accounts', '', true),
           set_config('app.address', '', true), set_config('app.door', '', true);
    SELECT NULL::void
$$;
"""

# A text or call goes to the number that stands with the person's own device, wherever the caller would like it.
OWE = """
CREATE FUNCTION app_owe_code(the_device uuid, the_channel text, the_subject text, the_body text, the_key text)
    RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_outboxmessage (id, firm_id, channel, recipient, subject, body, natural_key, is_secret,
                                        attempts, last_error)
    SELECT gen_random_uuid(), (SELECT min(s.firm_id) FROM accounts_seat s WHERE s.user_id = d.user_id AND s.is_active),
           the_channel, d.number, the_subject, the_body, the_key, false, 0, ''
      FROM auth2fa_device d
     WHERE d.id = the_device AND d.user_id = app_person() AND d.number <> '' AND the_channel IN ('sms', 'voice')
    ON CONFLICT (natural_key) DO NOTHING;
    RETURN FOUND;
END $$;

-- Whose phone shows this claim; a claim is as long as a key and works once, for minutes.
CREATE FUNCTION app_claimed(the_hash text) RETURNS TABLE (device_id uuid, user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id, d.user_id FROM auth2fa_device d WHERE claim = the_hash AND claim <> '' AND revoked_at IS NULL
$$;

-- Limits count across people; what comes back are numbers, never whose.
CREATE FUNCTION app_codes_sent(the_number text, the_place text, the_at timestamptz)
    RETURNS TABLE (number_minutes bigint, number_day bigint, user_hour bigint, place_hour bigint, firm_day bigint,
                   all_day bigint, recent bigint, recent_right bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH day AS (SELECT * FROM auth2fa_sentcode WHERE sent_at > the_at - interval '1 day' AND sent_at <= the_at),
         mine AS (SELECT min(s.firm_id) AS firm_id FROM accounts_seat s WHERE s.user_id = app_person() AND s.is_active),
         asked AS (SELECT challenge_id, max(sent_at) AS sent_at, bool_or(right_at IS NOT NULL) AS was_right FROM day
                    WHERE sent_at < the_at - interval '10 minutes' GROUP BY challenge_id ORDER BY 2 DESC LIMIT 200)
    SELECT count(*) FILTER (WHERE number_hash = the_number AND sent_at > the_at - interval '10 minutes'),
           count(*) FILTER (WHERE number_hash = the_number),
           count(*) FILTER (WHERE user_id = app_person() AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE place_hash = the_place AND sent_at > the_at - interval '1 hour'),
           count(*) FILTER (WHERE firm_id = (SELECT firm_id FROM mine)),
           count(*),
           (SELECT count(*) FROM asked), (SELECT count(*) FROM asked WHERE was_right)
      FROM day
$$;
REVOKE ALL ON FUNCTION app_owe_code(uuid, text, text, text, text), app_codes_sent(text, text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION app_claimed(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_claimed(text) TO portal_web;
GRANT EXECUTE ON FUNCTION app_owe_code(uuid, text, text, text, text) TO portal_web, portal_office;
GRANT EXECUTE ON FUNCTION app_codes_sent(text, text, timestamptz) TO portal_web, portal_office;
"""

OWN = "user_id = (SELECT app_person())"
