"""SQL that a migration installs: who reads and who writes what is written down for distributions."""

from accounts.ground.access.rls import sees_account

# Owners see no more of it than their account's figures on paper: it is the advisor's working sheet.
OF_SEEN_ACCOUNT = f"((SELECT app_role()) IN ('top', 'second') AND {sees_account()})"
OF_OWN_PRACTICE = (
    "((SELECT app_role()) IN ('top', 'second') AND EXISTS (SELECT 1 FROM accounts_account own"
    " WHERE own.id = account_id AND own.practice_id = (SELECT app_practice())))"
)
