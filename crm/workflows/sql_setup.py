"""The SQL of workflows, as text for their migration: who finds and writes one, and what the reminder reads."""

from crm.vault.sql_setup import OURS

_MINE = "(owner_id = (SELECT app_user()) OR (SELECT app_user()) = ANY (people))"
# Everybody of the practice, and of private ones whose they are and who has a stage.
FOUND = f"({OURS} AND (visibility = 'practice' OR {_MINE}))"
# What belongs to a workflow is found with it, under the workflow's own policy.
FOUND_WITH = f"({OURS} AND EXISTS (SELECT 1 FROM crm_workflow seen WHERE seen.id = workflow_id))"
# A colleague is somebody who has, or had, a seat in the practice.
STAGE_WRITTEN = (
    f"({FOUND_WITH} AND EXISTS (SELECT 1 FROM accounts_seat theirs WHERE theirs.user_id = crm_stage.assignee_id"
    " AND theirs.practice_id = crm_stage.practice_id))"
)
_READ = "firm_id, practice_id, due_on, closed_at, trashed_at"
REMINDED = f"""
CREATE POLICY worker_reminds ON crm_workflow FOR SELECT TO portal_worker
    USING (closed_at IS NULL AND trashed_at IS NULL);
GRANT SELECT ({_READ}) ON crm_workflow TO portal_worker;
"""
REMINDED_BACK = f"""
REVOKE SELECT ({_READ}) ON crm_workflow FROM portal_worker;
DROP POLICY worker_reminds ON crm_workflow;
"""
