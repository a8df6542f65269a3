"""vCards 2.1, 3.0 and 4.0 as telephones and mail programs write them; a broken card stops no other."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from crm.imports.content_lines import Line, line_of, lines_of, split, unescaped, unfolded
from crm.imports.days import day_of
from crm.imports.draft import (
    COMPANY,
    CUT,
    LONGEST,
    PERSON,
    TOO_LARGE,
    TOO_MANY,
    Address,
    Draft,
    ImportRefused,
    Reach,
    Read,
    trimmed,
)
from portal.lib.words import Sentence, gettext_noop

NO_CARDS = gettext_noop("The file holds no vCard.")
NEVER_ENDS = gettext_noop("The card is never closed.")
NO_NAME = gettext_noop("The card names nobody.")
A_LIST = gettext_noop("The card is a list of other cards, not a contact.")
ONE_NAME = gettext_noop("The card has only one name; it is kept as the last name.")
NO_DAY = gettext_noop("“%(value)s” is not a date of the calendar; it was left out.")
NO_LINE = gettext_noop("Line %(line)s could not be read; it was left out.")

# What a telephone or an address is for, by the words of cards; the first that fits names it.
_PHONES = (
    ({"fax", "home"}, "home fax"),
    ({"fax", "work"}, "work fax"),
    ({"fax"}, "fax"),
    ({"cell"}, "mobile"),
    ({"mobile"}, "mobile"),
    ({"iphone"}, "mobile"),
    ({"pager"}, "pager"),
    ({"main"}, "main"),
    ({"work"}, "work"),
    ({"business"}, "work"),
    ({"home"}, "home"),
    ({"car"}, "car"),
)
_PLACES = (({"work"}, "work"), ({"home"}, "home"), ({"other"}, "other"))
_LABEL = re.compile(r"_\$!<(.*)>!\$_$")
_BEGIN, _END = re.compile(rb"\s*BEGIN\s*:\s*VCARD\s*$", re.I), re.compile(rb"\s*END\s*:\s*VCARD\s*$", re.I)
_VERSION = re.compile(rb"\s*VERSION\s*:\s*([0-9.]+)", re.I)
_MESSENGERS = ("AIM", "ICQ", "JABBER", "MSN", "YAHOO", "SKYPE", "GADUGADU", "GOOGLE-TALK", "QQ", "SIP", "TWITTER")
# Of the card and not of the person.
_OF_THE_CARD = {
    *("BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "SOURCE", "NAME", "PROFILE", "CLASS", "MAILER", "SORT-STRING"),
    *("LABEL", "KEY", "LOGO", "SOUND", "AGENT", "CLIENTPIDMAP", "XML", "KIND", "FN", "X-ABLABEL", "X-ABADR", "PHOTO"),
}


def read(content: bytes, *, most_cards: int, most_bytes: int) -> list[Read]:
    """Every card of a file. Raises `ImportRefused` where the file is none."""
    if len(content) > most_bytes:
        raise ImportRefused(TOO_LARGE, most=most_bytes)
    found: list[Read] = []
    for line, lines, is_whole in _cards(content):
        if len(found) == most_cards:
            raise ImportRefused(TOO_MANY, most=most_cards)
        card = _Card(line)
        card.take(lines)
        found.append(card.read(is_whole=is_whole))
    if not found:
        raise ImportRefused(NO_CARDS)
    return found


def _cards(content: bytes) -> Iterator[tuple[int, list[tuple[int, bytes]], bool]]:
    """(first line, lines between BEGIN and END, whether it was closed); a card within a card is passed over."""
    begun, held, depth = 0, [], 0
    for number, line in lines_of(content):
        if _BEGIN.match(line):
            # Only AGENT holds another card; else the one before was never closed.
            if depth and held and held[-1][1].upper().startswith(b"AGENT"):
                depth += 1
                continue
            if depth:
                yield begun, held, False
            begun, held, depth = number, [], 1
        elif _END.match(line):
            if depth == 1:
                yield begun, held, True
                held = []
            depth = max(depth - 1, 0)
        elif depth == 1:
            held.append((number, line))
    if depth:
        yield begun, held, False


class _Card:
    """A card being read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.draft = Draft()
        self.remarks: list[Sentence] = []
        self.is_list = False
        self._is_company = False
        self._labels: dict[str, str] = {}
        self._seen: set[str] = set()
        self._notes: list[str] = []
        self._version = "3.0"

    def take(self, lines: list[tuple[int, bytes]]) -> None:
        """Take property after property; labels come first, as they may stand behind what they name."""
        self._version = next((hit[1].decode() for _n, line in lines if (hit := _VERSION.match(line))), "3.0")
        properties = []
        for number, raw in unfolded(lines, keeps_space=self._version.startswith("2")):
            line = line_of(number, raw)
            if line is None:
                self.remarks.append(Sentence(NO_LINE, {"line": number}))
            elif line.name == "X-ABLABEL":
                label = unescaped(line.value)
                named = _LABEL.match(label)
                self._labels[line.group] = (named[1] if named else label).lower()
            else:
                properties.append(line)
        for line in properties:
            if len(line.value) > LONGEST:
                line.value = line.value[:LONGEST]
                self.remarks.append(Sentence(CUT, {"most": LONGEST}))
            self._one(line)

    def read(self, *, is_whole: bool) -> Read:
        """What became of it."""
        self.draft.note = "\n\n".join(self._notes)
        self.remarks += trimmed(self.draft)
        problem, is_named = None, self._named()
        if not is_whole:
            problem = Sentence(NEVER_ENDS, {})
        elif self.is_list:
            problem = Sentence(A_LIST, {})
        elif not is_named:
            problem = Sentence(NO_NAME, {})
        return Read(self.line, self.draft, problem, self.remarks)

    def _one(self, line: Line) -> None:
        taken = _TAKEN.get(line.name)
        if taken is not None:
            taken(self, line)
        elif line.name.removeprefix("X-").removesuffix("-USERNAME") in _MESSENGERS:
            service = line.name.removeprefix("X-").removesuffix("-USERNAME").lower()
            self.draft.messengers.append(Reach(unescaped(line.value), service))
        elif line.name == "FN":
            self.draft.full_name = self.draft.full_name or unescaped(line.value)
        elif line.name == "UID":
            self.draft.uid = unescaped(line.value)
        elif line.name in ("KIND", "X-ADDRESSBOOKSERVER-KIND"):
            self.is_list |= line.value.strip().lower() == "group"
            self._is_company |= line.value.strip().lower() in ("org", "organization")
        elif line.name == "X-ABSHOWAS":
            self._is_company |= line.value.strip().upper() == "COMPANY"
        elif line.name == "PHOTO":
            self.draft.photo_bytes = len(line.content or b"")
        elif line.name not in _OF_THE_CARD and (text := unescaped(line.value)):
            self.draft.more.append(f"{line.name.removeprefix('X-')}: {text}")

    def _names(self, line: Line) -> None:
        parts = [
            " ".join(unescaped(one) for one in (split(part, ",") if self._version >= "3" else [part]) if one.strip())
            for part in [*split(line.value, ";"), *[""] * 5][:5]
        ]
        draft = self.draft
        draft.name, draft.first_name, draft.middle_name, draft.salutation, draft.suffix = parts

    def _named(self) -> bool:
        """Whether the card says who it is; fills the names from its other words where it has no N of its own."""
        draft = self.draft
        has_name = bool(draft.name or draft.first_name)
        shown = draft.full_name or draft.nickname
        if self._is_company or (draft.organisation and not has_name and shown in ("", draft.organisation)):
            if has_name:
                draft.related.append(Reach(f"{draft.first_name} {draft.name}".strip(), "contact"))
            draft.kind = COMPANY
            draft.name, draft.first_name, draft.middle_name = draft.organisation or shown, "", ""
            return bool(draft.name)
        draft.kind = PERSON
        if not has_name and shown:
            last, comma, first = shown.partition(",")
            if not comma:
                first, _space, last = shown.rpartition(" ")
            draft.first_name, draft.name = first.strip(), last.strip()
        if not draft.name:
            draft.first_name, draft.name = "", draft.first_name or (draft.email.partition("@")[0])
        if draft.name and not draft.first_name:
            self.remarks.append(Sentence(ONE_NAME, {}))
        return bool(draft.name)

    def _reach(self, line: Line, uses: tuple[tuple[set[str], str], ...]) -> Reach:
        words = {*line.types, *self._labels.get(line.group, "").split()}
        use = next((name for wanted, name in uses if wanted <= words), self._labels.get(line.group, ""))
        value = unescaped(line.value)
        for scheme in ("tel:", "mailto:", "sms:"):
            if value.lower().startswith(scheme):
                number, *rest = value[len(scheme) :].split(";")
                extension = next((one[4:] for one in rest if one.lower().startswith("ext=")), "")
                value = f"{number} ext. {extension}" if extension else number
        return Reach(value, use, "pref" in words or bool(line.params.get("PREF")))

    def _phone(self, line: Line) -> None:
        reach = self._reach(line, _PHONES)
        if reach.value:
            self.draft.phones.append(reach)

    def _mail(self, line: Line) -> None:
        reach = self._reach(line, _PLACES)
        if reach.value and reach.value.lower() not in self._seen:
            self._seen.add(reach.value.lower())
            self.draft.emails.append(reach)

    def _page(self, line: Line) -> None:
        if (reach := self._reach(line, _PLACES)).value:
            self.draft.urls.append(reach)

    def _message(self, line: Line) -> None:
        scheme, colon, name = unescaped(line.value).partition(":")
        if name or scheme:
            self.draft.messengers.append(Reach(name if colon else scheme, scheme.lower() if colon else ""))

    def _address(self, line: Line) -> None:
        parts = [
            " ".join(filter(None, (unescaped(one) for one in split(part, ","))))
            if self._version.startswith("4")
            else unescaped(part)
            for part in [*split(line.value, ";"), *[""] * 7][:7]
        ]
        if any(parts):
            self.draft.addresses.append(Address(self._reach(line, _PLACES).type, *parts))

    def _organisation(self, line: Line) -> None:
        parts = [unescaped(part) for part in split(line.value, ";")]
        self.draft.organisation, self.draft.department = parts[0], ", ".join(part for part in parts[1:] if part)

    def _born(self, line: Line) -> None:
        value = unescaped(line.value)
        self.draft.birthday = value
        self.draft.born_on = self._day(value, line)

    def _anniversary(self, line: Line) -> None:
        self.draft.anniversary = self.draft.anniversary or self._day(unescaped(line.value), line)

    def _day(self, value: str, line: Line) -> date | None:
        if not value:
            return None
        day, is_understood = day_of(value)
        omitted = (line.params.get("X-APPLE-OMIT-YEAR") or [""])[0]
        if not is_understood:
            self.remarks.append(Sentence(NO_DAY, {"value": value[:40]}))
        elif day is not None and omitted == str(day.year):
            return None
        return day

    def _groups(self, line: Line) -> None:
        self.draft.groups += filter(None, (unescaped(one) for one in split(line.value, ",")))

    def _related(self, line: Line) -> None:
        value = unescaped(line.value)
        kind = self._labels.get(line.group) or next(iter(line.types), "") or _RELATED.get(line.name, "")
        if value:
            self.draft.related.append(Reach(value, kind))

    def _into(self, name: str, line: Line) -> None:
        setattr(self.draft, name, getattr(self.draft, name) or unescaped(line.value))

    def _note(self, line: Line) -> None:
        if text := unescaped(line.value):
            self._notes.append(text)

    def _gender(self, line: Line) -> None:
        sex, *words = split(unescaped(line.value), ";")
        self.draft.gender = (words[0] if words else "") or _GENDERS.get(sex.strip().upper(), sex)


_RELATED = {"X-SPOUSE": "spouse", "X-EVOLUTION-SPOUSE": "spouse", "X-ASSISTANT": "assistant", "X-MANAGER": "manager"}
_RELATED |= {"X-EVOLUTION-MANAGER": "manager", "X-EVOLUTION-ASSISTANT": "assistant"}
_GENDERS = {"M": "male", "F": "female", "O": "other", "N": "", "U": "", "1": "female", "2": "male"}


def _text(name: str) -> Callable[[_Card, Line], None]:
    return lambda card, line: card._into(name, line)


_ANNIVERSARIES = ("ANNIVERSARY", "X-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY")
_TAKEN: dict[str, Callable[[_Card, Line], None]] = {
    "N": _Card._names,
    "TEL": _Card._phone,
    "EMAIL": _Card._mail,
    "URL": _Card._page,
    "IMPP": _Card._message,
    "ADR": _Card._address,
    "ORG": _Card._organisation,
    "BDAY": _Card._born,
    **dict.fromkeys(
        ("ANNIVERSARY", "X-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY"), _Card._anniversary
    ),
    **dict.fromkeys(("CATEGORIES", "X-CATEGORIES"), _Card._groups),
    **dict.fromkeys(("RELATED", "X-ABRELATEDNAMES", *_RELATED), _Card._related),
    "NOTE": _Card._note,
    "TITLE": _text("job_title"),
    "ROLE": _text("occupation"),
    "NICKNAME": _text("nickname"),
    "X-NICKNAME": _text("nickname"),
    "GENDER": _Card._gender,
    "X-GENDER": _Card._gender,
    "X-WAB-GENDER": _Card._gender,
}
