"""Controls for what a method asks for: made from the engine's description, whatever the method."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from fees.engine.arithmetic import CONTEXT
from fees.engine.parameters import Kind, Parameter
from portal.lib.money import LONGEST_NUMBER

HUNDRED = Decimal(100)
NUMBERS = (Kind.SHARE, Kind.AMOUNT)
# More rows than any list may have, so that the rules and not the form say that there are too many.
MOST_ROWS = 100
SHOWN_ROWS = 5
# So many controls fit beside each other into a line of a table.
WIDEST = 3
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_SPACES = re.compile(r"[\s’']")
# 1,250 and 1,250,000.5 are thousands; 1,5 and 1,25 are decimals; so is 1.250,75.
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


@dataclass
class Row:
    """One line of a list."""

    place: int
    controls: list["Control"]
    errors: list[str] = field(default_factory=list)


@dataclass
class Control:
    """One parameter on the form: a value as typed, the parts of a group, or the rows of a list."""

    parameter: Parameter
    name: str
    value: str = ""
    placeholder: str = ""
    parts: list["Control"] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.parameter.kind.value

    @property
    def label(self) -> str:
        return _(self.parameter.label)

    @property
    def help(self) -> str:
        return _(self.parameter.help) if self.parameter.help else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen; nothing too, where there is no default."""
        offered = [(value, _(label)) for value, label in self.parameter.choices]
        return offered if self.parameter.default else [("", "—"), *offered]

    @property
    def is_number(self) -> bool:
        return self.parameter.kind in NUMBERS

    @property
    def is_either(self) -> bool:
        """Whether something beside it decides that it is in percent."""
        return self.parameter.fraction_when is not None

    @property
    def has_more(self) -> bool:
        """Whether another line may be asked for."""
        most = int(self.parameter.most or MOST_ROWS)
        return most > SHOWN_ROWS and len(self.rows) < most

    @property
    def is_narrow(self) -> bool:
        """Whether a line of the list fits into a line of a table."""
        return not any(one.parts for one in self.parameter.parts) and len(self.parameter.parts) <= WIDEST

    @property
    def is_empty(self) -> bool:
        if self.parameter.kind is Kind.GROUP:
            return all(one.is_empty for one in self.parts)
        if self.parameter.kind is Kind.LIST:
            return not self.rows
        return not self.value


def typed(parameters: Sequence[Parameter], prefix: str, data: Mapping[str, str]) -> list[Control]:
    """Controls with what was typed into them; lines left empty are dropped."""
    return [_typed(one, f"{prefix}-{one.name}", data) for one in parameters]


def begun(parameters: Sequence[Parameter], prefix: str, known: Mapping[str, Any]) -> list[Control]:
    """Controls with what is stored, in percent where people think so."""
    return [_begun(one, f"{prefix}-{one.name}", known.get(one.name), known) for one in parameters]


def with_room(controls: Sequence[Control]) -> list[Control]:
    """The same with empty lines at the end of each list, to be filled in."""
    for one in controls:
        with_room(one.parts)
        for row in one.rows:
            with_room(row.controls)
        if one.parameter.kind is Kind.LIST:
            most = int(one.parameter.most or MOST_ROWS)
            wanted = most if most <= SHOWN_ROWS else len(one.rows) + 1
            while len(one.rows) < min(most, wanted):
                one.rows.append(_empty_row(one))
            _say_what_follows(one.rows)
    return list(controls)


def data_of(controls: Sequence[Control]) -> dict[str, Any]:
    """What was typed as the engine reads it; what is no number is said at its control."""
    beside = {one.parameter.name: one.value for one in controls}
    found: dict[str, Any] = {}
    for one in controls:
        value = _value(one, beside)
        if value is not None or (one.parameter.null and one.is_empty):
            found[one.parameter.name] = value
    return found


def everything(controls: Sequence[Control]) -> Iterator[Control]:
    """Each control, those inside groups and lists too."""
    for one in controls:
        yield one
        yield from everything(one.parts)
        for row in one.rows:
            yield from everything(row.controls)


def refuse(controls: Sequence[Control], path: str, words: str) -> bool:
    """Put a sentence at the control that the path names, or at the nearest around it; False where there is none."""
    name, _dot, rest = path.partition(".")
    for one in controls:
        if one.parameter.name == name:
            place, _dot, inside = rest.partition(".")
            if place.isdigit() and int(place) < len(one.rows):
                row = one.rows[int(place)]
                if not (inside and refuse(row.controls, inside, words)):
                    row.errors.append(words)
            elif not (rest and refuse(one.parts, rest, words)):
                one.errors.append(words)
            return True
    return False


def number_of(text: str) -> Decimal | None:
    """A number as people type it: spaces between thousands, a comma or a point before decimals; None if it is none."""
    bare = _SPACES.sub("", text).removesuffix("%").replace("−", "-")
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    elif "," in bare:
        whole, _comma, rest = bare.rpartition(",")
        bare = f"{whole.replace('.', '')}.{rest}"
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None


def plain(number: Decimal) -> str:
    """A number for an input: no needless zeros, no grouping."""
    return number_format(number.normalize() if number else Decimal(0), use_l10n=False)


def not_a_number(text: str) -> str:
    """What to tell who typed it."""
    return _("“%(text)s” is not a number; write it like 1250.00 or 1 250,00.") % {"text": text[:20]}


def clean(text: str) -> str:
    """What was typed, without what no input can hold."""
    return text.replace("\0", "").strip()[:LONGEST_NUMBER]


def _typed(one: Parameter, name: str, data: Mapping[str, str]) -> Control:
    if one.kind is Kind.GROUP:
        return Control(one, name, parts=typed(one.parts, name, data))
    if one.kind is Kind.LIST:
        lines = [typed(one.parts, f"{name}-{place}", data) for place in _places(name, data)]
        filled = [controls for controls in lines if not all(part.is_empty for part in controls)]
        return Control(one, name, rows=[_renamed(one, name, place, line) for place, line in enumerate(filled)])
    # What the page did not ask has its default; what was left empty may mean something.
    default = str(one.default) if one.kind in (Kind.COUNT, Kind.CHOICE) and one.default is not None else ""
    return Control(one, name, value=clean(data.get(name, default)))


def _places(name: str, data: Mapping[str, str]) -> list[int]:
    line = re.compile(re.escape(name) + r"-(\d{1,2})-", re.ASCII)
    found = {int(match[1]) for key in data if (match := line.match(key))}
    return sorted(found)[:MOST_ROWS]


def _renamed(one: Parameter, name: str, place: int, controls: Sequence[Control]) -> Row:
    """A line under the number it has without the empty ones before it."""
    typed_as = {part.name: part.value for part in everything(controls)}
    data = {f"{name}-{place}-" + key[len(name) + 1 :].partition("-")[2]: value for key, value in typed_as.items()}
    return Row(place, typed(one.parts, f"{name}-{place}", data))


def _begun(one: Parameter, name: str, value: Any, beside: Mapping[str, Any]) -> Control:
    if one.kind is Kind.GROUP:
        return Control(one, name, parts=begun(one.parts, name, value or {}))
    if one.kind is Kind.LIST:
        lines = _without_what_follows(one.parts, value or ())
        rows = [Row(place, begun(one.parts, f"{name}-{place}", part)) for place, part in enumerate(lines)]
        return Control(one, name, rows=rows)
    if value is None:
        value = one.default if one.name not in beside else None
    if one.kind is Kind.FLAG:
        return Control(one, name, value="on" if value else "")
    if value is None:
        return Control(one, name)
    if one.kind in NUMBERS:
        number = Decimal(str(value))
        return Control(one, name, value=plain(number * HUNDRED if _is_fraction(one, beside) else number))
    return Control(one, name, value=str(value))


def _without_what_follows(parts: Sequence[Parameter], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines without the figures that follow from the line before: who changes one need not change two."""
    found = []
    for place, row in enumerate(rows):
        before = rows[place - 1] if place else {}
        follows = {one.name for one in parts if one.follows and row.get(one.name) == (before.get(one.follows) or "0")}
        found.append({name: None if name in follows else value for name, value in row.items()})
    return found


def _say_what_follows(rows: Sequence[Row]) -> None:
    for place, row in enumerate(rows):
        before = {one.parameter.name: one.value for one in rows[place - 1].controls} if place else {}
        for one in row.controls:
            if one.parameter.follows:
                one.placeholder = before.get(one.parameter.follows, "") if place else "0"


def _is_fraction(one: Parameter, beside: Mapping[str, Any]) -> bool:
    """Whether people write it in percent."""
    if one.fraction_when is None:
        return one.kind is Kind.SHARE
    name, expected = one.fraction_when
    return bool(beside.get(name)) if expected is True else beside.get(name) == expected


def _empty_row(one: Control) -> Row:
    place = len(one.rows)
    return Row(place, with_room(typed(one.parameter.parts, f"{one.name}-{place}", {})))


def _value(one: Control, beside: Mapping[str, str]) -> Any:
    if one.parameter.kind is Kind.GROUP:
        return None if one.is_empty else data_of(one.parts)
    if one.parameter.kind is Kind.LIST:
        return [data_of(row.controls) for row in one.rows] or None
    if one.parameter.kind is Kind.FLAG:
        return bool(one.value)
    if not one.value:
        return None
    if one.is_number:
        number = number_of(one.value)
        if number is None:
            one.errors.append(not_a_number(one.value))
            return None
        return format(CONTEXT.divide(number, HUNDRED) if _is_fraction(one.parameter, beside) else number, "f")
    return one.value
