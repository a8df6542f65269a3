"""The SQL of feeds, as text for their migration: whose they are, and how an address finds its feed."""

from crm.vault.sql_setup import MINE, OURS

READ, WRITTEN = OURS, MINE
COPY = f"({OURS} AND EXISTS (SELECT 1 FROM crm_feed seen WHERE seen.id = feed_id))"

# Nobody has signed in where a calendar program asks; whose feed it is comes from the row alone. An address that nobody
# has used for ninety days is dead.
FIND = """
CREATE FUNCTION app_calendar_feed(the_mark bytea)
    RETURNS TABLE (feed_id uuid, user_id bigint, seat_id bigint, is_open boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT f.id, f.user_id::bigint, f.seat_id, f.is_open FROM crm_feed f
        WHERE f.mark = the_mark AND f.ended_at IS NULL AND f.used_at > now() - interval '90 days';
    -- To the hour: programs ask often.
    UPDATE crm_feed SET used_at = now() WHERE mark = the_mark AND ended_at IS NULL
        AND used_at > now() - interval '90 days' AND used_at < now() - interval '1 hour';
END $$;
REVOKE ALL ON FUNCTION app_calendar_feed(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_calendar_feed(bytea) TO portal_web;
"""
UNFIND = "DROP FUNCTION app_calendar_feed(bytea)"
