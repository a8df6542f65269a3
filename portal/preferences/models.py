"""How a person wants the portal's pages: the forms of dates and numbers, the order of cards, columns and views."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """One person's choices; a sign-in without a row has the usual ones."""

    user_id = models.BigIntegerField(primary_key=True)
    dates = models.CharField(max_length=20, default="iso")
    numbers = models.CharField(max_length=20, blank=True, default="", db_default="")
    layout = models.JSONField(default=dict, help_text=_("Cards of the dashboard and columns of each list"))

    unscoped = models.Manager()


class SavedView(models.Model):
    """A list as somebody likes to see it: its filters, its order, its grouping, under a name."""

    user_id = models.BigIntegerField()
    seat_id = models.BigIntegerField()
    list = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    unscoped = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "seat_id", "list", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name
