"""The SQL that empties the trash, kept as text for its migration.

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
