"""Users who work with some accounts only read the part of the client book that is about those, and change nothing in it."""

from django.db import migrations

from accounts.ground.access import rls
from crm.contacts.sql_setup import FOUND_IN_PART
from crm.vault.sql_setup import IN_PART, KEYS_OR_IN_PART, MINE, MINE_OR_IN_PART, MINE_OR_MANAGED, OURS, OURS_OR_IN_PART

# What somebody needs to open the vault with keys of their own, and the names of the practice's own fields.
READ_BY_ALL = ("crm_vault", "crm_member", "crm_epoch", "crm_grant", "crm_customfield")
# The accounts are read under their own policy: of who has fewer of them, these are.
_THEIRS = (
    "(SELECT held.party_id FROM accounts_clientright held JOIN accounts_account theirs ON theirs.id = held.account_id"
    " WHERE theirs.moved_on IS NULL)"
)
CONTACTS = f"({OURS} OR ({IN_PART} AND party_id IN {_THEIRS}))"
GROUPS = f"({OURS_OR_IN_PART} AND (NOT is_private OR owner_id = (SELECT app_user())))"
GROUPS_BEFORE = f"({OURS} AND (NOT is_private OR owner_id = (SELECT app_user())))"
MEMBERS = (
    f"(({OURS} OR ({IN_PART} AND contact_id IN (SELECT id FROM crm_contact)))"
    " AND group_id IN (SELECT id FROM crm_group))"
)
MEMBERS_BEFORE = f"({OURS} AND group_id IN (SELECT id FROM crm_group))"


def writes(table: str, *, now: str, before: str, ways: tuple[str, ...]) -> list[migrations.RunSQL]:
    """Another wording of what pages may change in a table."""
    parts = {"insert": "WITH CHECK ({0})", "update": "USING ({0}) WITH CHECK ({0})", "delete": "USING ({0})"}
    return [
        migrations.RunSQL(
            f"ALTER POLICY page_{way} ON {table} {parts[way].format(now)}",
            reverse_sql=f"ALTER POLICY page_{way} ON {table} {parts[way].format(before)}",
        )
        for way in ways
    ]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0049_parties_of_fewer_accounts"), ("crm", "0014_feeds")]

    operations = [
        *(rls.read_by(table, now=OURS_OR_IN_PART, before=OURS) for table in READ_BY_ALL),
        *writes("crm_member", now=KEYS_OR_IN_PART, before=MINE_OR_MANAGED, ways=("insert", "update")),
        rls.read_by("crm_vaultsession", now=MINE_OR_IN_PART, before=MINE),
        *writes("crm_vaultsession", now=MINE_OR_IN_PART, before=MINE, ways=("insert", "update", "delete")),
        rls.read_by("crm_contact", now=CONTACTS, before=OURS),
        rls.read_by("crm_group", now=GROUPS, before=GROUPS_BEFORE),
        rls.read_by("crm_groupmember", now=MEMBERS, before=MEMBERS_BEFORE),
        migrations.RunSQL(FOUND_IN_PART, reverse_sql="DROP FUNCTION app_found_in_part(text[], integer)"),
    ]
