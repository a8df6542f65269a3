"""The SQL that empties the trash, and that holds pages to when something was thrown away, as text for migrations.

SECURITY DEFINER, so that the job which empties needs no right to read or delete a row of the client book: it says when,
the database decides what has lain there for thirty days, and a clock that is ahead empties nothing earlier. What
somebody takes back at that moment is passed over.
"""

from accounts.ground.access.rls import anew, instead

EMPTIES = r"""
CREATE FUNCTION app_empty_trash(the_at timestamptz, the_most integer)
    RETURNS TABLE (kind text, gone integer, places text[])
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    too_old timestamptz := least(the_at, now()) - interval '30 days';
    over uuid[];
    of_editions uuid[];
BEGIN
    places := '{}';

    over := ARRAY(SELECT d.id FROM crm_document d WHERE d.trashed_at < too_old ORDER BY d.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    of_editions := ARRAY(SELECT e.file_id FROM crm_edition e WHERE e.document_id = ANY (over));
    DELETE FROM crm_edition e WHERE e.document_id = ANY (over);
    DELETE FROM crm_document d WHERE d.id = ANY (over);
    -- The keys of the files; where their bytes lie is told, so that these go too.
    WITH shut AS (DELETE FROM crm_sealedfile f WHERE f.id = ANY (of_editions) RETURNING f.place)
    SELECT coalesce(array_agg(shut.place), '{}') INTO places FROM shut;
    kind := 'documents'; gone := cardinality(over);
    RETURN NEXT;
    places := '{}';

    over := ARRAY(SELECT n.id FROM crm_note n WHERE n.trashed_at < too_old ORDER BY n.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_note n WHERE n.id = ANY (over);
    kind := 'notes'; gone := cardinality(over);
    RETURN NEXT;

    over := ARRAY(SELECT t.id FROM crm_task t WHERE t.trashed_at < too_old ORDER BY t.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_task t WHERE t.id = ANY (over);
    kind := 'tasks'; gone := cardinality(over);
    RETURN NEXT;

    over := ARRAY(SELECT e.id FROM crm_event e WHERE e.trashed_at < too_old ORDER BY e.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_eventcontact c WHERE c.event_id = ANY (over);
    DELETE FROM crm_feedcopy c WHERE c.event_id = ANY (over);
    -- A moved day outlives its series as an event of its own.
    UPDATE crm_event e SET series_id = NULL, replaces = '' WHERE e.series_id = ANY (over);
    DELETE FROM crm_event e WHERE e.id = ANY (over);
    kind := 'events'; gone := cardinality(over);
    RETURN NEXT;

    over := ARRAY(SELECT w.id FROM crm_workflow w WHERE w.trashed_at < too_old ORDER BY w.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_workflowcontact c WHERE c.workflow_id = ANY (over);
    DELETE FROM crm_stage s WHERE s.workflow_id = ANY (over);
    DELETE FROM crm_workflow w WHERE w.id = ANY (over);
    kind := 'workflows'; gone := cardinality(over);
    RETURN NEXT;

    over := ARRAY(SELECT p.id FROM crm_workflowpattern p WHERE p.trashed_at < too_old ORDER BY p.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_workflowpattern p WHERE p.id = ANY (over);
    kind := 'templates'; gone := cardinality(over);
    RETURN NEXT;

    over := ARRAY(SELECT g.id FROM crm_group g WHERE g.trashed_at < too_old ORDER BY g.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_groupmember m WHERE m.group_id = ANY (over);
    DELETE FROM crm_group g WHERE g.id = ANY (over);
    kind := 'groups'; gone := cardinality(over);
    RETURN NEXT;

    -- What a change of several, or one contact made of two, would need to be undone; nobody can ask for it any more.
    over := ARRAY(SELECT c.id FROM crm_change c WHERE c.at < too_old ORDER BY c.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_change c WHERE c.id = ANY (over);
    kind := 'changes'; gone := cardinality(over);
    RETURN NEXT;

    -- Notes about somebody go with them; what the practice has to do or to keep stays, and is about nobody.
    over := ARRAY(SELECT c.id FROM crm_contact c WHERE c.trashed_at < too_old ORDER BY c.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_note n WHERE n.contact_id = ANY (over);
    UPDATE crm_task t SET contact_id = NULL WHERE t.contact_id = ANY (over);
    UPDATE crm_document d SET contact_id = NULL WHERE d.contact_id = ANY (over);
    DELETE FROM crm_groupmember m WHERE m.contact_id = ANY (over);
    DELETE FROM crm_eventcontact e WHERE e.contact_id = ANY (over);
    DELETE FROM crm_workflowcontact w WHERE w.contact_id = ANY (over);
    DELETE FROM crm_editlock l WHERE l.contact_id = ANY (over);
    DELETE FROM crm_contact c WHERE c.id = ANY (over);
    kind := 'contacts'; gone := cardinality(over);
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION app_empty_trash(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_empty_trash(timestamptz, integer) TO portal_worker;
"""
EMPTIES_BACK = "DROP FUNCTION app_empty_trash(timestamptz, integer)"

# Mails kept with contacts lie there too; that they are not kept again outlives them.
_BEFORE = "    -- What a change of several,"
EMPTIES_MAILS = instead(
    anew(EMPTIES),
    _BEFORE,
    f"""    over := ARRAY(SELECT k.id FROM crm_keptmail k WHERE k.trashed_at < too_old ORDER BY k.id LIMIT the_most
                  FOR UPDATE SKIP LOCKED);
    DELETE FROM crm_keptmail k WHERE k.id = ANY (over);
    kind := 'mails'; gone := cardinality(over);
    RETURN NEXT;

{_BEFORE}""",
)
EMPTIES_MAILS_BACK = anew(EMPTIES)

# What has a day of its own on which it was thrown away; all of it is emptied above.
THROWN = (
    *("crm_contact", "crm_document", "crm_event", "crm_group", "crm_keptmail", "crm_note", "crm_task", "crm_workflow"),
    "crm_workflowpattern",
)
# What goes with its contact.
WITH_CONTACT = ("crm_keptmail", "crm_note")
_BY_PAGE = "current_user IN ('portal_web', 'portal_worker')"
# The clocks of two machines may differ by some minutes.
_NOT_NOW = f"{_BY_PAGE} AND abs(extract(epoch FROM NEW.trashed_at - clock_timestamp())) > 600"

# The emptying counts thirty days from when something was thrown away, so no page says that this was earlier, puts
# anything with somebody who is about to go, or makes a change older than it is.
THROWN_AWAY_NOW = """
CREATE FUNCTION app_thrown_away_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'something is thrown away now, not before or later' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION app_goes_with_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM crm_contact c
                WHERE c.id = NEW.contact_id AND c.trashed_at < clock_timestamp() - interval '10 minutes') THEN
        RAISE EXCEPTION 'the contact lies in the trash, and takes this with it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
""" + "".join(
    [
        *(
            f"""
CREATE TRIGGER {table[4:]}_thrown_in BEFORE INSERT ON {table} FOR EACH ROW
    WHEN ({_NOT_NOW}) EXECUTE FUNCTION app_thrown_away_now();
CREATE TRIGGER {table[4:]}_thrown_away BEFORE UPDATE OF trashed_at ON {table} FOR EACH ROW
    WHEN (NEW.trashed_at IS DISTINCT FROM OLD.trashed_at AND {_NOT_NOW}) EXECUTE FUNCTION app_thrown_away_now();
"""
            for table in THROWN
        ),
        *(
            f"""
CREATE TRIGGER {table[4:]}_put_with BEFORE INSERT ON {table} FOR EACH ROW
    WHEN ({_BY_PAGE} AND NEW.contact_id IS NOT NULL) EXECUTE FUNCTION app_goes_with_contact();
CREATE TRIGGER {table[4:]}_moved_to BEFORE UPDATE OF contact_id ON {table} FOR EACH ROW
    WHEN ({_BY_PAGE} AND NEW.contact_id IS DISTINCT FROM OLD.contact_id) EXECUTE FUNCTION app_goes_with_contact();
"""
            for table in WITH_CONTACT
        ),
        f"""
CREATE TRIGGER change_stays_as_old BEFORE UPDATE OF at ON crm_change FOR EACH ROW
    WHEN ({_BY_PAGE} AND NEW.at <> OLD.at) EXECUTE FUNCTION app_thrown_away_now();
""",
    ]
)
THROWN_AWAY_NOW_BACK = "".join(
    [
        "DROP TRIGGER change_stays_as_old ON crm_change;\n",
        *(f"DROP TRIGGER {one[4:]}_{name} ON {one};\n" for one in WITH_CONTACT for name in ("put_with", "moved_to")),
        *(f"DROP TRIGGER {one[4:]}_{name} ON {one};\n" for one in THROWN for name in ("thrown_in", "thrown_away")),
        "DROP FUNCTION app_goes_with_contact();\nDROP FUNCTION app_thrown_away_now();\n",
    ]
)
