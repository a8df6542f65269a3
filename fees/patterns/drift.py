"""Where terms have moved away from the template they came from, field by field, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import MD5, Cast, JSONObject
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from fees.engine.asked import BLOCKS, PARAMETERS, Block
from fees.patterns.models import FeeTemplate
from fees.patterns.queries import own
from fees.patterns.queries import wanted_of as templates_wanted
from fees.proposals.models import Proposal
from fees.proposals.queries import wanted_of
from fees.proposals.rules import Wanted
from fees.schedules.models import Schedule
from fees.schedules.rules import Figures, asked_for

SWITCHES = ("commissions_to_master", "other_fees_to_master")


@dataclass(frozen=True)
class Origin:
    """The template that agreed terms came from, and the fields in which they differ from it by now."""

    template: FeeTemplate
    fields: list[str]


def origins(who: Who, schedules: Iterable[Schedule]) -> dict[int, Origin]:
    """By schedule, for those that came from a template that is still kept."""
    rows = scope(who, Proposal).filter(schedule__in=[each.pk for each in schedules]).exclude(template_id=None)
    sent = {one.schedule_id: (one.template_id, one) for one in rows}
    templates = {one.pk: one for one in own(who).filter(pk__in=[key for key, _one in sent.values()])} if sent else {}
    return {
        schedule: Origin(templates[key], differing(templates_wanted(templates[key]), wanted_of(one)))
        for schedule, (key, one) in sent.items()
        if schedule is not None and key is not None and key in templates
    }


def moved_away(who: Who) -> "QuerySet[Proposal]":
    """What the practice's schedules were agreed by, of those that differ by now from the template they came from.

    Accounts with the same terms are compared once, and named by these terms, however many they are.
    """
    names = ("template_id", "strategy", "components", "cap_kind", "cap_rate", *SWITCHES)
    rows = scope(who, Proposal).filter(practice_id=who.practice_id, template_id__isnull=False, schedule__isnull=False)
    rows = rows.annotate(terms=MD5(Cast(JSONObject(**{name: name for name in names}), TextField())))
    templates = {one.pk: templates_wanted(one) for one in own(who)}
    found = []
    for one in rows.order_by().values(*names, "terms").distinct():
        terms, template = one.pop("terms"), templates.get(one["template_id"])
        if template is not None and differing(template, wanted_of(Proposal(**one))):
            found.append(terms)
    return rows.filter(terms__in=found)


def differing(template: Wanted, terms: Wanted) -> list[str]:
    """What differs, each field by its name on the form; empty where nothing does."""
    pairs = [
        (_("How fees are charged"), template.strategy, terms.strategy),
        *_components(template, terms),
        (_("Invoice limit"), (template.cap_kind, template.cap_rate), (terms.cap_kind, terms.cap_rate)),
        (_("Broker commissions"), template.commissions_to_master, terms.commissions_to_master),
        (_("The broker's other fees"), template.other_fees_to_master, terms.other_fees_to_master),
    ]
    return [name for name, one, other in pairs if not _same(one, other)]


def _components(template: Wanted, terms: Wanted) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    for block in BLOCKS:
        one, other = _in(block, template), _in(block, terms)
        title = _(block.title)
        if one is None or other is None:
            found.append((title, one is None, other is None))
            continue
        found.append((f"{title}, {_('Charged as')}", one.method, other.method))
        values = asked_for(one), asked_for(other)
        labels = {parameter.name: parameter.label for parameter in PARAMETERS[other.method]}
        found += [(f"{title}, {_(label)}", *(each.get(name) for each in values)) for name, label in labels.items()]
    return found


def _in(block: Block, terms: Wanted) -> Figures | None:
    codes = {method.code for method in block.methods}
    return next((one for one in terms.components if one.method in codes), None)


def _same(one: Any, other: Any) -> bool:
    """Whether two stored values mean the same: 0.010 is 0.01."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _number(one) == _number(other) is not None
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
