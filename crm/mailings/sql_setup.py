"""The SQL of mails to several, kept as text for its migration."""

# SECURITY DEFINER, because whoever has the mail is signed in nowhere. The key of the contact comes out of an address
# that we have signed; all that can be done with it is to ask for fewer mails.
STOPS = r"""
CREATE FUNCTION app_no_more_mails(the_contact uuid, the_at timestamptz, is_sure boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF is_sure THEN
        UPDATE crm_contact SET mails_off_at = the_at WHERE id = the_contact AND mails_off_at IS NULL;
    END IF;
    RETURN EXISTS (SELECT 1 FROM crm_contact WHERE id = the_contact);
END $$;
REVOKE ALL ON FUNCTION app_no_more_mails(uuid, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_no_more_mails(uuid, timestamptz, boolean) TO portal_web;
"""
STOPS_BACK = "DROP FUNCTION app_no_more_mails(uuid, timestamptz, boolean)"

# SECURITY DEFINER, because no page reads what is owed. The practice's own mails are looked up by their keys, the last
# try of each; what comes back names neither an address nor a text.
FATES = r"""
CREATE FUNCTION app_mailing_fates(the_mailings uuid[])
    RETURNS TABLE (mailing uuid, contact uuid, turn integer, fate text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH ours AS (
        SELECT m.id, 'mailing ' || m.id AS key FROM crm_mailing m
         WHERE m.id = ANY (the_mailings) AND m.firm_id = app_firm() AND m.practice_id = app_practice()
           AND app_reach() IN ('firm', 'practice')
    ), tries AS (
        SELECT ours.id, right(o.natural_key, 36)::uuid AS contact,
               CASE split_part(o.natural_key, ' ', 4) WHEN '' THEN 1
                    ELSE split_part(o.natural_key, ' ', 3)::integer END AS turn,
               CASE WHEN o.delivered_at IS NOT NULL THEN 'left' WHEN o.failed_at IS NOT NULL THEN 'failed'
                    ELSE 'queued' END AS fate
          FROM ours JOIN accounts_outboxmessage o
            ON o.natural_key ~>=~ (ours.key || ' ') AND o.natural_key ~<~ (ours.key || '!')
    )
    SELECT DISTINCT ON (t.id, t.contact) t.id, t.contact, t.turn, t.fate
      FROM tries t ORDER BY t.id, t.contact, t.turn DESC
$$;
REVOKE ALL ON FUNCTION app_mailing_fates(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_mailing_fates(uuid[]) TO portal_web;

CREATE FUNCTION app_mailing_counts(the_mailings uuid[])
    RETURNS TABLE (mailing uuid, waiting integer, gone integer, failed integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.mailing, count(*) FILTER (WHERE f.fate = 'queued')::integer,
           count(*) FILTER (WHERE f.fate = 'left')::integer, count(*) FILTER (WHERE f.fate = 'failed')::integer
      FROM app_mailing_fates(the_mailings) f GROUP BY f.mailing
$$;
REVOKE ALL ON FUNCTION app_mailing_counts(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_mailing_counts(uuid[]) TO portal_web;
"""
FATES_BACK = "DROP FUNCTION app_mailing_counts(uuid[]); DROP FUNCTION app_mailing_fates(uuid[])"
