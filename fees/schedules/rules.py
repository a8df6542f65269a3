"""What may be agreed: the engine's limits for each method, and which methods stand together. No rows are read here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from fees.engine.agreement import Agreement, FundTerms, InvoiceCap, ProfitTerms
from fees.engine.agreement import Strategy as Charging
from fees.engine.asked import PARAMETERS, canonical, check, read_terms
from fees.engine.hedge_fund import rates_of
from fees.engine.limits import problem
from fees.engine.parameters import read, stored
from fees.engine.profit import shield_of
from fees.engine.registry import EVERY, METHODS, TRADE_CODES, validate
from fees.engine.trade_unit import Markup, may_have, schedules_of
from fees.engine.types import MARGINAL, Mode, Problem, Range, Terms
from portal.lib.words import english, gettext_noop

AUTOMATIC = "automatic"
MOST_COMPONENTS = 5
SHA256_DIGITS = 64
UNITED_STATES = "USA"
TWICE = gettext_noop(
    "An all-in price counts the broker's commission in: agree it, or that the advisor pays commissions, and not both."
)
PROTECTORATES = frozenset({"ASM", "GUM", "MNP", "PRI", "VIR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One component as proposed: a method of the engine's registry and its figures.

    `more` are the terms that have no column of their own, as data that `fees.engine.asked` describes.
    """

    method: int
    rate: Decimal | None = None
    flat: Decimal | None = None
    ranges: tuple[Range, ...] = ()
    mode: Mode = MARGINAL
    more: Mapping[str, object] = field(default_factory=dict)

    def terms(self, *, starts: date, ends: date | None = None, component: int = 0) -> Terms:
        more, _problems = read_terms(self.method, self.more)
        return Terms(
            method=self.method,
            starts=starts,
            ends=ends,
            component=component,
            rate=self.rate,
            flat=self.flat,
            ranges=self.ranges,
            mode=self.mode,
            more=more,  # type: ignore[arg-type]  # frozen values of the engine
        )

    def kept(self) -> dict[str, object]:
        """`more` in the one form in which it is stored."""
        return canonical(self.method, self.more)

    def tiers(self) -> list[dict[str, str | None]]:
        """The ranges as they are stored: text, because JSON has no decimals."""
        return [
            {"low": str(low), "high": None if high is None else str(high), "rate": str(rate)}
            for low, high, rate in self.ranges
        ]


def figures_given(method: int, data: Mapping[str, object]) -> tuple[Figures | None, list[Problem]]:
    """One fee from the object that the description of its method asks for; None where it cannot be read."""
    columns = tuple(one for one in PARAMETERS[method] if one.column)
    names = {one.name for one in columns}
    values, found = read(columns, {name: value for name, value in data.items() if name in names})
    more = {name: value for name, value in data.items() if name not in names}
    found += read_terms(method, more)[1]
    if found:
        return None, found
    ranges = tuple(Range(**one) for one in values.get("ranges", ()))
    figures = Figures(
        method=method,
        rate=values.get("rate"),
        flat=values.get("flat"),
        ranges=ranges,
        mode=values.get("mode") or MARGINAL,
        more=canonical(method, more),
    )
    return figures, []


def asked_for(figures: Figures) -> dict[str, object]:
    """The object from which `figures_given` reads the same fee."""
    columns = tuple(one for one in PARAMETERS[figures.method] if one.column)
    values = {
        "rate": figures.rate,
        "flat": figures.flat,
        "ranges": [one._asdict() for one in figures.ranges],
        "mode": figures.mode,
    }
    return stored(columns, {one.name: values[one.name] for one in columns}) | figures.kept()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The client's authorization: the name signed, when, and the SHA-256 of the document that was shown."""

    name: str
    at: datetime
    document_hash: str

    @property
    def is_complete(self) -> bool:
        digits = self.document_hash
        return bool(self.name.strip()) and len(digits) == SHA256_DIGITS and set(digits) <= set("0123456789abcdef")


class ScheduleRefused(ValueError):
    """What was proposed may not be agreed; `problems` says why, field by field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {english(one.sentence)}" for one in problems))
        self.problems = tuple(problems)


def ranges_of(tiers: Sequence[dict[str, str | None]]) -> tuple[Range, ...]:
    """Stored tiers as the engine reads them."""
    return tuple(
        Range(
            Decimal(tier["low"] or 0),
            None if tier["high"] is None else Decimal(tier["high"]),
            Decimal(tier["rate"] or 0),
        )
        for tier in tiers
    )


def problems(
    *,
    strategy: str,
    components: Sequence[Figures],
    starts: date,
    ends: date | None,
    signature: Signature | None,
    signed_on: date | None,
    billed_through: date | None,
    funded_on: date | None,
    is_application: bool = False,
) -> list[Problem]:
    """Everything that is wrong with a proposal; empty when it may be agreed.

    `signed_on` is the signature's day in the exchange's zone; `billed_through` the last day whose accruals have begun;
    `funded_on` the first day the account can have a value, None while it is not open. What is agreed for an application
    waits for its opening.
    """
    found = listed_problems(strategy, components, starts)
    if ends is not None and ends <= starts:
        found.append(problem("ends", "ends_before_start", gettext_noop("The schedule must end after it starts.")))
    if billed_through is not None and starts <= billed_through:
        msgid = gettext_noop("The night of %(day)s has been billed; the schedule can start on a later day only.")
        found.append(problem("starts", "already_billed", msgid, day=billed_through))
    if strategy == AUTOMATIC:
        found += [] if is_application else funding_problems(funded_on, starts)
        found += _signature(signature, signed_on, starts)
    return found


def listed_problems(strategy: str, components: Sequence[Figures], starts: date) -> list[Problem]:
    """What is wrong with the fees themselves, whoever agrees them and when."""
    if strategy != AUTOMATIC:
        msgid = gettext_noop("Fees are listed only where they are charged automatically.")
        return [problem("components", "not_used", msgid)] if components else []
    if not components:
        return [problem("components", "required", gettext_noop("Add at least one fee."))]
    found = []
    if len(components) > MOST_COMPONENTS:
        msgid = gettext_noop("A schedule has at most %(count)s fees.")
        found.append(problem("components", "too_many", msgid, count=MOST_COMPONENTS))
    known = [one for one in components if one.method in EVERY]
    if len(known) < len(components):
        found.append(problem("components", "unknown_method", gettext_noop("Choose one of the listed fees.")))
    kin = Counter(EVERY[one.method].kin for one in known)
    found += [problem("components", f"several_{one.name}", one.refusal) for one, count in kin.items() if count > 1]
    for place, one in enumerate(known):
        for name, key, sentence in figures_problems(one, starts=starts):
            found.append(Problem(f"components.{place}.{name}", key, sentence))
    return found


def figures_problems(figures: Figures, *, starts: date) -> list[Problem]:
    """What is wrong with one fee by itself, field by field."""
    found = read_terms(figures.method, figures.more)[1]
    terms = figures.terms(starts=starts)
    return found + (validate(terms) if figures.method in METHODS else check(terms))


def residence_problems(
    residences: Sequence[str], components: Sequence[Figures], *, commodity_registered: bool
) -> list[Problem]:
    """Residents of the United States and their protectorates pay no fee per trade unit, except for futures where their
    advisor is registered for commodities there."""
    asked = {
        key.asset_class
        for one in components
        if one.method in TRADE_CODES
        for key in schedules_of(one.terms(starts=date.min))
    }
    barred = any(
        not may_have(
            residence=home,
            protectorates=PROTECTORATES,
            commodity_registered=commodity_registered,
            asset_class=asset_class,
        )
        for home in residences
        for asset_class in asked
    )
    if not barred:
        return []
    msgid = gettext_noop("A fee per trade unit is not available for residents of the United States.")
    if commodity_registered:
        msgid = gettext_noop("Residents of the United States may pay a fee per trade unit for futures only.")
    return [problem("components", "residence", msgid)]


def all_in_problems(*, bears_commissions: bool, has_price: bool) -> list[Problem]:
    """An all-in price already takes the commission off the advisor's fee, so it is not given back once more."""
    if not (bears_commissions and has_price):
        return []
    return [problem("commissions_to_master", "all_in_price", TWICE)]


def has_all_in_price(components: Sequence[Figures]) -> bool:
    """Whether one of these fees per trade unit is a price that counts the broker's commission in."""
    return any(
        key.kind == Markup.ALL_IN
        for one in components
        if one.method in TRADE_CODES
        for key in schedules_of(one.terms(starts=date.min))
    )


def agreement_of(
    *,
    strategy: str,
    components: Sequence[Figures],
    starts: date,
    invoice_cap: InvoiceCap | None = None,
    commissions_to_master: bool = False,
    other_fees_to_master: bool = False,
) -> Agreement:
    """What is proposed or agreed, as the engine compares agreements to tell an increase from a decrease."""
    terms = [one.terms(starts=starts) for one in components]
    by_family: dict[str, list[Terms]] = {}
    for one in terms:
        by_family.setdefault(EVERY[one.method].family, []).append(one)
    return Agreement(
        strategy=Charging(strategy),
        components=tuple(one for one in terms if one.method in METHODS),
        profit=tuple(_profit_terms(one) for one in by_family.get("profit", ())),
        trades=tuple(key for one in by_family.get("trade_unit", ()) for key in schedules_of(one)),
        funds=tuple(
            FundTerms(fund=fund, method=one.method, rate=rate, profit_share=share)
            for one in by_family.get("hedge_fund", ())
            for fund, rate, share in rates_of(one)
        ),
        invoice_cap=invoice_cap,
        commissions_to_master=commissions_to_master,
        other_fees_to_master=other_fees_to_master,
    )


def _profit_terms(terms: Terms) -> ProfitTerms:
    shield = shield_of(terms)
    return ProfitTerms(
        method=terms.method,
        share=terms.rate or Decimal(0),
        threshold=shield.threshold,
        mark=shield.mark,
        initial=shield.initial,
    )


def funded_on(opened_on: date | None, first_funding: date | None) -> date | None:
    """The first day an account can have a value; None while it is not open."""
    return opened_on and max(opened_on, first_funding or opened_on)


def funding_problems(funded_on: date | None, starts: date) -> list[Problem]:
    """Days before there is anything to value would wait for a statement that never comes."""
    if funded_on is None:
        return [problem("account", "not_open", gettext_noop("The account must be open before fees are charged."))]
    if starts < funded_on:
        msgid = gettext_noop("The account was opened and funded on %(day)s; the schedule can start no earlier.")
        return [problem("starts", "before_funding", msgid, day=funded_on)]
    return []


def _signature(signature: Signature | None, signed_on: date | None, starts: date) -> list[Problem]:
    if signature is None or not signature.is_complete or signed_on is None:
        msgid = gettext_noop("Automatic fees need the client's signed authorization.")
        return [problem("signature", "required", msgid)]
    if signed_on > starts:
        msgid = gettext_noop("The schedule may not start before the client signed it on %(day)s.")
        return [problem("starts", "before_signature", msgid, day=signed_on)]
    return []
