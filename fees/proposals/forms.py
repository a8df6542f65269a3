"""The form of terms: one block a family of the engine's registry, read into what the rules judge."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from fees.engine.registry import FAMILIES, METHODS
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Family, Range
from fees.engine.types import Field as EngineField
from fees.proofs.words import tell
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import Figures
from portal.lib.money import LONGEST_NUMBER

ROWS = 5
HUNDRED = Decimal(100)
FAMILY_BY_NAME: dict[str, Family] = {one.FAMILY: one for one in FAMILIES}
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SPACES = re.compile(r"[\s’']")
# 1,250 and 1,250,000.5 are thousands; 1,5 and 1,25 are decimals; so is 1.250,75.
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


@dataclass
class Block:
    """One family on the form: whether it is chosen, and its controls as typed."""

    family: Family
    is_on: bool = False
    method: str = ""
    values: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.family.FAMILY

    @property
    def title(self) -> str:
        return _(self.family.TITLE)

    @property
    def methods(self) -> list[tuple[str, str]]:
        return [(str(one.code), _(one.title)) for one in self.family.METHODS]

    @property
    def controls(self) -> list[dict[str, Any]]:
        return [
            {"name": f"{self.name}-{one.name}", "kind": one.kind, "label": _(one.label), "value": self._value(one)}
            for one in self.family.FIELDS
        ]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The ranges, each from where the one before ends."""
        rows = [*self.rows, *([("", "")] * (ROWS - len(self.rows)))]
        return [
            {"place": place, "upto": upto, "percent": percent}
            for place, (upto, percent) in enumerate(rows[:ROWS], start=1)
        ]

    def _value(self, one: EngineField) -> str:
        return self.values.get(one.name, "")


class TermsForm:
    """Terms as somebody types them; `wanted` is None where a figure is no number."""

    def __init__(self, data: QueryDict | None = None, *, begin: Wanted | None = None) -> None:
        self.errors: dict[str, list[str]] = {}
        self.blocks = [Block(one) for one in FAMILIES]
        self.data: Mapping[str, str] = {}
        if data is not None:
            self._read(data)
        elif begin is not None:
            self._begin(begin)

    @property
    def strategies(self) -> list[tuple[str, str]]:
        return [(str(key), str(words)) for key, words in Strategy.choices]

    @property
    def modes(self) -> list[tuple[str, str]]:
        return [(MARGINAL, _("Each range at its own rate")), (WHOLE_BALANCE, _("Everything at the rate reached"))]

    @property
    def is_refused(self) -> bool:
        return bool(self.errors) or any(one.errors for one in self.blocks)

    def wanted(self) -> Wanted | None:
        """What was typed, as the rules read it."""
        components = [one for one in map(self._figures, self.blocks) if one is not None]
        cap_rate = self._number("cap_rate", self.data.get("cap_rate", ""), is_percent=True)
        start = self._day()
        if self.is_refused:
            return None
        return Wanted(
            strategy=self.data.get("strategy", Strategy.NONE),
            components=tuple(components) if self.data.get("strategy") == Strategy.AUTOMATIC else (),
            cap_kind=self.data.get("cap_kind", ""),
            cap_rate=cap_rate,
            asked_start=start,
        )

    def refuse(self, problems: Iterable[Any], wanted: Wanted) -> None:
        """Put each problem where it belongs; what belongs to no control stands above the form."""
        for one in problems:
            place = re.fullmatch(r"components\.(\d+)\..+", one.field)
            block = self._block_of(wanted.components[int(place[1])]) if place else None
            words = tell(one.sentence)
            if block is not None:
                block.errors.append(words)
            else:
                self.errors.setdefault(one.field.partition(".")[0], []).append(words)

    @property
    def summary(self) -> list[str]:
        return [words for found in self.errors.values() for words in found] + [
            f"{one.title}: {words}" for one in self.blocks for words in one.errors
        ]

    def _read(self, data: QueryDict) -> None:
        self.data = {name: data.get(name, "").replace("\0", "").strip()[:LONGEST_NUMBER] for name in data}
        chosen = set(data.getlist("on"))
        if self.data.get("strategy") not in Strategy.values:
            self.errors["strategy"] = [_("Choose how fees are charged.")]
        for block in self.blocks:
            block.is_on = block.name in chosen
            block.method = self.data.get(f"{block.name}-method", "")
            for one in block.family.FIELDS:
                block.values[one.name] = self.data.get(f"{block.name}-{one.name}", "")
            upto, percent = (data.getlist(f"{block.name}-{name}") for name in ("upto", "percent"))
            longest = max(len(upto), len(percent))
            pairs = [
                tuple(cells[place][:LONGEST_NUMBER].replace("\0", "").strip() if place < len(cells) else ""
                      for cells in (upto, percent))
                for place in range(longest)
            ]  # fmt: skip
            block.rows = [(low, high) for low, high in pairs]

    def _begin(self, wanted: Wanted) -> None:
        self.data = {
            "strategy": wanted.strategy,
            "cap_kind": wanted.cap_kind,
            "cap_rate": "" if wanted.cap_rate is None else plain(wanted.cap_rate * HUNDRED),
            "asked_start": wanted.asked_start.isoformat() if wanted.asked_start else "",
        }
        for one in wanted.components:
            block = self._block_of(one)
            if block is None:
                continue
            block.is_on, block.method = True, str(one.method)
            block.values = {
                "rate": "" if one.rate is None else plain(one.rate * HUNDRED),
                "flat": "" if one.flat is None else plain(one.flat),
                "mode": one.mode,
            }
            block.rows = [
                ("" if high is None else plain(high), plain(rate * HUNDRED)) for _low, high, rate in one.ranges
            ]

    def _block_of(self, one: Figures) -> Block | None:
        method = METHODS.get(one.method)
        return next((block for block in self.blocks if method and block.name == method.family), None)

    def _figures(self, block: Block) -> Figures | None:
        if not block.is_on:
            return None
        known = {str(one.code) for one in block.family.METHODS}
        if block.method not in known:
            block.errors.append(_("Choose when it is charged."))
            return None
        found: dict[str, Any] = {"method": int(block.method)}
        for one in block.family.FIELDS:
            if one.kind == "ranges":
                found["ranges"] = self._ranges(block)
            elif one.kind == "mode":
                found["mode"] = WHOLE_BALANCE if block.values.get("mode") == WHOLE_BALANCE else MARGINAL
            else:
                found[one.name] = self._number(block, block.values.get(one.name, ""), is_percent=one.kind == "percent")
        return Figures(**found)

    def _ranges(self, block: Block) -> tuple[Range, ...]:
        found: list[Range] = []
        low = Decimal(0)
        filled = [row for row in block.rows if any(row)]
        for place, (upto, percent) in enumerate(filled, start=1):
            high = self._number(block, upto, is_percent=False)
            rate = self._number(block, percent, is_percent=True)
            if rate is None:
                block.errors.append(_("Enter an annual percentage in line %(line)s.") % {"line": place})
            found.append(Range(low, high, rate or Decimal(0)))
            low = high if high is not None else low
        return tuple(found)

    def _number(self, where: Block | str, text: str, *, is_percent: bool) -> Decimal | None:
        if not text:
            return None
        number = number_of(text)
        if number is None:
            words = _("“%(text)s” is not a number; write it like 1250.00 or 1 250,00.") % {"text": text[:20]}
            (where.errors if isinstance(where, Block) else self.errors.setdefault(where, [])).append(words)
            return None
        return number / HUNDRED if is_percent else number

    def _day(self) -> date | None:
        text = self.data.get("asked_start", "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.errors["asked_start"] = [_("Write the day like 2026-12-01.")]
            return None


def number_of(text: str) -> Decimal | None:
    """A number as people type it: spaces between thousands, a comma or a point before decimals; None if it is none."""
    bare = _SPACES.sub("", text).removesuffix("%")
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    elif "," in bare:
        whole, _comma, rest = bare.rpartition(",")
        bare = f"{whole.replace('.', '')}.{rest}"
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None


def plain(number: Decimal) -> str:
    """A number for an input: no needless zeros, no grouping."""
    return number_format(number.normalize() if number else Decimal(0), use_l10n=False)
