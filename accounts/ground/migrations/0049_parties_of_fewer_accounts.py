"""An advisor's user who works with some accounts only reads the clients whose accounts they are, as the scope says too."""

from django.db import migrations

from accounts.ground.access import rls

# A right is read under its account's policy, and accounts are those of the user; a client's own seat reads as before.
READ = f"""
CREATE POLICY page_read_in_part ON accounts_party FOR SELECT TO {rls.READERS} USING (
    (SELECT app_reach()) = 'accounts' AND (SELECT app_role()) IN ('top', 'second')
    AND firm_id = (SELECT app_firm())
    AND ((SELECT app_role()) = 'top' OR practice_id = (SELECT app_practice()))
    AND id IN (SELECT held.party_id FROM accounts_clientright held WHERE held.firm_id = (SELECT app_firm())
                  AND EXISTS (SELECT 1 FROM accounts_account theirs WHERE theirs.id = held.account_id)))
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0048_draws")]

    operations = [migrations.RunSQL(READ, reverse_sql="DROP POLICY page_read_in_part ON accounts_party")]
