"""One contact as a file tells it, whatever the file was."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from portal.lib.words import Sentence, english, gettext_noop

PERSON, COMPANY, HOUSEHOLD, TRUST = "person", "company", "household", "trust"
KINDS = (PERSON, COMPANY, HOUSEHOLD, TRUST)

TOO_LARGE = gettext_noop("The file is larger than %(most)s bytes.")
TOO_MANY = gettext_noop("The file holds more than %(most)s contacts.")
FIRST_NAME_MISSING = gettext_noop("First name is required.")
LAST_NAME_MISSING = gettext_noop("Last name is required.")
NAME_MISSING = gettext_noop("Name is required.")


class ImportRefused(ValueError):
    """A whole file that cannot be read."""

    def __init__(self, msgid: str, **params: object) -> None:
        self.sentence = Sentence(msgid, params)
        super().__init__(english(self.sentence))


# A contact that says more than this says it on purpose.
MOST_OF_A_KIND = 100
LONGEST = 20_000
CUT = gettext_noop("A text of more than %(most)s characters was cut.")
LEFT_OUT = gettext_noop("Of a kind, only the first %(most)s were taken.")


@dataclass(frozen=True, slots=True)
class Reach:
    """An e-mail address, a telephone number or a page, and what it is for (home, work, mobile, fax...)."""

    value: str
    type: str = ""
    is_preferred: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` is as the file has it."""

    type: str = ""
    po_box: str = ""
    extended: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def lines(self) -> str:
        """As it stands on an envelope."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        parts = (self.po_box, self.extended, self.street, town, self.region, self.country)
        return "\n".join(part for part in parts if part)


@dataclass(slots=True)
class Draft:
    """A contact to be. Names are as written; lists keep the file's order; `more` is what has no field of its own."""

    kind: str = PERSON
    salutation: str = ""
    first_name: str = ""
    middle_name: str = ""
    name: str = ""
    suffix: str = ""
    full_name: str = ""
    nickname: str = ""
    emails: list[Reach] = field(default_factory=list)
    phones: list[Reach] = field(default_factory=list)
    urls: list[Reach] = field(default_factory=list)
    messengers: list[Reach] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    organisation: str = ""
    department: str = ""
    job_title: str = ""
    occupation: str = ""
    born_on: date | None = None
    birthday: str = ""
    anniversary: date | None = None
    gender: str = ""
    note: str = ""
    groups: list[str] = field(default_factory=list)
    related: list[Reach] = field(default_factory=list)
    uid: str = ""
    photo_bytes: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """As lists show it: family name first."""
        return ", ".join(part for part in (self.name, self.first_name) if part)

    @property
    def email(self) -> str:
        """Where mail goes first."""
        return _first(self.emails)

    @property
    def phone(self) -> str:
        """What is called first: a mobile number where there is one, never a fax."""
        spoken = [one for one in self.phones if one.type not in ("fax", "home fax", "work fax", "pager")]
        mobile = [one for one in spoken if one.type == "mobile"]
        preferred = [one for one in spoken if one.is_preferred]
        return _first(preferred or mobile or spoken)

    def told(self) -> dict[str, Any]:
        """As one JSON object, empty things left out."""
        whole = {**asdict(self), "email": self.email, "phone": self.phone}
        return {key: value for key, value in _without_empty(whole).items() if value not in ("", [], {}, None, 0)}


def trimmed(draft: Draft) -> list[Sentence]:
    """Cut what is longer than anybody writes, and say so."""
    remarks = []
    for name in ("emails", "phones", "urls", "messengers", "addresses", "groups", "related"):
        found = list(dict.fromkeys(getattr(draft, name)))
        if len(found) > MOST_OF_A_KIND:
            remarks.append(Sentence(LEFT_OUT, {"most": MOST_OF_A_KIND}))
        setattr(draft, name, found[:MOST_OF_A_KIND])
    kept, letters = [], 0
    for text in draft.more:
        letters += len(text)
        if letters <= LONGEST:
            kept.append(text)
    if len(kept) < len(draft.more) or len(draft.note) > LONGEST:
        remarks.append(Sentence(CUT, {"most": LONGEST}))
    draft.more, draft.note = kept, draft.note[:LONGEST]
    return remarks


def draft_of(told: dict[str, Any]) -> Draft:
    """The draft of which `told` told, as it lies in an inbox until somebody opens it."""
    given = {name: value for name, value in told.items() if name not in ("email", "phone")}
    for name in ("emails", "phones", "urls", "messengers", "related"):
        given[name] = [Reach(**one) for one in given.get(name, ())]
    given["addresses"] = [Address(**one) for one in given.get("addresses", ())]
    for name in ("born_on", "anniversary"):
        given[name] = date.fromisoformat(given[name]) if given.get(name) else None
    return Draft(**given)


@dataclass(slots=True)
class Read:
    """What became of one card or row: the line where it begins (from 1), the draft, and what is to be said.

    With a `problem` nothing of the row is taken; `remarks` are about single things that were left out or guessed.
    """

    line: int
    draft: Draft
    problem: Sentence | None = None
    remarks: list[Sentence] = field(default_factory=list)


def _first(reaches: list[Reach]) -> str:
    preferred = [one for one in reaches if one.is_preferred]
    return (preferred or reaches)[0].value if reaches else ""


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(one) for key, one in value.items() if one not in ("", [], {}, None, False)}
    if isinstance(value, list):
        return [_without_empty(one) for one in value]
    return value
