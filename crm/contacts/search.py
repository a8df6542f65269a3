"""Finding contacts: names and ways to reach them in the database, sealed records by opening each; nothing is kept."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.ground.access.context import cursor
from accounts.ground.tree.queries import typed
from accounts.ground.tree.rules import sort_key
from crm.contacts.models import Contact
from crm.contacts.rules import finder
from crm.contacts.stored import parted
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

MOST_FOUND = 1000
# Opening a record takes some twenty microseconds; a longer book is searched by name only.
MOST_OPENED = 20_000


def found_outside(text: str) -> list[UUID]:
    """Contacts whose name, e-mail, phone or account has every word; where none has, those that nearly have them."""
    words = [sort_key(word) for word in typed(text).split()]
    if not words:
        return []
    with cursor() as cur:
        cur.execute("SELECT app_found_contacts(%s, %s)::text[]", [words, MOST_FOUND])
        return [UUID(one) for one in cur.fetchone()[0]]


def found_inside(vault: Opened, rows: "QuerySet[Contact]", text: str) -> Iterable[UUID]:
    """Contacts whose sealed record has every word, or one nearly like it."""
    has_words = finder(folded(typed(text)).split())
    plain = rows.select_related(None).only("pk", "practice_id", "version", "record_sealed").order_by()
    for contact in plain[:MOST_OPENED].iterator(chunk_size=2000):
        try:
            record = contact.text(vault, "record")
        except Unopened:
            continue
        if len(record) > 2 and has_words(_values(record)):
            yield contact.pk


def _values(record: str) -> str:
    """What the record says, folded, without the names of its fields."""
    return folded("\n".join(parted(record)[0].values()))
