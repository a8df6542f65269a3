"""What the back office's forms stand on: tenant rows are read through `unscoped`, under the office's own login."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from accounts.ground.access.context import current_alias


def rows_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    """Every row of a model: the office's login, not the manager, decides what may be read."""
    manager = getattr(model, "unscoped", None) or model._default_manager
    return manager.all()


class OfficeForm(forms.ModelForm):
    """Checks uniqueness through `unscoped`; Django asks the default manager, which is closed on tenant rows."""

    def validate_unique(self) -> None:
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]
        checks, _dates = self.instance._get_unique_checks(exclude=exclude)
        opened = [(_Opened(model), check) for model, check in checks]
        errors = self.instance._perform_unique_checks(opened)
        if errors:
            self._update_errors(ValidationError(errors))  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        self.instance.validate_constraints = self._check_constraints  # type: ignore[method-assign]
        try:
            super()._post_clean()  # type: ignore[misc]
        finally:
            del self.instance.validate_constraints

    def _check_constraints(self, exclude: Any = None) -> None:
        """What the model does for itself, but by way of `unscoped`."""
        problems: list[ValidationError] = []
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(_Opened(model), self.instance, exclude=exclude, using=current_alias.get())
                except ValidationError as problem:
                    problems += problem.error_list
        if problems:
            raise ValidationError({NON_FIELD_ERRORS: problems})


class _Opened:
    """A model class whose default manager is its unscoped one, for Django's uniqueness checks alone."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._default_manager = getattr(model, "unscoped", model._default_manager)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)
