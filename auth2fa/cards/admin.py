"""Cards in stock, in the back office."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin
from auth2fa.cards.models import StockedCard


@admin.register(StockedCard)
class StockedCardAdmin(ReadOnlyAdmin):
    """Which cards there are and who got them; their keys are shown nowhere."""

    words = _("Security cards in stock")
    list_display = ["serial", "imported_at", "given_at", "given_to"]
    list_select_related = ["given_to"]
    search_fields = ["serial", "given_to__username"]
    ordering = ["serial"]
    fields = ("serial", "suite", "imported_at", "given_at", "given_to")
