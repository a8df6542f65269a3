"""What every API view of tenant rows shares: rows come through the scope of the signed-in person."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet
from rest_framework.generics import GenericAPIView

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope


def filters(*names: str, **choices: Iterable[tuple[str, Any]]) -> type[FilterSet]:
    """Equality filters, declared rather than read off the model: reading asks the guarded manager for all rows."""
    fields: dict[str, Any] = {name: CharFilter(field_name=name) for name in names}
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
