"""What a few letters find for one person: places, accounts, and the client book where it is open."""

from dataclasses import dataclass, field

from django.http import HttpRequest

from accounts.ground.access.context import Who
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import typed
from crm.contacts.models import Contact
from crm.contacts.search import suggested as suggested_contacts
from crm.vault.context import if_opened
from portal.find.rules import PLACES_SHOWN, Command, Group, commands, grouped
from portal.find.used import last_used
from portal.records.queries import suggested

CONTACTS_SHOWN = 6
PLACES_ON_PAGE = 50


@dataclass(frozen=True)
class Found:
    """What was found for a text. The client book is locked, open, or (None) nothing that this person has."""

    text: str
    places: list[Command] = field(default_factory=list)
    used: list[Command] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    book_is_open: bool | None = None

    @property
    def groups(self) -> list[Group]:
        return grouped([*self.used, *self.places])

    @property
    def count(self) -> int:
        return len(self.used) + len(self.places) + len(self.accounts) + len(self.contacts)


def found(request: HttpRequest, said: str | None, *, on_page: bool = False, is_palette: bool = False) -> Found:
    """Among what this person may see; nothing of the client book while it is locked. A palette in which nothing has
    been typed begins with what was used last."""
    who: Who = request.seat  # type: ignore[attr-defined]
    text = typed(said)
    places = commands(who.role, who.abilities, text, PLACES_ON_PAGE if on_page else PLACES_SHOWN)
    if not text:
        used = last_used(request) if is_palette else []
        known = {one.address for one in used}
        return Found(text, [one for one in places if one.address not in known], used)
    # Whoever looks as somebody else opens nobody's client book.
    has_book = who.is_advisor and who.behind is None
    vault = if_opened(request, in_part=True) if has_book else None
    contacts = suggested_contacts(vault, text, CONTACTS_SHOWN) if vault else []
    return Found(
        text,
        places,
        accounts=list(suggested(who, text)),
        contacts=contacts,
        book_is_open=(vault is not None) if has_book else None,
    )
