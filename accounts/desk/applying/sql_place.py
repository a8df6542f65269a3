"""One name for whoever applies, in mails, behind the link and over the signature: the brand that clients are shown."""

from accounts.desk.applying.sql_setup import OPENED
from accounts.ground.access.rls import anew, instead

# Of any practice for the back office and for whoever holds a link; pages ask for those of their own firm.
PLACE = """
CREATE FUNCTION desk_place_of_practice(the_practice bigint, the_time timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT v.name::text
          FROM accounts_practice p
         CROSS JOIN LATERAL (
               SELECT b.name FROM desk_brandversion b
                WHERE b.practice_id = p.id AND b.effective_at <= coalesce(the_time, now())
                ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
         WHERE p.firm_id = own.firm_id AND p.is_registered AND v.name <> '' AND (p.level = 1 OR p.id = own.id)
         ORDER BY p.level DESC LIMIT 1), own.name::text)
      FROM accounts_practice own WHERE own.id = the_practice
$$;
CREATE FUNCTION desk_place_in_firm(the_practice bigint, the_time timestamptz) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT desk_place_of_practice(p.id, the_time) FROM accounts_practice p
     WHERE p.id = the_practice AND p.firm_id = app_firm()
$$;
REVOKE ALL ON FUNCTION desk_place_of_practice(bigint, timestamptz), desk_place_in_firm(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_place_of_practice(bigint, timestamptz) TO portal_office;
GRANT EXECUTE ON FUNCTION desk_place_in_firm(bigint, timestamptz) TO portal_web;
"""
OPENED_AT_PLACE = instead(anew(OPENED), "y.name::text", "desk_place_of_practice(p.practice_id, the_at)")
PLACE_BACK = f"""{anew(OPENED)}
DROP FUNCTION desk_place_in_firm(bigint, timestamptz);
DROP FUNCTION desk_place_of_practice(bigint, timestamptz);
"""
