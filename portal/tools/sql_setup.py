"""SQL that a migration installs: who reads and who writes what the tools keep."""

from accounts.ground.access.rls import sees_account

# Owners read none of it: these are the advisor's working sheets.
OF_SEEN_ACCOUNT = f"((SELECT app_role()) IN ('top', 'second') AND {sees_account()})"
OF_OWN_PRACTICE = (
    "((SELECT app_role()) IN ('top', 'second') AND EXISTS (SELECT 1 FROM accounts_account own"
    " WHERE own.id = account_id AND own.practice_id = (SELECT app_practice())))"
)

_OWN = "(firm_id = (SELECT app_firm()) AND user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()))"
OWN_OR_SHARED = (
    f"({_OWN} OR (is_shared AND (SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice())))"
)
OWN_QUERY = f"({_OWN} AND practice_id IS NOT DISTINCT FROM (SELECT app_practice()))"
