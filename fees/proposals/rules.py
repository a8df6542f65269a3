"""What can be proposed, from which day it may apply, and which of it needs the client's signature.  No rows here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from fees.engine.agreement import Agreement, CapKind, InvoiceCap, increases
from fees.engine.limits import check_rate, problem
from fees.engine.registry import PROFIT_CODES, TRADE_CODES
from fees.engine.trade_unit import Markup
from fees.engine.types import Problem
from fees.schedules.rules import Figures, agreement_of, all_in_problems, has_all_in_price, listed_problems, ranges_of
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.words import Sentence, gettext_noop

CUT_OFF = time(17, 45)
# What is not signed in this time is no longer on offer.
EXPIRY = timedelta(days=90)
# The day of an agreement may not lie further ahead than a client can be expected to remember it.
FURTHEST = timedelta(days=366)
LONGEST_REASON = 500
LARGEST_DRAWING = 60_000
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Everything that a proposal changes, as the advisor wants it; the cap's rate is an annual fraction."""

    strategy: str
    components: tuple[Figures, ...] = ()
    commissions_to_master: bool = False
    other_fees_to_master: bool = False
    cap_kind: str = ""
    cap_rate: Decimal | None = None
    asked_start: date | None = None
    template: UUID | None = field(default=None, compare=False)
    template_version: int | None = field(default=None, compare=False)

    def stored(self) -> list[dict[str, Any]]:
        """The components as a row keeps them."""
        return [stored(one) for one in self.components]

    def kept(self) -> dict[str, Any]:
        """All of it as a job keeps it; `again` reads it."""
        return {
            "strategy": self.strategy,
            "components": self.stored(),
            "commissions_to_master": self.commissions_to_master,
            "other_fees_to_master": self.other_fees_to_master,
            "cap_kind": self.cap_kind,
            "cap_rate": None if self.cap_rate is None else str(self.cap_rate),
            "asked_start": self.asked_start.isoformat() if self.asked_start else None,
        }

    @classmethod
    def again(cls, kept: Mapping[str, Any]) -> "Wanted":
        """What was kept; what was not said is not wanted."""
        rate, start = kept.get("cap_rate"), kept.get("asked_start")
        return cls(
            strategy=kept["strategy"],
            components=tuple(read(one) for one in kept["components"]),
            commissions_to_master=kept.get("commissions_to_master", False),
            other_fees_to_master=kept.get("other_fees_to_master", False),
            cap_kind=kept.get("cap_kind", ""),
            cap_rate=None if rate is None else Decimal(rate),
            asked_start=date.fromisoformat(start) if start else None,
        )

    def agreement(self, on: date) -> Agreement:
        """The same as the engine compares it."""
        cap = None
        if self.cap_kind and self.cap_rate is not None:
            cap = InvoiceCap(kind=CapKind(self.cap_kind), rate=self.cap_rate)
        return agreement_of(
            strategy=self.strategy,
            components=self.components,
            starts=on,
            invoice_cap=cap,
            commissions_to_master=self.commissions_to_master,
            other_fees_to_master=self.other_fees_to_master,
        )


def stored(figures: Figures) -> dict[str, Any]:
    """One component as text; what the wall compares with the component that is agreed."""
    return {
        "method": figures.method,
        "rate": None if figures.rate is None else str(figures.rate),
        "flat": None if figures.flat is None else str(figures.flat),
        "tiers": figures.tiers(),
        "mode": figures.mode,
        "terms": figures.kept(),
    }


def read(kept: Mapping[str, Any]) -> Figures:
    """A component as it was stored."""
    rate, flat = kept.get("rate"), kept.get("flat")
    return Figures(
        method=kept["method"],
        rate=None if rate is None else Decimal(rate),
        flat=None if flat is None else Decimal(flat),
        ranges=ranges_of(kept.get("tiers") or []),
        mode=kept["mode"],
        more=kept.get("terms") or {},
    )


def booked_on(at: datetime, days: Calendar) -> date:
    """The business day on which what happens at an instant is processed: before 17:45 in New York that day."""
    local = at.astimezone(EXCHANGE_ZONE)
    today = local.date()
    return today if days.is_business_day(today) and local.time() < CUT_OFF else days.next(today)


def starts_on(asked: date | None, booked: date, billed_through: date | None) -> date:
    """The first day on which an agreement made now applies: as asked, never before it is processed or was billed."""
    earliest = booked if billed_through is None else max(booked, billed_through + timedelta(days=1))
    return max(asked, earliest) if asked else earliest


def problems(wanted: Wanted, *, today: date) -> list[Problem]:
    """Everything that is wrong with a proposal, field by field; empty when it may be sent."""
    starts = wanted.asked_start or today
    found = listed_problems(wanted.strategy, wanted.components, starts)
    if not found:
        found = all_in_problems(
            bears_commissions=wanted.commissions_to_master, has_price=has_all_in_price(wanted.components)
        )
    found += _cap(wanted)
    if wanted.asked_start and wanted.asked_start < today:
        msgid = gettext_noop("The day lies in the past; choose %(day)s or later.")
        found.append(problem("asked_start", "in_the_past", msgid, day=today))
    elif wanted.asked_start and wanted.asked_start > today + FURTHEST:
        msgid = gettext_noop("The day lies more than a year ahead; choose %(day)s or earlier.")
        found.append(problem("asked_start", "too_far", msgid, day=today + FURTHEST))
    return found


def _cap(wanted: Wanted) -> list[Problem]:
    if not wanted.cap_kind and wanted.cap_rate is None:
        return []
    if wanted.cap_kind not in list(CapKind):
        msgid = gettext_noop("Choose what the invoice limit is made from.")
        return [problem("cap_kind", "required", msgid)]
    return check_rate(wanted.cap_rate, field="cap_rate")


def takes_more(olds: Iterable[Agreement], new: Agreement) -> list[Sentence]:
    """Why the client has to sign: every respect in which the new terms may cost more than any that stand."""
    found: dict[str, Sentence] = {}
    for old in olds:
        found |= {one.msgid: one for one in increases(old, new)}
    return list(found.values())


def same_terms(olds: Sequence[Agreement], new: Agreement) -> bool:
    """Whether nothing would change: terms equal but for their days and rows."""
    return len(olds) == 1 and _bare(olds[0]) == _bare(new)


def _bare(one: Agreement) -> tuple[object, ...]:
    ordered = sorted(one.components, key=lambda terms: terms.method)
    values = [(terms.method, terms.rate, terms.flat, terms.ranges, terms.mode) for terms in ordered]
    results = (frozenset(part) for part in (one.profit, one.trades, one.funds))
    switches = (one.invoice_cap, one.commissions_to_master, one.other_fees_to_master)
    return (one.strategy, values, *results, *switches)


def cautions(components: Iterable[Figures], *, in_united_states: bool) -> list[Sentence]:
    """What an advisor should know before sending, though nothing forbids it."""
    found = []
    schedules = (one.more.get("schedules") for one in components if one.method in TRADE_CODES)
    if any(key.get("kind") == Markup.ALL_IN for keys in schedules if isinstance(keys, list) for key in keys):
        msgid = gettext_noop("Where the broker's commission is above an all-in price, you bear the difference.")
        found.append(Sentence(msgid, {}))
    if in_united_states and any(one.method in PROFIT_CODES for one in components):
        msgid = gettext_noop(
            "In the United States a fee on profit is for qualified clients; make sure this client is one."
        )
        found.append(Sentence(msgid, {}))
    return found


def drawing_problem(drawing: bytes) -> Sentence | None:
    """What is wrong with a drawn signature."""
    if not drawing.startswith(PNG):
        return Sentence(gettext_noop("Draw your signature in the box, or type your name instead."), {})
    if len(drawing) > LARGEST_DRAWING:
        return Sentence(gettext_noop("The drawing is too large; clear it and sign once more."), {})
    return None
