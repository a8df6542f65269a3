"""Corrections of rates name who made them and why, and only the back office reads them: pages get no right on them."""

from django.db import migrations

OPEN = """
CREATE POLICY page_read ON broker_ratecorrection FOR SELECT TO portal_web, portal_worker USING (true);
GRANT SELECT ON broker_ratecorrection TO portal_web, portal_worker
"""


class Migration(migrations.Migration):
    """The rates themselves stay facts of the market, open to every page."""

    dependencies = [("broker", "0008_trading_walls")]

    operations = [
        migrations.RunSQL(
            "DROP POLICY page_read ON broker_ratecorrection;"
            "REVOKE SELECT ON broker_ratecorrection FROM portal_web, portal_worker",
            reverse_sql=OPEN,
        )
    ]
