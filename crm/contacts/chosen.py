"""Which contact, account and colleague a form about a client means: by key, by words, or by what is left open."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from accounts.ground.people.models import Holdings, User
from accounts.ground.tree.models import Account
from accounts.ground.users.queries import standing_seats
from crm.contacts import filters
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.contacts.search import found_outside
from crm.vault.models import Member, MemberState
from crm.vault.sealed import Opened

MOST_CONTACTS = 50


def contact_of(vault: Opened, words: str) -> Contact | None:
    """The one contact that a key or some words mean; None for nothing said. Raises ContactProblem."""
    words = " ".join(words.split())[:200]
    if not words:
        return None
    try:
        found = list(filters.book(vault).filter(pk=UUID(words)))
    except ValueError:
        found = list(filters.book(vault).filter(pk__in=found_outside(words)).order_by("sort_key", "pk")[:9])
        found = [one for one in found if one.title == words] or found
    if not found:
        raise ContactProblem({"contact": _("No contact of the book matches.")})
    if len(found) > 1:
        names = "; ".join(dict.fromkeys(one.title for one in found))
        raise ContactProblem({"contact": _("Which one? %(names)s") % {"names": names}})
    return found[0]


def contacts_of(vault: Opened, given: str | Iterable[object]) -> list[Contact]:
    """Each contact that a line means, once. Raises ContactProblem with every sentence at once."""
    lines = [str(one).strip() for one in (given.splitlines() if isinstance(given, str) else given)]
    if len(lines) > MOST_CONTACTS:
        raise ContactProblem({"contact": _("At most 50 contacts.")})
    found: dict[UUID, Contact] = {}
    wrong = []
    for line in filter(None, lines):
        try:
            contact = contact_of(vault, line)
        except ContactProblem as problem:
            wrong.append(f"{line}: {problem.problems['contact']}")
            continue
        if contact is not None:
            found[contact.pk] = contact
    if wrong:
        raise ContactProblem({"contact": " ".join(wrong)})
    return list(found.values())


def account_of(vault: Opened, number: str) -> Account | None:
    """An account of the practice by its number; None for nothing said. Raises ContactProblem."""
    number = number.strip().upper()[:20]
    if not number:
        return None
    found = scope(vault.who, Account).filter(number=number, practice_id=vault.who.practice_id).first()
    if found is None:
        raise ContactProblem({"account": _("There is no such account of yours.")})
    return found


def colleagues(vault: Opened) -> "QuerySet[User]":
    """Who may read what is written about a contact: members of the client book who work here with all accounts."""
    inside = scope(vault.who, Member).filter(state=MemberState.MEMBER).values("user_id")
    whole = standing_seats(vault.who).filter(Q(principal=None) | Q(principal__holdings=Holdings.ALL))
    here = whole.filter(is_active=True, holdings=Holdings.ALL, user_id__in=inside).values("user_id")
    return User.objects.filter(pk__in=here).order_by("username")


def colleague_of(vault: Opened, username: str) -> int:
    """Whose it shall be; one's own where nobody is named. Raises ContactProblem."""
    if not username:
        return vault.who.user_id
    found = colleagues(vault).filter(username=username).values_list("pk", flat=True).first()
    if found is None:
        raise ContactProblem({"assignee": _("Choose a colleague who may read the client book.")})
    return int(found)
