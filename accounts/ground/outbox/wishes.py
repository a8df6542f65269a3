"""Who wants a kind of mail: people choose it under the roof, whose answer is named in the settings."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.module_loading import import_string


def wanting(kind: str, users: Iterable[int], firm_id: int | None) -> set[int]:
    """Those of some users who want mails of a kind. A mail without a kind, as of sign-ins and money, goes to all."""
    if not kind:
        return set(users)
    found: set[int] = import_string(settings.OUTBOX_WANTED_BY)(kind, users, firm_id)
    return found
