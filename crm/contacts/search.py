"""Finding contacts: names and ways to reach them in the database, sealed records by words that are sealed too."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, Max, Q, Value
from django.db.models.expressions import RawSQL

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
# So many keys go back to the database in a filter; of more, which take as long to carry as to find, it keeps them.
MOST_CARRIED = 20_000
ALL = 2**31 - 1
LAST_LETTER = "\U0010ffff"
# Records whose words are not gathered yet are opened one by one, some twenty microseconds each; from so many on, the
# next search gathers the words of a part of them first.
MOST_FRESH, A_PART = 1500, 4000
NOT_GATHERED = Q(searched_version=None) | ~Q(searched_version=F("version"))
_WORD = re.compile(r"\w+")
# The key of a row, its version, and one of its sealed texts.
_Sealed = tuple[UUID, int, bytes]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def found_outside(text: str) -> list[UUID]:
    """Contacts whose name, e-mail, phone or account has every word; where none has, those that nearly have them.

    Of a list to choose from, so it ends after a thousand; a filter asks `every_found`.
    """
    return _found(text, "app_found_contacts", MOST_FOUND)


def found_of_each(lines: Sequence[str], most: int) -> list[list[UUID]]:
    """Some of the same for each of several lists to choose from, in one question."""
    words = [_words(line) for line in lines]
    asked = [one for one in words if one]
    if not asked:
        return [[] for _one in words]
    calls = ", ".join(["app_found_contacts(%s, %s)::text[]"] * len(asked))
    with cursor() as cur:
        cur.execute(f"SELECT {calls}", [value for one in asked for value in (one, most)])
        found = iter(cur.fetchone())
    return [[UUID(pk) for pk in next(found)] if one else [] for one in words]


def every_found(text: str, *, in_part: bool = False, also: Iterable[UUID] = ()) -> RawSQL:
    """The same and others for a filter, which leaves nobody out: where there are very many, the database keeps them to
    itself. The keys are one parameter: thousands of single ones take longer to write than their rows to read."""
    finds = "app_found_in_part" if in_part else "app_found_contacts"
    found = _found(text, finds, MOST_CARRIED)
    if len(found) < MOST_CARRIED:
        return RawSQL("SELECT unnest(%s::uuid[])", [[str(pk) for pk in {*found, *also}]])
    # Of the two functions above; asked inside, or planning would find them all as well.
    every = f"SELECT unnest((SELECT {finds}(%s, %s))) UNION SELECT unnest(%s::uuid[])"
    return RawSQL(every, [_words(text), ALL, [str(pk) for pk in also]])  # noqa: S611 (parameters)


def suggested(vault: Opened, text: str, most: int) -> list[Contact]:
    """The few contacts that a half-typed text most likely means: those whose name begins so, then others."""
    rows = scope(vault.who, Contact).filter(trashed_at=None).select_related("party").order_by("sort_key", "pk")
    begins = sort_key(typed(text))
    if not begins:
        return []
    # Compared and not matched: patterns use no index under row-level security.
    first = list(rows.filter(sort_key__gte=begins, sort_key__lt=begins + LAST_LETTER)[:most])
    if len(first) == most:
        return first
    among = every_found(text, in_part=True) if vault.who.is_narrowed else found_outside(text)
    others = rows.filter(pk__in=among).exclude(pk__in=[one.pk for one in first])
    return [*first, *others[: most - len(first)]]


def _found(text: str, finds: str, most: int) -> list[UUID]:
    words = _words(text)
    if not words:
        return []
    with cursor() as cur:
        cur.execute(f"SELECT {finds}(%s, %s)::text[]", [words, most])
        return [UUID(one) for one in cur.fetchone()[0]]


def _words(text: str) -> list[str]:
    return [sort_key(word) for word in typed(text).split()]


def found_inside(vault: Opened, text: str) -> set[UUID]:
    """Contacts whose sealed record has every word, or where none has, one nearly like it."""
    words = _WORD.findall(folded(typed(text)))
    if not words:
        return set()
    fresh, parts = _read(vault)
    if len(fresh) > MOST_FRESH and not vault.who.is_narrowed:
        gather(vault, vault.row.used_at)
        fresh, parts = _read(vault)
    texts = {pk: _text(vault, pk, version, sealed) for pk, version, sealed in fresh}
    found = {pk for pk, text in texts.items() if all(word in text for word in words)}
    found |= _in_parts(vault, parts, words, _same) - texts.keys()
    if not found:
        has_words = finder(words)
        found = {pk for pk, text in texts.items() if has_words(text)}
        found |= _in_parts(vault, parts, words, _near) - texts.keys()
    return found


def gather(vault: Opened, at: datetime, most: int = A_PART) -> int:
    """Gather the words of records that no part knows in the version they have now; of how many."""
    rows = scope(vault.who, Contact).filter(NOT_GATHERED).order_by("pk").select_for_update(skip_locked=True)
    contacts = list(rows.only("pk", "version", "searched_version", "record_sealed")[:most])
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(contacts):
        for word in set(_WORD.findall(_text(vault, one.pk, one.version, bytes(one.record_sealed)))):
            places[word].append(number)
    if contacts:
        youngest = scope(vault.who, SearchPart).aggregate(last=Max("made_at"))["last"]
        # What is read of a contact is told by the youngest part that knows it, so no two are of one moment.
        made_at = at if youngest is None else max(at, youngest + timedelta(microseconds=1))
        own = {"firm_id": vault.who.firm_id, "practice_id": vault.who.practice_id}
        part = SearchPart(**own, made_at=made_at, size=len(contacts))
        words = sorted(places)
        again = " ".join(one.pk.hex for one in contacts if one.searched_version is not None)
        lines = [" ".join(map(_short, places[word])) for word in words]
        keys = " ".join(one.pk.hex for one in contacts)
        part.put(vault, words="\n".join([again, *words]), places="\n".join([keys, *lines]))
        part.save(force_insert=True)
        scope(vault.who, Contact).filter(pk__in=[one.pk for one in contacts]).update(searched_version=F("version"))
        _forget_stale(vault)
    return len(contacts)


def _forget_stale(vault: Opened) -> None:
    """Begin anew once most of what the parts know was written over since; what is gathered anew goes by and by."""
    rows, parts = scope(vault.who, Contact), scope(vault.who, SearchPart)
    if sum(parts.values_list("size", flat=True)) > 3 * rows.count() + A_PART:
        parts.delete()
        rows.update(searched_version=None)


def _read(vault: Opened) -> tuple[list[_Sealed], list[_Sealed]]:
    """(records that are not gathered, the words of the parts, the youngest first): one question for both.

    Parts hold words of the whole book: who works with some accounts only has each of the few records opened instead.
    """
    fresh = scope(vault.who, Contact).order_by()
    fresh = fresh if vault.who.is_narrowed else fresh.filter(NOT_GATHERED)[: MOST_FRESH + 1]
    fresh = fresh.values_list("pk", "version", F("record_sealed"), Value(None, output_field=DateTimeField()))
    parts = scope(vault.who, SearchPart).order_by().values_list("pk", "version", F("words_sealed"), "made_at")
    rows: list[Any] = list(fresh.union(parts, all=True))
    of_parts = sorted((row for row in rows if row[3] is not None), key=lambda row: (row[3], row[0]), reverse=True)
    return [row[:3] for row in rows if row[3] is None], [row[:3] for row in of_parts]


def _text(vault: Opened, pk: UUID, version: int, sealed: bytes) -> str:
    """What a record says, folded, without the names of its fields; one that does not open says nothing."""
    try:
        record = vault.ring.open_field(Contact._meta.label_lower, pk, "record", version, bytes(sealed))
    except Unopened:
        return ""
    return folded("\n".join(parted(record)[0].values())) if len(record) > 2 else ""


def _in_parts(
    vault: Opened, parts: Sequence[_Sealed], words: Sequence[str], lines_of: Callable[[str, str], list[int]]
) -> set[UUID]:
    """The contacts of the parts that have all the words; what a younger part has gathered anew counts there alone."""
    found: set[UUID] = set()
    hits: dict[UUID, list[list[int]]] = {}
    anew: dict[UUID, set[str]] = {}
    gathered_since: set[str] = set()
    for pk, version, sealed in parts:
        try:
            text = vault.ring.open_field(SearchPart._meta.label_lower, pk, "words", version, bytes(sealed))
        except Unopened:
            continue
        lines = [lines_of(text, word) for word in words]
        if all(lines):
            hits[pk], anew[pk] = lines, set(gathered_since)
        gathered_since |= set(text.partition("\n")[0].split())
    rows = scope(vault.who, SearchPart).filter(pk__in=hits).values_list("pk", "version", "places_sealed")
    for pk, version, content in rows if hits else ():
        try:
            places = vault.ring.open_field(SearchPart._meta.label_lower, pk, "places", version, bytes(content))
        except Unopened:
            continue
        keys, *of_words = places.split("\n")
        numbers = set.intersection(
            *({number for line in each for number in of_words[line - 1].split()} for each in hits[pk])
        )
        named = keys.split()
        found |= {UUID(named[int(number, 36)]) for number in numbers if named[int(number, 36)] not in anew[pk]}
    return found


def _same(text: str, word: str) -> list[int]:
    """The lines in which a word stands, also within another; the first line is no word."""
    lines, line, seen = [], 0, 0
    place = text.find(word, text.find("\n"))
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
    begin, end = bisect_left(lines, first, 1), bisect_left(lines, chr(ord(first) + 1), 1)
    return [line for line in range(begin, end) if alike(shape, trigrams(lines[line])) >= LIKE]


def _short(number: int) -> str:
    """A number in as few letters as `int(..., 36)` reads."""
    letters = ""
    while True:
        number, rest = divmod(number, 36)
        letters = _DIGITS[rest] + letters
        if not number:
            return letters
