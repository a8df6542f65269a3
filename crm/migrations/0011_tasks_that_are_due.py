"""Who reminds of tasks reads open ones with a day, and of these neither what is sealed nor whose they are."""

from django.db import migrations

DUE = """
DROP POLICY worker_counts ON crm_task;
CREATE POLICY worker_reminds ON crm_task FOR SELECT TO portal_worker
    USING (due_on IS NOT NULL AND trashed_at IS NULL AND state <> 'done');
REVOKE SELECT (assignee_id) ON crm_task FROM portal_worker;
"""
BEFORE = """
GRANT SELECT (assignee_id) ON crm_task TO portal_worker;
DROP POLICY worker_reminds ON crm_task;
CREATE POLICY worker_counts ON crm_task FOR SELECT TO portal_worker USING (true);
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_documents")]

    operations = [migrations.RunSQL(DUE, reverse_sql=BEFORE)]
