"""Prices of benchmarks in the back office: to look at. They come by `manage.py import_prices`."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.prices.models import ClosingPrice
from accounts.ground.access.admin import ReadOnlyAdmin


@admin.register(ClosingPrice)
class ClosingPriceAdmin(ReadOnlyAdmin):
    words = _("Prices of benchmarks")
    list_display = ["symbol", "day", "price", "recorded_at", "source"]
    list_filter = ["symbol", "day"]
    search_fields = ["symbol__istartswith"]
    ordering = ["symbol", "-day", "-recorded_at"]
    fields = ["symbol", "day", "price", "recorded_at", "source"]
