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


# A message that goes by one's own mailbox is its mail's, of the same person; what was heard of it stays as it was
# heard, and none leaves before it was written down that it may have left.
HANDED = r"""
ALTER TABLE crm_mailing ADD CONSTRAINT mailing_whole UNIQUE (firm_id, practice_id, user_id, id);
ALTER TABLE crm_handover ADD CONSTRAINT handover_own_mailing FOREIGN KEY (firm_id, practice_id, user_id, mailing_id)
    REFERENCES crm_mailing (firm_id, practice_id, user_id, id);
CREATE FUNCTION app_handover_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was heard of a message stays as it was heard' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER handover_stays BEFORE UPDATE ON crm_handover FOR EACH ROW
    WHEN ((OLD.id, OLD.firm_id, OLD.practice_id, OLD.user_id, OLD.mailing_id, OLD.contact, OLD.turn)
        IS DISTINCT FROM (NEW.id, NEW.firm_id, NEW.practice_id, NEW.user_id, NEW.mailing_id, NEW.contact, NEW.turn)
        OR OLD.state NOT IN ('waiting', 'unsure') OR (OLD.state = 'waiting' AND NEW.state = 'left'))
    EXECUTE FUNCTION app_handover_stays();
"""
HANDED_BACK = """
DROP TRIGGER handover_stays ON crm_handover;
DROP FUNCTION app_handover_stays();
ALTER TABLE crm_handover DROP CONSTRAINT handover_own_mailing;
ALTER TABLE crm_mailing DROP CONSTRAINT mailing_whole;
"""

# The same question of both ways on which messages go. What waits for somebody who was removed goes out no more.
FATES_OF_BOTH = r"""
CREATE OR REPLACE FUNCTION app_mailing_fates(the_mailings uuid[])
    RETURNS TABLE (mailing uuid, contact uuid, turn integer, fate text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH ours AS (
        SELECT m.id, m.by_mailbox, 'mailing ' || m.id AS key,
               EXISTS (SELECT 1 FROM accounts_seat s WHERE s.user_id = m.user_id AND s.practice_id = m.practice_id
                          AND s.ended_at IS NULL) AS is_there
          FROM crm_mailing m
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
         WHERE NOT ours.by_mailbox
        UNION ALL
        SELECT ours.id, h.contact, h.turn,
               CASE WHEN h.state = 'waiting' AND NOT ours.is_there THEN 'writer_left' ELSE h.state END
          FROM ours JOIN crm_handover h ON h.mailing_id = ours.id
         WHERE ours.by_mailbox
    )
    SELECT DISTINCT ON (t.id, t.contact) t.id, t.contact, t.turn::integer, t.fate
      FROM tries t ORDER BY t.id, t.contact, t.turn DESC
$$;
DROP FUNCTION app_mailing_counts(uuid[]);
CREATE FUNCTION app_mailing_counts(the_mailings uuid[])
    RETURNS TABLE (mailing uuid, waiting integer, gone integer, failed integer, unsure integer, skipped integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.mailing, count(*) FILTER (WHERE f.fate IN ('queued', 'waiting'))::integer,
           count(*) FILTER (WHERE f.fate = 'left')::integer, count(*) FILTER (WHERE f.fate = 'failed')::integer,
           count(*) FILTER (WHERE f.fate = 'unsure')::integer,
           count(*) FILTER (WHERE f.fate IN ('no_email', 'opted_out', 'no_account', 'trashed', 'writer_left'))::integer
      FROM app_mailing_fates(the_mailings) f GROUP BY f.mailing
$$;
REVOKE ALL ON FUNCTION app_mailing_counts(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_mailing_counts(uuid[]) TO portal_web;
"""
FATES_OF_BOTH_BACK = f"{FATES_BACK};\n{FATES}"
