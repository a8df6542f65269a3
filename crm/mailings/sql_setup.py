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
