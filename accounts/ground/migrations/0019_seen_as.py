"""Looking at the portal as another user of the same firm gets it: for whoever sees all that this user sees."""

from django.db import migrations

# The top level sees everybody's reach in its firm; a second level that of its own clients. Colleagues are looked at by
# whoever manages users. Nobody looks as who reaches further.
MAY = """
    s.firm_id = app_firm() AND s.id <> app_seat() AND (
        (app_role() = 'top' AND app_reach() = 'firm'
         AND (s.role IN ('second', 'stl', 'stl_sub', 'client') OR (s.role = 'top' AND app_manages())))
     OR (app_role() = 'second' AND app_reach() = 'practice'
         AND ((s.role = 'second' AND s.practice_id = app_practice() AND app_manages())
           OR (s.role = 'client'
               AND EXISTS (SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id)
               AND NOT EXISTS (SELECT 1 FROM accounts_clientright r JOIN accounts_account a ON a.id = r.account_id
                                WHERE r.party_id = s.party_id AND a.practice_id <> app_practice())))))
"""

SEEN_AS = f"""
CREATE FUNCTION app_may_see_as(the_seat bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_seat s WHERE s.id = the_seat AND app_stands(s.id) AND {MAY})
$$;

-- Owners of accounts are many, so they are found by name; everybody else is listed.
CREATE FUNCTION app_seats_to_see_as(the_text text)
    RETURNS TABLE (seat_id bigint, role text, name text, username text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.role::text, coalesce(p.name, a.title, y.legal_name, ''), u.username::text
      FROM accounts_seat s JOIN accounts_user u ON u.id = s.user_id
      LEFT JOIN accounts_practice p ON p.id = s.practice_id
      LEFT JOIN accounts_account a ON a.id = s.account_id
      LEFT JOIN accounts_party y ON y.id = s.party_id
     WHERE s.is_active AND u.is_active AND (s.role <> 'client' OR length(the_text) > 1)
       AND (the_text = '' OR strpos(lower(coalesce(p.name, a.title, y.legal_name, '') || ' ' || u.username),
                                    lower(the_text)) > 0)
       AND {MAY}
     ORDER BY array_position(ARRAY['top', 'second', 'stl', 'stl_sub', 'client'], s.role::text), 3, 4 LIMIT 50
$$;

-- The transaction goes on with the other seat's reach and accounts; the user stays who it is, and manages nothing.
CREATE FUNCTION app_see_as(the_seat bigint)
    RETURNS TABLE (user_id bigint, seat_id bigint, role text, reach text, firm_id bigint, practice_id bigint,
                   account_id bigint, account_ids bigint[], party_id bigint, abilities text[], manages boolean,
                   narrowed boolean, token_id uuid)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor bigint := app_user();
    own text[] := app_abilities(app_seat());
    place text := current_setting('app.address', true);
BEGIN
    IF actor IS NULL OR NOT app_may_see_as(the_seat) THEN
        RETURN;
    END IF;
    FOR user_id, seat_id, role, reach, firm_id, practice_id, account_id, account_ids, party_id, abilities, manages,
        narrowed, token_id IN SELECT * FROM app_take_seat(the_seat, place, NULL, own)
    LOOP
        user_id := actor;
        manages := false;
        PERFORM set_config('app.user', actor::text, true), set_config('app.manages', '', true);
        RETURN NEXT;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION app_may_see_as(bigint), app_seats_to_see_as(text), app_see_as(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_may_see_as(bigint), app_seats_to_see_as(text), app_see_as(bigint) TO portal_web;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_movements_fit_their_books")]

    operations = [
        migrations.RunSQL(
            SEEN_AS,
            reverse_sql="DROP FUNCTION app_see_as(bigint); DROP FUNCTION app_seats_to_see_as(text);"
            " DROP FUNCTION app_may_see_as(bigint)",
        )
    ]
