"""What a method asks for, described once: forms, API, the command and stored terms are all read by this description.

Terms are JSON.  Figures are text in it, because JSON has no decimals; what is left out has its default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fees.engine.limits import AMOUNT_CEILING, decimal_places, problem
from fees.engine.types import Problem
from portal.lib.money import BadDecimal, parse_decimal
from portal.lib.words import Sentence, gettext_noop

DIGITS = 30
Values = dict[str, Any]


class Kind(StrEnum):
    """What one parameter is.  A share is a fraction that people write in percent."""

    SHARE = "share"
    AMOUNT = "amount"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"
    TEXT = "text"
    GROUP = "group"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that a method asks for.

    `least` is excluded for numbers (above it), included for counts and lengths; `most` is always included.
    With `null` the value null has a meaning of its own, said in `help`.  `column` parameters have a column of their
    own; the others are stored together as the terms.  Left out, a number that `follows` another begins where that one
    ended in the row before.  `fraction_when` names a parameter beside it and the value under which it is a fraction.
    """

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    places: int | None = None
    default: object = None
    null: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    parts: "tuple[Parameter, ...]" = ()
    column: bool = False
    follows: str = ""
    fraction_when: tuple[str, object] | None = None


def described(parameters: Sequence[Parameter]) -> list[dict[str, object]]:
    """The description as data, for machines; labels are in the source language."""
    return [
        {
            "name": one.name,
            "kind": one.kind.value,
            "label": one.label,
            "help": one.help,
            "required": one.required,
            "least": None if one.least is None else str(one.least),
            "most": None if one.most is None else str(one.most),
            "places": one.places,
            "default": one.default,
            "null": one.null,
            "choices": [{"value": value, "label": label} for value, label in one.choices],
            "parts": described(one.parts),
            "column": one.column,
            "follows": one.follows,
            "fraction_when": list(one.fraction_when) if one.fraction_when else None,
        }
        for one in parameters
    ]


def read(parameters: Sequence[Parameter], data: object, place: str = "") -> tuple[Values, list[Problem]]:
    """The values that the data gives for each parameter, and what is wrong with it, field by field."""
    if not isinstance(data, Mapping):
        return {}, [_wrong(place or "terms", "not_an_object", gettext_noop("Give the terms as an object."))]
    values: Values = {}
    problems = []
    for name in sorted(set(data) - {one.name for one in parameters}, key=str):
        msgid = gettext_noop("There is no %(name)s in the terms of this fee.")
        problems.append(problem(f"{place}{name}", "unknown", msgid, name=str(name)))
    for one in parameters:
        field = f"{place}{one.name}"
        if one.name not in data or (data[one.name] is None and not one.null):
            values[one.name] = one.default if one.kind is not Kind.LIST else ()
            if one.required:
                problems.append(problem(field, "required", gettext_noop("Fill this in.")))
        elif data[one.name] is None:
            values[one.name] = None
        else:
            values[one.name], found = _value(one, data[one.name], field)
            problems += found
    return values, problems


def stored(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, object]:
    """Values as they are stored: figures as plain text, and nothing that is only a default."""
    kept: dict[str, object] = {}
    for one in parameters:
        value = values.get(one.name)
        if value == (() if one.kind is Kind.LIST else one.default):
            continue
        if value is not None or one.null:
            kept[one.name] = _stored(one, value)
    return kept


def _stored(one: Parameter, value: Any) -> object:
    if value is None:
        return None
    if one.kind is Kind.LIST:
        return [stored(one.parts, part) for part in value]
    if one.kind is Kind.GROUP:
        return stored(one.parts, value)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _value(one: Parameter, given: object, field: str) -> tuple[Any, list[Problem]]:
    if one.kind in (Kind.SHARE, Kind.AMOUNT):
        return _number(one, given, field)
    if one.kind is Kind.COUNT:
        return _count(one, given, field)
    if one.kind is Kind.FLAG:
        wrong = [_wrong(field, "not_a_flag", gettext_noop("Say true or false."))]
        return (given, []) if isinstance(given, bool) else (one.default, wrong)
    if one.kind is Kind.GROUP:
        return read(one.parts, given, f"{field}.")
    if one.kind is Kind.LIST:
        return _list(one, given, field)
    return _text(one, given, field)


def _number(one: Parameter, given: object, field: str) -> tuple[Decimal | None, list[Problem]]:
    # A number of JSON would have been a float somewhere on its way.
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        return None, [_wrong(field, "not_a_number", gettext_noop('Write the number as text, such as "0.05".'))]
    try:
        number = parse_decimal(str(given), digits=DIGITS, places=DIGITS // 2)
    except BadDecimal as bad:
        return None, [Problem(field, "not_a_number", Sentence(bad.msgid, bad.params))]
    percent = one.kind is Kind.SHARE
    if one.least is not None and number <= one.least:
        msgid = gettext_noop("The number must be above %(least)s.")
        return number, [problem(field, "too_low", msgid, least=one.least)]
    most = AMOUNT_CEILING if one.most is None else Decimal(one.most)
    if number > most:
        if percent:
            msgid = gettext_noop("The percentage may not be above %(percent)s %%.")
            return number, [problem(field, "too_high", msgid, percent=(most * 100).quantize(Decimal(1)))]
        msgid = gettext_noop("The number may not be above %(most)s.")
        return number, [problem(field, "too_high", msgid, most=most)]
    if one.places is not None and decimal_places(number) > one.places:
        msgid = gettext_noop("Give the number with at most %(places)s decimal places.")
        return number, [problem(field, "too_fine", msgid, places=one.places - (2 if percent else 0))]
    return number, []


def _count(one: Parameter, given: object, field: str) -> tuple[int | None, list[Problem]]:
    if isinstance(given, str) and given.isascii() and given.isdigit():
        given = int(given[:9])
    if isinstance(given, bool) or not isinstance(given, int):
        return None, [_wrong(field, "not_a_number", gettext_noop("Enter a whole number."))]
    if (one.least is not None and given < one.least) or (one.most is not None and given > one.most):
        msgid = gettext_noop("Enter a whole number from %(least)s to %(most)s.")
        return given, [problem(field, "out_of_range", msgid, least=one.least, most=one.most)]
    return given, []


def _text(one: Parameter, given: object, field: str) -> tuple[str, list[Problem]]:
    if not isinstance(given, str) or "\0" in given:
        return "", [_wrong(field, "not_text", gettext_noop("Enter text."))]
    if one.kind is Kind.CHOICE and given not in dict(one.choices):
        return "", [_wrong(field, "unknown_choice", gettext_noop("Choose one of the listed values."))]
    # As everywhere that a name is typed: spaces of any kind count as one.
    text = " ".join(given.split())
    if one.most is not None and len(text) > one.most:
        msgid = gettext_noop("Enter at most %(most)s characters.")
        return text, [problem(field, "too_long", msgid, most=one.most)]
    if one.required and not text:
        return text, [problem(field, "required", gettext_noop("Fill this in."))]
    return text, []


def _list(one: Parameter, given: object, field: str) -> tuple[tuple[Values, ...], list[Problem]]:
    if not isinstance(given, list | tuple):
        return (), [_wrong(field, "not_a_list", gettext_noop("Give a list."))]
    if (one.least is not None and len(given) < one.least) or (one.most is not None and len(given) > one.most):
        msgid = gettext_noop("Enter %(least)s to %(most)s of them.")
        return (), [problem(field, "count", msgid, least=one.least or 0, most=one.most)]
    values: list[Values] = []
    problems = []
    for place, part in enumerate(given):
        read_part, found = read(one.parts, _following(one.parts, part, values), f"{field}.{place}.")
        values.append(read_part)
        problems += found
    return tuple(values), problems


def _following(parts: Sequence[Parameter], given: object, before: Sequence[Values]) -> object:
    """A row with what it left out because it follows from the row before; the first begins at zero."""
    if not isinstance(given, Mapping):
        return given
    left_out = [one for one in parts if one.follows and given.get(one.name) is None]
    ended = before[-1] if before else {}
    return {**given, **{one.name: ended.get(one.follows) or Decimal(0) for one in left_out}}


def _wrong(field: str, key: str, msgid: str) -> Problem:
    return problem(field, key, msgid)
