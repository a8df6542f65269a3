"""Packages of market data in the back office: what is offered at which price."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.desk.market_data.models import MarketDataOffer
from accounts.ground.access.admin import OfficeAdmin


@admin.register(MarketDataOffer)
class MarketDataOfferAdmin(OfficeAdmin):
    words = gettext_lazy("Packages of market data")
    list_display = ["name", "code", "fee", "currency", "is_offered"]
    list_filter = ["is_offered", "currency"]
    search_fields = ["name__istartswith", "code__istartswith"]
    search_help_text = gettext_lazy("Name or code")
    ordering = ["name", "code"]
    fields = ["code", "name", "fee", "currency", "is_offered"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Another price is another package."""
        return ["code", "fee", "currency"] if obj else []
