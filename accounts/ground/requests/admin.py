"""Requests in the back office: what waits, for whom, and a way to give it up."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter
from accounts.ground.requests.actions import finish
from accounts.ground.requests.models import Request, RequestStatus
from accounts.ground.stored_words import said


class WaitingFilter(admin.SimpleListFilter):
    """What still waits, or what has ended."""

    title = _("state")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Waiting")), ("yes", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() in ("no", "yes"):
            return queryset.filter(finished_at__isnull=self.value() == "no")
        return queryset


@admin.register(Request)
class RequestAdmin(ReadOnlyAdmin):
    words = _("Requests")
    list_display = ["day", "shown_title", "kind", "status", "account", "practice", "finished_at"]
    list_filter = [WaitingFilter, "kind", "status", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["title", "account__number", "natural_key"]
    number_lookup = "account__number"
    ordering = ["-day", "-created_at"]
    actions = ["give_up"]

    def name_of(self, row: Any) -> str:
        return said(row.title, row.detail)

    @admin.display(description=_("Title"), ordering="title")
    def shown_title(self, row: Any) -> str:
        return said(row.title, row.detail)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return [] if row.finished_at else ["give_up"]

    @admin.action(description=_("Cancel the request"))
    def give_up(self, request: HttpRequest, rows: "QuerySet[Request]") -> None:
        at = timezone.now()
        ended = sum(finish(request=row, status=RequestStatus.CANCELLED, at=at) for row in rows)
        words = ngettext("%(count)d request was cancelled.", "%(count)d requests were cancelled.", ended)
        self.message_user(request, words % {"count": ended}, messages.SUCCESS if ended else messages.WARNING)
