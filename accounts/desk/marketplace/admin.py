"""Listings of the marketplace in the back office: read, approved, or declined with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.marketplace import actions
from accounts.desk.marketplace.models import SAID, Listing, ListingState
from accounts.desk.marketplace.rules import ListingProblem
from accounts.ground.access.admin import OfficeAdmin, RelatedFilter
from accounts.ground.access.forms import OfficeForm


class DecliningForm(OfficeForm):
    """Why a listing is declined: saying it declines it."""

    def clean_reason(self) -> str:
        """Something must be said."""
        if not (said := " ".join(self.cleaned_data["reason"].split())):
            raise forms.ValidationError(gettext_lazy("Say why; the firm reads it."))
        return said

    def clean(self) -> dict[str, Any]:
        """Only what waits is decided."""
        if self.instance.state != ListingState.SUBMITTED:
            raise forms.ValidationError(gettext_lazy("The listing does not stand where this can be done."))
        return super().clean() or {}


@admin.register(Listing)
class ListingAdmin(OfficeAdmin):
    words = gettext_lazy("Listings of the marketplace")
    may_add = False
    form = DecliningForm
    is_sensitive = True
    sensitive_actions = ("approve",)
    list_display = ["name", "category", "state", "region", "practice", "written_at", "decided_at"]
    list_filter = ["state", "category", ("firm", RelatedFilter)]
    list_select_related = ["practice", "firm"]
    search_fields = ["name__icontains"]
    search_help_text = gettext_lazy("Name")
    ordering = ["-written_at", "pk"]
    actions = ["approve"]
    fields = ["category", *SAID, "firm", "practice", "state", "written_at", "decided_at", "reason"]
    readonly_fields = [name for name in fields if name != "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What does not wait is only looked at."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == ListingState.SUBMITTED)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["approve"] if row.state == ListingState.SUBMITTED else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        seat = request.seat  # type: ignore[attr-defined]
        actions.decline(who=seat, listing=obj, reason=form.cleaned_data["reason"], at=timezone.now())

    @admin.action(description=gettext_lazy("Approve"))
    def approve(self, request: HttpRequest, rows: "models.QuerySet[Listing]") -> None:
        """Others read it from now on."""
        done = 0
        for row in rows:
            try:
                actions.approve(who=request.seat, listing=row, at=timezone.now())  # type: ignore[attr-defined]
            except ListingProblem as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                done += 1
        if done:
            words = ngettext("%(count)d listing is approved.", "%(count)d listings are approved.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
