"""An account that two people apply for together: what the signature makes of it, and that the second holder signs."""

from accounts.desk.applying.sql_setup import SIGNED
from accounts.ground.access.rls import anew, instead

# Of several holders the account has every name and the youngest's age, and the party its own. Pages of before this say
# neither; what they say then is of the one holder whom they know.
_YOUNGEST = "coalesce(facts ->> 'youngest', facts ->> 'born_on')"
_NAME = "coalesce(facts ->> 'name', facts ->> 'title')"
SIGNED_TOGETHER = instead(
    instead(anew(SIGNED), "holder_born_on = (facts ->> 'born_on')", f"holder_born_on = ({_YOUNGEST})"),
    "SET legal_name = left(facts ->> 'title', 200)",
    f"SET legal_name = left({_NAME}, 200)",
)
SIGNED_TOGETHER_BACK = anew(SIGNED)

# The back office says which tax form it came to, and has no link to give.
OF_OFFICE = """
GRANT UPDATE (form_number) ON desk_applicationtask TO portal_office;
REVOKE UPDATE (state, link_hash, tells_opening) ON desk_application FROM portal_office;
"""
OF_OFFICE_BACK = """
REVOKE UPDATE (form_number) ON desk_applicationtask FROM portal_office;
GRANT UPDATE (state, link_hash, tells_opening) ON desk_application TO portal_office;
"""

# Whoever was invited before this signs together, too: no account of two that is still applied for, or that can be taken
# up again, opens by one hand. On paper both sign the one form.
ASKED_OF_SECOND = """
INSERT INTO desk_applicationtask (id, application_id, firm_id, practice_id, account_id, place, key, form_number, owner,
                                  standing, for_approval, for_trading, takes_file, reject_reason, started_on)
SELECT gen_random_uuid(), p.id, p.firm_id, p.practice_id, p.account_id,
       (SELECT max(t.place) + 1 FROM desk_applicationtask t WHERE t.application_id = p.id),
       'second', 'AP-4', 'client', 'open', true, true, true, '', current_date
  FROM desk_application p JOIN accounts_account a ON a.id = p.account_id
 WHERE p.kind IN ('joint_survivors', 'joint_common', 'joint_community', 'joint_entirety', 'joint_australia')
   AND p.method <> 'semi' AND a.status IN ('N', 'P', 'A')
   AND NOT EXISTS (SELECT 1 FROM desk_applicationtask t WHERE t.application_id = p.id AND t.key = 'second')
"""
