"""Trading restrictions in the back office: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import Restriction
from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter


@admin.register(Restriction)
class RestrictionAdmin(ReadOnlyAdmin):
    words = _("Trading restrictions")
    list_display = ["account", "symbol", "asset", "country", "side", "reason", "starts", "ends", "set_by", "author"]
    list_filter = ["asset", "set_by", ("firm", RelatedFilter)]
    list_select_related = ["account", "author"]
    search_fields = ["account__number__istartswith", "symbol__exact"]
    search_help_text = _("Account number or symbol")
    ordering = ["-created_at", "id"]
