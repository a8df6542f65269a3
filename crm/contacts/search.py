"""Finding contacts: names and ways to reach them in the database, sealed records by words that are sealed too."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.ground.access.context import cursor
from accounts.ground.access.scope import scope
from accounts.ground.tree.queries import typed
from accounts.ground.tree.rules import sort_key
from crm.contacts.models import Contact
from crm.contacts.rules import LIKE, SHORT_WORD, alike, finder, trigrams
from crm.contacts.segments import SearchPart
from crm.contacts.stored import parted
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

MOST_FOUND = 1000
# Records whose words are not gathered yet are opened one by one, some twenty microseconds each; from so many on, the
# next search gathers the words of a part of them first.
MOST_FRESH, A_PART = 1500, 4000
NOT_GATHERED = Q(searched_version=None) | ~Q(searched_version=F("version"))
_WORD = re.compile(r"\w+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def found_outside(text: str) -> list[UUID]:
    """Contacts whose name, e-mail, phone or account has every word; where none has, those that nearly have them."""
    words = [sort_key(word) for word in typed(text).split()]
    if not words:
        return []
    with cursor() as cur:
        cur.execute("SELECT app_found_contacts(%s, %s)::text[]", [words, MOST_FOUND])
        return [UUID(one) for one in cur.fetchone()[0]]


def found_inside(vault: Opened, text: str) -> set[UUID]:
    """Contacts whose sealed record has every word, or where none has, one nearly like it; at most a thousand."""
    words = _WORD.findall(folded(typed(text)))
    if not words:
        return set()
    fresh = _fresh(vault)
    if len(fresh) > MOST_FRESH:
        gather(vault, vault.row.used_at)
        fresh = _fresh(vault)
    texts = dict(_texts(vault, fresh))
    found = {pk for pk, text in texts.items() if all(word in text for word in words)}
    parts = list(scope(vault.who, SearchPart).defer("places_sealed").order_by("-made_at", "pk"))
    for exact in (True, False):
        for part in parts:
            if len(found) >= MOST_FOUND:
                break
            found |= _still(vault, _in_part(vault, part, words, is_exact=exact)) - texts.keys()
        if found:
            return found
        has_words = finder(words)
        found = {pk for pk, text in texts.items() if has_words(text)}
    return found


def gather(vault: Opened, at: datetime, most: int = A_PART) -> int:
    """Gather the words of records that no part knows in the version they have now; of how many."""
    rows = _ungathered(vault).select_for_update(skip_locked=True)[:most]
    contacts = {one.pk: one for one in rows}
    places: dict[str, list[int]] = defaultdict(list)
    for number, (_pk, text) in enumerate(_texts(vault, contacts.values())):
        for word in set(_WORD.findall(text)):
            places[word].append(number)
    if contacts:
        part = SearchPart(firm_id=vault.who.firm_id, practice_id=vault.who.practice_id, made_at=at, size=len(contacts))
        words = sorted(places)
        keys = " ".join(f"{pk.hex}:{one.version}" for pk, one in contacts.items())
        lines = [" ".join(map(_short, places[word])) for word in words]
        part.put(vault, words="\n".join(words), places="\n".join([keys, *lines]))
        part.save(force_insert=True)
        scope(vault.who, Contact).filter(pk__in=list(contacts)).update(searched_version=F("version"))
        _forget_stale(vault)
    return len(contacts)


def _forget_stale(vault: Opened) -> None:
    """Begin anew once most of what the parts know was written over since; what is gathered anew goes by and by."""
    rows = scope(vault.who, Contact)
    sizes = list(scope(vault.who, SearchPart).values_list("pk", "size"))
    if sum(size for _pk, size in sizes) > 3 * rows.count() + A_PART:
        SearchPart.unscoped.filter(pk__in=[pk for pk, _size in sizes]).delete()
        rows.update(searched_version=None)


def _ungathered(vault: Opened) -> "QuerySet[Contact]":
    rows = scope(vault.who, Contact).filter(NOT_GATHERED).order_by("pk")
    return rows.only("pk", "practice_id", "version", "record_sealed")


def _fresh(vault: Opened) -> list[Contact]:
    return list(_ungathered(vault)[: MOST_FRESH + 1])


def _texts(vault: Opened, contacts: Iterable[Contact]) -> Iterator[tuple[UUID, str]]:
    """What records say, folded, without the names of their fields; one that does not open says nothing."""
    for contact in contacts:
        try:
            record = contact.text(vault, "record")
        except Unopened:
            record = "{}"
        yield contact.pk, folded("\n".join(parted(record)[0].values())) if len(record) > 2 else ""


def _in_part(vault: Opened, part: SearchPart, words: Sequence[str], *, is_exact: bool) -> list[tuple[UUID, int]]:
    """The contacts of one part that have all the words, each with the version in which it had them."""
    try:
        text = part.text(vault, "words")
        hits = [_same(text, word) if is_exact else _near(text, word) for word in words]
        if not all(hits):
            return []
        lines = part.text(vault, "places").split("\n")
    except Unopened:
        return []
    numbers = set.intersection(*({number for line in found for number in lines[line + 1].split()} for found in hits))
    keys = lines[0].split()
    named = (keys[int(number, 36)].partition(":") for number in sorted(numbers)[:MOST_FOUND])
    return [(UUID(key), int(version)) for key, _colon, version in named]


def _still(vault: Opened, found: Sequence[tuple[UUID, int]]) -> set[UUID]:
    """Those that have not been written over since."""
    if not found:
        return set()
    rows = scope(vault.who, Contact).filter(pk__in=[pk for pk, _version in found])
    return {pk for pk, _version in set(found) & set(rows.values_list("pk", "version"))}


def _same(text: str, word: str) -> list[int]:
    """The lines in which a word stands, also within another."""
    lines, line, seen = [], 0, 0
    place = text.find(word)
    while place >= 0:
        line += text.count("\n", seen, place)
        lines.append(line)
        seen = text.find("\n", place)
        if seen < 0:
            break
        place = text.find(word, seen)
    return lines


def _near(text: str, word: str) -> list[int]:
    """The lines with words nearly like one, of those that begin as it does."""
    if len(word) <= SHORT_WORD:
        return _same(text, word)
    lines = text.split("\n")
    first, shape = word[0], trigrams(word)
    begin, end = bisect_left(lines, first), bisect_left(lines, chr(ord(first) + 1))
    return [line for line in range(begin, end) if alike(shape, trigrams(lines[line])) >= LIKE]


def _short(number: int) -> str:
    """A number in as few letters as `int(..., 36)` reads."""
    letters = ""
    while True:
        number, rest = divmod(number, 36)
        letters = _DIGITS[rest] + letters
        if not number:
            return letters
