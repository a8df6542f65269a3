"""The form of terms: a block for methods that exclude each other, read into what the rules judge."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from fees.engine import asked
from fees.engine.types import Problem
from fees.proofs.words import tell
from fees.proposals import controls
from fees.proposals.controls import HUNDRED, Control, clean, not_a_number, number_of, plain
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import Figures, asked_for, figures_given

LONGEST_PATH = 80
CLIENT, ADVISOR = "client", "advisor"
BEARERS = ("commissions", "other_fees")
# Where a field of the terms has a control of another name.
CONTROLS = {"commissions_to_master": "commissions", "other_fees_to_master": "other_fees"}


@dataclass
class Block:
    """One block of the form: whether it is chosen, and its controls as typed."""

    asked: asked.Block
    controls: list[Control]
    is_on: bool = False
    method: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.asked.name

    @property
    def title(self) -> str:
        return _(self.asked.title)

    @property
    def methods(self) -> list[tuple[str, str]]:
        return [(str(one.code), _(one.title)) for one in self.asked.methods]

    @property
    def room(self) -> list[Control]:
        """The controls with empty lines to fill in."""
        return controls.with_room(self.controls)

    @property
    def in_its_own_currency(self) -> bool:
        """Whether amounts are in the currency of a trade and not of the account."""
        return any(one.parameter.name == "schedules" for one in self.controls)

    @property
    def summary(self) -> list[str]:
        """Every sentence against the block, with the control it belongs to."""
        found = [f"{self.title}: {words}" for words in self.errors]
        for one in controls.everything(self.controls):
            found += [f"{self.title}, {one.label}: {words}" for words in one.errors]
            found += [f"{self.title}, {one.label} {row.place + 1}: {words}" for row in one.rows for words in row.errors]
        return found

    def refuse(self, path: str, words: str) -> None:
        """Put a sentence where it belongs."""
        if not controls.refuse(self.controls, path, words):
            self.errors.append(words)


class TermsForm:
    """Terms as somebody types them; `wanted` is None where a figure cannot be read."""

    def __init__(self, data: QueryDict | None = None, *, begin: Wanted | None = None) -> None:
        self.errors: dict[str, list[str]] = {}
        self.data: Mapping[str, str] = {}
        chosen: set[str] = set()
        if data is not None:
            self.data = {name: clean(data.get(name, "")) for name in data if len(name) <= LONGEST_PATH}
            chosen = set(data.getlist("on"))
        self.blocks = [
            Block(one, controls.typed(one.parameters, one.name, self.data), is_on=one.name in chosen)
            for one in asked.BLOCKS
        ]
        for block in self.blocks:
            only = block.methods[0][0] if len(block.methods) == 1 else ""
            block.method = self.data.get(f"{block.name}-method", only)
        if data is None and begin is not None:
            self._begin(begin)
        elif data is not None and self.data.get("strategy") not in Strategy.values:
            self.errors["strategy"] = [_("Choose how fees are charged.")]
        for name in BEARERS:
            if self.data.get(name, CLIENT) not in (CLIENT, ADVISOR):
                self.errors[name] = [_("Choose who bears the broker's charges: the client or you.")]

    @property
    def bearers(self) -> list[tuple[str, str]]:
        return [(CLIENT, _("The client")), (ADVISOR, _("You, while your account holds at least USD 1,000"))]

    @property
    def strategies(self) -> list[tuple[str, str]]:
        return [(str(key), str(words)) for key, words in Strategy.choices]

    @property
    def is_refused(self) -> bool:
        return bool(self.summary)

    @property
    def summary(self) -> list[str]:
        return [words for found in self.errors.values() for words in found] + [
            words for one in self.blocks for words in one.summary
        ]

    def wanted(self) -> Wanted | None:
        """What was typed, as the rules read it."""
        is_automatic = self.data.get("strategy") == Strategy.AUTOMATIC
        components = [one for one in map(self._figures, self.blocks) if one is not None] if is_automatic else []
        cap_rate = self._percent("cap_rate")
        start = self._day()
        if self.is_refused:
            return None
        return Wanted(
            strategy=self.data.get("strategy", Strategy.NONE),
            components=tuple(components),
            commissions_to_master=self.data.get("commissions") == ADVISOR,
            other_fees_to_master=self.data.get("other_fees") == ADVISOR,
            cap_kind=self.data.get("cap_kind", ""),
            cap_rate=cap_rate,
            asked_start=start,
        )

    def refuse(self, problems: Iterable[Problem], wanted: Wanted) -> None:
        """Put each problem where it belongs; what belongs to no control stands above the form."""
        for one in problems:
            place = re.fullmatch(r"components\.(\d+)\.(.+)", one.field)
            block = self._block_of(wanted.components[int(place[1])]) if place else None
            if place and block:
                block.refuse(place[2], tell(one.sentence))
            else:
                control = CONTROLS.get(one.field, one.field.partition(".")[0])
                self.errors.setdefault(control, []).append(tell(one.sentence))

    def _begin(self, wanted: Wanted) -> None:
        self.data = {
            "strategy": wanted.strategy,
            "commissions": ADVISOR if wanted.commissions_to_master else CLIENT,
            "other_fees": ADVISOR if wanted.other_fees_to_master else CLIENT,
            "template": str(wanted.template or ""),
            "cap_kind": wanted.cap_kind,
            "cap_rate": "" if wanted.cap_rate is None else plain(wanted.cap_rate * HUNDRED),
            "asked_start": wanted.asked_start.isoformat() if wanted.asked_start else "",
        }
        for one in wanted.components:
            block = self._block_of(one)
            if block is not None:
                block.is_on, block.method = True, str(one.method)
                block.controls = controls.begun(block.asked.parameters, block.name, asked_for(one))

    def _block_of(self, one: Figures) -> Block | None:
        known = (block for block in self.blocks if one.method in {method.code for method in block.asked.methods})
        return next(known, None)

    def _figures(self, block: Block) -> Figures | None:
        if not block.is_on:
            return None
        if block.method not in {code for code, _title in block.methods}:
            block.errors.append(_("Choose when it is charged."))
            return None
        data = controls.data_of(block.controls)
        if block.summary:
            return None
        figures, problems = figures_given(int(block.method), data)
        for one in problems:
            block.refuse(one.field, tell(one.sentence))
        return figures

    def _percent(self, name: str) -> Decimal | None:
        text = self.data.get(name, "")
        number = number_of(text) if text else None
        if text and number is None:
            self.errors[name] = [not_a_number(text)]
        return None if number is None else number / HUNDRED

    def _day(self) -> date | None:
        text = self.data.get("asked_start", "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.errors["asked_start"] = [_("Write the day like 2026-12-01.")]
            return None
