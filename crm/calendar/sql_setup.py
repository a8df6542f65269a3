"""The SQL of the calendar, as text for its migrations: who finds an event, who writes one, what a reminder reads."""

from crm.vault.sql_setup import OURS

_MINE = "(owner_id = (SELECT app_user()) OR (SELECT app_user()) = ANY (people))"
# Everybody of the practice, and of private ones whose they are and who takes part.
FOUND = f"({OURS} AND (visibility = 'practice' OR {_MINE}))"
# A colleague is somebody who has, or had, a seat in the practice.
WRITTEN = (
    f"({FOUND} AND EXISTS (SELECT 1 FROM accounts_seat theirs WHERE theirs.user_id = crm_event.owner_id"
    " AND theirs.practice_id = crm_event.practice_id) AND NOT EXISTS (SELECT 1 FROM unnest(crm_event.people) takes_part"
    " WHERE NOT EXISTS (SELECT 1 FROM accounts_seat theirs WHERE theirs.user_id = takes_part"
    " AND theirs.practice_id = crm_event.practice_id)))"
)
# Whom an event is about is found with it, under the event's own policy.
FOUND_ABOUT = f"({OURS} AND EXISTS (SELECT 1 FROM crm_event seen WHERE seen.id = event_id))"
ABOUT_WRITTEN = FOUND_ABOUT

_READ = (
    "id, firm_id, owner_id, people, is_all_day, begins_at, ends_at, zone, rule, added, left_out, remind_minutes,"
    " remind_at, trashed_at"
)
REMINDED = f"""
CREATE POLICY worker_reminds ON crm_event FOR SELECT TO portal_worker
    USING (remind_minutes IS NOT NULL AND trashed_at IS NULL);
CREATE POLICY worker_has_reminded ON crm_event FOR UPDATE TO portal_worker
    USING (remind_minutes IS NOT NULL AND trashed_at IS NULL)
    WITH CHECK (remind_minutes IS NOT NULL AND trashed_at IS NULL);
GRANT SELECT ({_READ}), UPDATE (remind_at) ON crm_event TO portal_worker;
"""
REMINDED_BACK = f"""
REVOKE SELECT ({_READ}), UPDATE (remind_at) ON crm_event FROM portal_worker;
DROP POLICY worker_has_reminded ON crm_event;
DROP POLICY worker_reminds ON crm_event;
"""
