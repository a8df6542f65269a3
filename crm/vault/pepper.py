"""The installation's peppers: secrets in a file that neither the database nor its backups hold."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from crm.vault.engine.keys import derive
from crm.vault.engine.people import PEPPER_NAME, Peppers
from crm.vault.models import PepperName


def peppers() -> Peppers:
    """All of them, the one in use first."""
    return _peppers(tuple(settings.VAULT_PEPPERS))


@lru_cache(maxsize=4)
def _peppers(lines: Sequence[str]) -> Peppers:
    made = [derive(hashlib.sha256(line.encode()).digest(), label="pepper") for line in lines]
    return Peppers({derive(one, label="name of a pepper")[:PEPPER_NAME].hex().encode(): one for one in made})


def note_use(at: datetime) -> None:
    """Write down the name of the pepper in use, so that a start without it is noticed."""
    row = PepperName(name=peppers().newest.decode(), first_used_at=at)
    PepperName.unscoped.bulk_create([row], ignore_conflicts=True)


def refuse_wrong() -> None:
    """Raises ImproperlyConfigured when vaults were made with a pepper that is not in the file.

    The usual failure of a restore: the file was not in the backup of the database, as it should be, and nowhere else.
    """
    try:
        used = set(PepperName.unscoped.values_list("name", flat=True))
    except DatabaseError:
        return  # a database that does not answer yet is another matter, and says so itself
    if used and not used & {name.decode() for name in peppers().by_name}:
        raise ImproperlyConfigured(
            "The storage passwords of this database were made with a pepper that the file of VAULT_PEPPER_FILE does not"
            " hold, so none of them would open. Put the file back from its own backup (docs/runbook.md)."
        )
