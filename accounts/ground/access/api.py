"""What every API view of tenant rows shares: rows come through the scope of the signed-in person."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django_filters.constants import EMPTY_VALUES
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet
from rest_framework import exceptions, serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import fitting
from portal.lib.money import BadDecimal, parse_decimal


class FittingFilter(CharFilter):
    """Rows whose column is what was asked for; what the column could not hold is refused and not looked for."""

    def filter(self, rows: "QuerySet[Any]", value: Any) -> "QuerySet[Any]":
        """The rows, or 400 under the filter's name."""
        if value in EMPTY_VALUES:
            return rows
        try:
            fitting(rows, self.field_name, value)
        except ValidationError as problem:
            raise exceptions.ValidationError({self.field_name: [_("Nothing here can have this value.")]}) from problem
        return super().filter(rows, value)


def filters(*names: str, **choices: Iterable[tuple[str, Any]]) -> type[FilterSet]:
    """Equality filters, declared rather than read off the model: reading asks the guarded manager for all rows."""
    fields: dict[str, Any] = {name: FittingFilter(field_name=name) for name in names}
    fields |= {name: ChoiceFilter(field_name=name, choices=list(options)) for name, options in choices.items()}
    return type("Filters", (FilterSet,), fields)


class ScopedView(GenericAPIView):
    """Reads `model` for the person who asks; subclasses state their gate and serializer."""

    model: type[Model]
    right = "view"

    @property
    def who(self) -> Who:
        """The seat that the gate has let in."""
        return self.request.seat  # type: ignore[attr-defined]

    def get_queryset(self) -> "QuerySet[Any]":
        """Only rows of this person; the schema generator, which is nobody, gets none."""
        if getattr(self, "swagger_fake_view", False):
            return self.model.unscoped.none()  # type: ignore[attr-defined]
        return scope(self.who, self.model, self.right)


class Conflict(exceptions.APIException):
    """The request contradicts what is stored."""

    status_code = status.HTTP_409_CONFLICT


class AmountField(serializers.DecimalField):
    """A number that somebody sends, of plain digits as on the pages: what reads otherwise, such as 1e2 or 1_000, is
    none, and is signed by nobody. Every number of a request is one of these."""

    def to_internal_value(self, data: Any) -> Any:
        """The number, once its text is one that a page would take."""
        try:
            parse_decimal(str(data).strip(), digits=self.max_digits or 0, places=self.decimal_places or 0)
        except BadDecimal as problem:
            raise serializers.ValidationError(_(problem.msgid) % problem.params) from problem
        return super().to_internal_value(data)


class StrictSerializer(serializers.Serializer):
    """What a write may say. A field that is not asked for is refused, not passed over: nobody sets what follows from
    elsewhere, such as firm, practice, level or status."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The checked fields of a request; raises what the API answers with 400."""
        wanted = cls(data=request.data)
        wanted.is_valid(raise_exception=True)
        return dict(wanted.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        """The fields, once nothing else is among them."""
        strange = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if strange:
            raise serializers.ValidationError({name: [_("This field is not asked for.")] for name in sorted(strange)})
        return super().to_internal_value(data)
