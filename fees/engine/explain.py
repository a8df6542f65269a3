"""A charge in plain words: what was agreed, what was multiplied, what it came to.  Made on demand, never stored."""

from collections.abc import Iterable
from itertools import groupby

from fees.engine.registry import FAMILY_OF
from fees.engine.registry import words as told
from fees.engine.types import Accrual, Charge, Segment, Terms
from portal.lib.words import Sentence, gettext_noop


def explain(charge: Charge, terms: Iterable[Terms]) -> list[Sentence]:
    """The derivation, sentence by sentence; `terms` hold at least the versions that the charge was made under."""
    agreed = {one.component: one for one in terms if one.method == charge.method}
    parts = charge.segments if charge.closing else charge.accruals
    components = list(dict.fromkeys(part.component for part in parts))
    story = []
    for component in components:
        words = told(agreed[component])
        story += words if len(components) == 1 else [_since(charge, agreed[component]), *words]
    story += _period_end_words(charge, agreed) if charge.closing else _accrued_words(charge)
    return [*story, _total(charge)]


def _since(charge: Charge, terms: Terms) -> Sentence:
    """The first day of the period on which one of several versions applies."""
    return Sentence(gettext_noop("From %(day)s:"), {"day": max(terms.starts, charge.period.starts)})


def day_words(charge: Charge, one: Accrual) -> Sentence:
    """One accrued day as its own arithmetic."""
    params: dict[str, object] = {"day": one.day, "amount": one.amount}
    if not one.rate:
        msgid = gettext_noop("%(day)s: the account closed without a positive value, so the day costs nothing.")
        return Sentence(msgid, params)
    return Sentence(FAMILY_OF[charge.method].DAY_WORDS, params | {"base": one.base, "percent": one.rate * 100})


def _accrued_words(charge: Charge) -> list[Sentence]:
    story = [Sentence(FAMILY_OF[charge.method].SHARE_WORDS, {})]
    if len(charge.accruals) == 1:
        return [*story, day_words(charge, charge.accruals[0])]
    for _, run in groupby(charge.accruals, key=lambda one: one.component):
        story += _stretch_words(list(run))
    return story


def _stretch_words(run: list[Accrual]) -> list[Sentence]:
    total = sum((one.amount for one in run), start=run[0].amount * 0)
    msgid = gettext_noop("%(days)s business days from %(first)s to %(last)s come to %(amount)s.")
    params: dict[str, object] = {"days": len(run), "first": run[0].day, "last": run[-1].day, "amount": total}
    story = [Sentence(msgid, params)]
    free = sum(1 for one in run if not one.rate)
    if free:
        msgid = gettext_noop("On %(days)s of them the account closed without a positive value, which costs nothing.")
        story.append(Sentence(msgid, {"days": free}))
    return story


def _period_end_words(charge: Charge, agreed: dict[int, Terms]) -> list[Sentence]:
    if charge.closing is None:
        return []
    day, nlv = charge.closing
    msgid = gettext_noop("The account closed %(day)s, the last business day of the period, with a value of %(nlv)s.")
    opening = Sentence(msgid, {"day": day, "nlv": nlv})
    if nlv <= 0:
        msgid = gettext_noop("Without a positive closing value there is no fee.")
        return [opening, Sentence(msgid, {})]
    if len(charge.segments) == 1:
        return [opening, _segment_words(charge.segments[0])]
    dated = ((_since(charge, agreed[one.component]), _segment_words(one)) for one in charge.segments)
    return [opening, *(sentence for pair in dated for sentence in pair)]


def _segment_words(one: Segment) -> Sentence:
    msgid = gettext_noop(
        "A year at this value costs %(annual)s (%(percent)s %%); "
        "for %(days)s business days that is %(annual)s × %(days)s ÷ 252."
    )
    return Sentence(msgid, {"annual": one.annual, "percent": one.rate * 100, "days": one.days})


def _total(charge: Charge) -> Sentence:
    msgid = gettext_noop("Together %(exact)s; rounded once, half up, the fee is %(amount)s %(currency)s.")
    return Sentence(msgid, {"exact": charge.exact, "amount": charge.amount, "currency": charge.currency})
