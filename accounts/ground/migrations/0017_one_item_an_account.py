"""One pending item for each account and cause instead of one a day; refused seals get a kind of their own."""

from django.db import migrations, models

# What waited as one item a day becomes one item with the number of its days; titles are those of the old items.
GATHER = """
INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key, day)
SELECT gen_random_uuid(), h.firm_id, h.practice_id, h.account_id, 'statement', 'awaiting_broker', min(q.title),
       jsonb_build_object('stage', h.stage, 'reason', h.reason, 'days', count(*), 'since', min(h.day),
                          'until', max(h.day), 'detail', (array_agg(h.detail ORDER BY h.day DESC))[1]),
       'held:' || h.account_id || ':' || h.stage || ':' || h.reason, min(h.day)
  FROM accounts_hold h
  JOIN accounts_request q ON q.firm_id = h.firm_id AND q.kind = 'statement' AND q.natural_key = 'hold:' || h.id
 WHERE h.resolved_at IS NULL AND h.retry_asked_at IS NULL
 GROUP BY h.firm_id, h.practice_id, h.account_id, h.stage, h.reason;
UPDATE accounts_request SET status = 'cancelled', finished_at = now()
 WHERE kind = 'statement' AND natural_key LIKE 'hold:%' AND finished_at IS NULL;
UPDATE accounts_request SET kind = 'seal' WHERE kind = 'statement' AND natural_key LIKE 'seal:%';
"""

KINDS = [
    ("statement", "Statement"),
    ("seal", "Seal of a day"),
    ("application", "Client Account Application"),
    ("client_approval", "Client Approval"),
    ("funding", "Funding"),
    ("authorization", "Request Authorization"),
    ("linkage", "Client Linkage Request"),
    ("trading_permission", "Trading Permission"),
    ("allocation", "Allocation Break"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_requests_about_trading")]

    operations = [
        migrations.RunSQL(GATHER, reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField("request", "kind", models.CharField(max_length=20, choices=KINDS)),
    ]
