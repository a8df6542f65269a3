"""Pure decisions about contacts: what a field may hold, which state may follow, how alike two words are."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.contacts.fields import BY_KEY, FIELDS, LONG, SHORT, Field
from crm.contacts.models import Kind, State

# What people say by hand; everything else follows the accounts.
MOVES: Mapping[str, tuple[str, ...]] = {
    State.PROSPECT: (State.OTHER, State.INACTIVE),
    State.OTHER: (State.PROSPECT, State.INACTIVE),
    State.INACTIVE: (State.PROSPECT, State.OTHER),
}
LONGEST = {"first_name": 100, "name": 200, "email": 254, "phone": 40}
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?")
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_PHONE = re.compile(r"[+\d][\d ()./-]{3,30}(( ?x| ?ext\.? ?)\d{1,6})?")
_NUMBER = re.compile(r"\d{1,4}")
_COUNTRY = re.compile(r"[A-Z]{3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WHOLE = Decimal(100)
LIKE = 0.4
# Shorter words are like too many others.
SHORT_WORD = 3
_WORDS = re.compile(r"\w{4,}")


class ContactProblem(ValueError):
    """Sentences a person can read, by field; "" is the contact as a whole."""

    def __init__(self, problems: Mapping[str, str] | str) -> None:
        self.problems = {"": problems} if isinstance(problems, str) else dict(problems)
        super().__init__(" ".join(self.problems.values()))


def clean_clear(said: Mapping[str, str], *, kind: str, has_party: bool) -> dict[str, str]:
    """Name and ways to reach somebody. Raises ContactProblem."""
    clean = {key: " ".join(str(said.get(key, "")).split()) for key in LONGEST}
    problems = {key: _("That is too long.") for key, most in LONGEST.items() if len(clean[key]) > most}
    if has_party:
        clean |= {"first_name": "", "name": ""}
    elif not clean["name"]:
        problems["name"] = _("A last name is required.") if kind == Kind.PERSON else _("A name is required.")
    if kind != Kind.PERSON:
        clean["first_name"] = ""
    elif not has_party and not clean["first_name"]:
        problems["first_name"] = _("A first name is required.")
    if clean["email"] and not _is_email(clean["email"]):
        problems["email"] = _("That is not an e-mail address.")
    if clean["phone"] and not _PHONE.fullmatch(clean["phone"]):
        problems["phone"] = _("That is not a phone number.")
    if problems:
        raise ContactProblem(problems)
    return clean


def clean_record(
    said: Mapping[str, str], *, kind: str, today: date, own: Sequence[Field] = (), held: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What is to be sealed: every field that says something, in its stored form. Raises ContactProblem.

    `own` are the practice's own fields; what is `held` already in one of them is not asked about again.
    """
    clean: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in (*FIELDS, *own):
        text = str(said.get(field.key, "")).strip()
        if not text or not field.is_of(kind):
            continue
        if field.key not in BY_KEY and held is not None and held.get(field.key) == text:
            clean[field.key] = text
            continue
        try:
            clean[field.key] = read(field, text, today=today)
        except ContactProblem as problem:
            problems[field.key] = str(problem)
    if not shares_are_whole(clean):
        problems[next(key for key in clean if _is_share(key))] = _("The sources must total 100.")
    if problems:
        raise ContactProblem(problems)
    return clean


def shares_are_whole(record: Mapping[str, str]) -> bool:
    """Whether the sources of wealth total 100, where any is said."""
    shares = [Decimal(value) for key, value in record.items() if value and _is_share(key)]
    return not shares or sum(shares) == WHOLE


def _is_share(key: str) -> bool:
    return key in BY_KEY and BY_KEY[key].form == "share"


def read(field: Field, text: str, *, today: date) -> str:
    """One value as it is stored. Raises ContactProblem."""
    if len(text) > (LONG if field.form == "long" else SHORT):
        raise ContactProblem(_("That is too long."))
    if field.form == "day":
        return _read_day(text, today)
    if field.form == "date":
        return _read_date(text)
    if field.form == "country":
        text = text.upper()
        _demand(_COUNTRY.fullmatch(text), _("Write the country as three letters, such as USA."))
    elif field.form == "choice":
        _demand(text in field.choices, _("Choose one of the list."))
    elif field.form == "many":
        chosen = text.split()
        _demand(all(one in field.choices for one in chosen), _("Choose from the list."))
        return " ".join(one for one in field.choices if one in chosen)
    elif field.form == "number":
        _demand(_NUMBER.fullmatch(text), _("Write a whole number."))
    elif field.form in ("amount", "share"):
        text = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        text = text.replace(",", "") if "." in text or re.fullmatch(r"\d{1,3}(,\d{3})+", text) else text
        _demand(_AMOUNT.fullmatch(text), _("Write a number, such as 125000.00."))
    elif field.form == "decimal":
        text = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", "." if "." not in text else "")
        _demand(_DECIMAL.fullmatch(text), _("Write a number, such as 12.5."))
    return text


def _read_date(text: str) -> str:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    _demand(day, _("Write a date as YYYY-MM-DD."))
    return text


def _read_day(text: str, today: date) -> str:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not date(1880, 1, 1) <= day <= today:
        raise ContactProblem(_("Write a day that has been, as YYYY-MM-DD."))
    return text


def _demand(is_right: object, words: str) -> None:
    if not is_right:
        raise ContactProblem(words)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def may_move(before: str, after: str) -> bool:
    """Whether somebody may say this by hand."""
    return after in MOVES.get(before, ())


def trigrams(word: str) -> frozenset[str]:
    """Its runs of three letters, with its beginning and end, as PostgreSQL counts them."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How many of their runs of three letters two words share, from 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def finder(words: Sequence[str]) -> Callable[[str], bool]:
    """Whether a folded text has each of the words, or one nearly like it; a pair of words is compared once a search."""
    shapes = {word: trigrams(word) for word in words if len(word) > SHORT_WORD}
    known: dict[tuple[str, str], bool] = {}

    def is_near(word: str, token: str) -> bool:
        found = known.get((word, token))
        if found is None:
            found = known[word, token] = alike(shapes[word], trigrams(token)) >= LIKE
        return found

    def has_words(text: str) -> bool:
        missing = [word for word in words if word not in text]
        if not missing or any(word not in shapes for word in missing):
            return not missing
        tokens = set(_WORDS.findall(text))
        return all(any(is_near(word, token) for token in tokens) for word in missing)

    return has_words
