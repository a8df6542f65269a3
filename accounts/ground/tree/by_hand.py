"""Another status by hand, for accounts whose way nothing else decides.

Where another storey knows of something that an account goes on by, it says so here, and no page, call or list of the
back office goes around it.
"""

from collections.abc import Callable

from accounts.ground.tree.models import Account
from accounts.ground.tree.rules import StatusProblem, changes_from

Reason = Callable[[Account, str], object]
_REASONS: list[Reason] = []


def decided_elsewhere(reason: Reason) -> None:
    """Register who knows why an account does not get a status by hand: a sentence, or None."""
    _REASONS.append(reason)


def check_by_hand(account: Account, status: str) -> None:
    """Raises StatusProblem for a step that is not made by hand."""
    for reason in _REASONS:
        words = reason(account, status)
        if words:
            raise StatusProblem(str(words))


def changes_by_hand(account: Account) -> list[tuple[str, object]]:
    """(next status, words) for each change that a person may ask for here."""
    return [
        (status, words)
        for status, words in changes_from(account.status)
        if not any(reason(account, status) for reason in _REASONS)
    ]
