"""The guarded default manager of tenant rows: reading without saying for whom is an error, not an empty list."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class UnscopedAccess(RuntimeError):
    """Raised when tenant rows are read without a person or a role of their own."""


class Guarded(models.Manager):
    """Default manager of every tenant model; refuses, because a forgotten filter is how other people's rows leak.

    Pages and API use `accounts.ground.access.scope.scope`; code that runs under a role of its own (the night, the
    feed, the back office) says so by using `Model.unscoped`.
    """

    def get_queryset(self):
        raise UnscopedAccess(f"{self.model.__name__}.objects is closed: use scope(who, {self.model.__name__}, right)")

    def none(self):
        """No rows are nobody's rows: libraries start from an empty query to learn about the model."""
        return super().get_queryset().none()


class TenantModel(models.Model):
    """Base of rows that belong to a firm: guarded default manager, explicit `unscoped` beside it.

    `scoped_by` names the lookups by which each reach filters: firm, practice, account.
    """

    scoped_by: dict[str, str] = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}

    objects = Guarded()
    unscoped = models.Manager()

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Fewer of the rows within reach, where a table knows a reason of its own."""
        return rows

    class Meta:
        abstract = True
