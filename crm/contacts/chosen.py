"""Which contact, account and colleague a form about a client means: by key, by words, or by what is left open."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from accounts.ground.people.models import Holdings, User
from accounts.ground.tree.models import Account
from accounts.ground.tree.rules import sort_key
from accounts.ground.users.queries import standing_seats
from crm.contacts import filters
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.contacts.search import found_of_each
from crm.vault.models import Member, MemberState
from crm.vault.sealed import Opened

MOST_CONTACTS = 50
# Of so many that some words may mean, nine are named.
MOST_NAMED = 50


def contact_of(vault: Opened, words: str) -> Contact | None:
    """The one contact that a key or some words mean; None for nothing said. Raises ContactProblem."""
    line = _line(words)
    return _the_one(_meant(vault, [line])[line]) if line else None


def contacts_of(vault: Opened, given: str | Iterable[object]) -> list[Contact]:
    """Each contact that a line means, once. Raises ContactProblem with every sentence at once."""
    lines = [_line(str(one)) for one in (given.splitlines() if isinstance(given, str) else given)]
    if len(lines) > MOST_CONTACTS:
        raise ContactProblem({"contact": _("At most 50 contacts.")})
    found: dict[UUID, Contact] = {}
    wrong = []
    for line, meant in _meant(vault, list(filter(None, lines))).items():
        try:
            contact = _the_one(meant)
        except ContactProblem as problem:
            wrong.append(f"{line}: {problem.problems['contact']}")
            continue
        found[contact.pk] = contact
    if wrong:
        raise ContactProblem({"contact": " ".join(wrong)})
    return list(found.values())


def _line(words: str) -> str:
    return " ".join(words.replace("\0", "").split())[:200]


def _the_one(found: Sequence[Contact]) -> Contact:
    if not found:
        raise ContactProblem({"contact": _("No contact of the book matches.")})
    if len(found) > 1:
        names = "; ".join(dict.fromkeys(one.title for one in found))
        raise ContactProblem({"contact": _("Which one? %(names)s") % {"names": names}})
    return found[0]


def _meant(vault: Opened, lines: Sequence[str]) -> dict[str, list[Contact]]:
    """The contacts that each line may mean; as many questions for fifty lines as for one."""
    keys = {line: key for line in lines if (key := _key(line))}
    titles = {sort_key(line) for line in lines if line not in keys}
    named = filters.book(vault).filter(Q(pk__in=keys.values()) | Q(sort_key__in=titles)) if lines else []
    known = list(named)
    meant: dict[str, list[Contact]] = {}
    for line in lines:
        meant[line] = [one for one in known if (one.pk == keys[line] if line in keys else one.title == line)]
    rest = [line for line in meant if line not in keys and not meant[line]]
    found = dict(zip(rest, found_of_each(rest, MOST_NAMED), strict=True))
    alike = filters.book(vault).filter(pk__in={pk for each in found.values() for pk in each}) if rest else []
    rows = sorted(alike, key=lambda one: (one.sort_key, one.pk))
    for line, each in found.items():
        same = set(each)
        meant[line] = [one for one in rows if one.pk in same][:9]
    return meant


def _key(line: str) -> UUID | None:
    try:
        return UUID(line)
    except ValueError:
        return None


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
