"""Queries that are fetched from the broker's Flex web service: which, with what token, when, and how it went last."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FlexQuery(models.Model):
    """One query of the broker's. The token opens every account in it: it is stored sealed and never shown again."""

    name = models.CharField(max_length=100, unique=True)
    query_id = models.CharField(max_length=20, help_text=_("The query's number at the broker"))
    token_sealed = models.CharField(max_length=500, blank=True, editable=False)
    is_enabled = models.BooleanField(default=True, help_text=_("Fetch it by itself, once a business day"))
    fetch_at = models.TimeField(help_text=_("New York time from which it is fetched"))
    asked_at = models.DateTimeField(null=True, editable=False)
    next_at = models.DateTimeField(null=True, editable=False, help_text=_("Not before, because the broker said later"))
    settled_on = models.DateField(null=True, editable=False, help_text=_("Last day that needs no more tries"))
    last_words = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    unscoped = models.Manager()

    class Meta:
        db_table = "broker_flexquery"
        constraints = [models.CheckConstraint(condition=Q(query_id__regex=r"^[0-9]{1,20}$"), name="flexquery_number")]

    def __str__(self) -> str:
        return self.name
