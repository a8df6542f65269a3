"""What was chosen about tax lots, in the back office: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.lots.models import LotChoice, LotDefault, LotLock
from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter


class _LotAdmin(ReadOnlyAdmin):
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = _("Account number")


@admin.register(LotDefault)
class LotDefaultAdmin(_LotAdmin):
    words = _("Tax lot methods of accounts")
    list_display = ["account", "method", "starts", "final_at", "chosen_by", "chosen_at"]
    list_filter = ["method", ("firm", RelatedFilter)]
    ordering = ["-chosen_at", "pk"]


@admin.register(LotChoice)
class LotChoiceAdmin(_LotAdmin):
    words = _("Tax lots chosen for trade days")
    list_display = ["account", "symbol", "day", "method", "lots", "final_at", "chosen_by", "chosen_at"]
    list_filter = ["day", "method", ("firm", RelatedFilter)]
    ordering = ["-chosen_at", "pk"]


@admin.register(LotLock)
class LotLockAdmin(_LotAdmin):
    words = _("Who runs the Tax Optimizer")
    list_display = ["account", "user_id", "started_at", "beat_at", "ended_at"]
    list_filter = [("firm", RelatedFilter)]
    ordering = ["-beat_at", "pk"]
