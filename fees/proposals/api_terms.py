"""Terms over the API: each fee is the object that the engine's description of its method asks for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fees.engine.asked import PARAMETERS
from fees.engine.parameters import Kind, Parameter
from fees.engine.registry import EVERY, EVERY_BY_NAME
from fees.invoicing.models import CAP_KINDS
from fees.proofs.words import tell
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import MOST_COMPONENTS, Figures, asked_for, figures_given
from portal.lib.money import BadDecimal, parse_decimal

_TYPES = {Kind.COUNT: "integer", Kind.FLAG: "boolean"}


def schema_of(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The description of parameters as a JSON schema; figures are text."""
    return {
        "type": "object",
        "properties": {one.name: _schema(one) for one in parameters},
        "required": [one.name for one in parameters if one.required and not one.follows],
    }


def _schema(one: Parameter) -> dict[str, Any]:
    said: dict[str, Any] = {"description": " ".join(text for text in (one.label + ".", one.help) if text)}
    if one.kind is Kind.LIST:
        return said | {"type": "array", "items": schema_of(one.parts), "maxItems": one.most}
    if one.kind is Kind.GROUP:
        return said | schema_of(one.parts)
    said["type"] = _TYPES.get(one.kind, "string")
    if one.kind is Kind.SHARE:
        said["description"] += " A fraction as text: 0.01 is 1 %."
    if one.choices:
        said["enum"] = [value for value, _label in one.choices]
    return said | {"nullable": True} if one.null else said


def _component_schema() -> dict[str, Any]:
    offered = []
    for family in dict.fromkeys(one.family for one in EVERY.values()):
        methods = [one for one in EVERY.values() if one.family == family]
        known = schema_of(PARAMETERS[methods[0].code])
        method = {"type": "string", "enum": [one.name for one in methods]}
        known["properties"] = {"method": method, **known["properties"]}
        offered.append(known | {"required": ["method", *known["required"]]})
    return {"oneOf": offered}


@extend_schema_field({"type": "string"})
class NumberField(serializers.Field):
    """A decimal number as text; the rules say how many places it may have."""

    def to_internal_value(self, data: Any) -> Decimal:
        """A finite number, or the sentence that it is none."""
        try:
            return parse_decimal(data if isinstance(data, str) else "", digits=30, places=15)
        except BadDecimal as bad:
            raise serializers.ValidationError(_("Enter a number in plain digits, such as 0.01.")) from bad

    def to_representation(self, value: Any) -> str:
        """As text."""
        return str(value)


@extend_schema_field(_component_schema())
class ComponentField(serializers.Field):
    """One fee: a method by the broker's name, and beside it what that method asks for."""

    def to_internal_value(self, data: Any) -> Figures:
        """Its figures, or what is wrong with them, field by field."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_("Give the terms as an object."))
        method = EVERY_BY_NAME.get(data["method"]) if isinstance(data.get("method"), str) else None
        if method is None:
            raise serializers.ValidationError({"method": [_("Choose one of the listed fees.")]})
        figures, problems = figures_given(method.code, {key: part for key, part in data.items() if key != "method"})
        if figures is None:
            found: dict[str, list[str]] = {}
            for one in problems:
                found.setdefault(one.field, []).append(tell(one.sentence))
            raise serializers.ValidationError(found)
        return figures

    def to_representation(self, value: Figures) -> dict[str, Any]:
        """The same object."""
        return component(value)


class FeeTermsSerializer(serializers.Serializer):
    """Everything that a proposal changes."""

    strategy = serializers.ChoiceField(choices=Strategy.choices)
    components = serializers.ListField(child=ComponentField(), required=False, max_length=4 * MOST_COMPONENTS)
    commissions_to_master = serializers.BooleanField(required=False, default=False)
    other_fees_to_master = serializers.BooleanField(required=False, default=False)
    cap_kind = serializers.ChoiceField(choices=CAP_KINDS, required=False, allow_blank=True, default="")
    cap_rate = NumberField(required=False, allow_null=True)
    asked_start = serializers.DateField(required=False, allow_null=True)


def component(figures: Figures) -> dict[str, Any]:
    """A fee as the API tells it and takes it."""
    if figures.method not in EVERY:
        return {"method": str(figures.method)}
    return {"method": EVERY[figures.method].name, **asked_for(figures)}


def wanted_from(given: Mapping[str, Any]) -> Wanted:
    """Validated terms as the rules read them."""
    return Wanted(
        strategy=given["strategy"],
        components=tuple(given.get("components", ())),
        commissions_to_master=given["commissions_to_master"],
        other_fees_to_master=given["other_fees_to_master"],
        cap_kind=given["cap_kind"],
        cap_rate=given.get("cap_rate"),
        asked_start=given.get("asked_start"),
    )
