"""Listings of the marketplace in the back office: read, approved, or declined with a reason."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.marketplace import actions
from accounts.desk.marketplace.models import SAID, Listing, ListingState
from accounts.desk.marketplace.rules import ListingProblem
from accounts.ground.access.admin import OfficeAdmin, RelatedFilter
from accounts.ground.access.forms import OfficeForm


def _moment(listing: Listing) -> str:
    """When it was written, as pages carry it."""
    return listing.written_at.isoformat() if listing.written_at else ""


def _read_at(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


class DecliningForm(OfficeForm):
    """Why a listing is declined: saying it declines it, as it was read."""

    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # With every digit: a hidden field of its own form would cut the moment to seconds.
        self.initial["seen"] = _moment(self.instance)

    def clean_reason(self) -> str:
        """Something must be said."""
        if not (said := " ".join(self.cleaned_data["reason"].split())):
            raise forms.ValidationError(gettext_lazy("Say why; the firm reads it."))
        return said

    def clean(self) -> dict[str, Any]:
        """Only what waits is decided."""
        if self.instance.state != ListingState.SUBMITTED:
            raise forms.ValidationError(gettext_lazy("The listing does not stand where this can be done."))
        if self.cleaned_data.get("seen") != self.instance.written_at:
            raise forms.ValidationError(actions.UNREAD)
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
    fields = ["category", *SAID, "firm", "practice", "state", "written_at", "decided_at", "reason", "seen"]
    readonly_fields = [name for name in fields if name not in ("reason", "seen")]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What does not wait is only looked at."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == ListingState.SUBMITTED)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The hidden moment stands in the form alone."""
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [name for name in fields if name != "seen"]

    def get_actions(self, request: HttpRequest) -> Any:
        """A listing is approved from its own page, where it is read, and never from the list."""
        is_list = request.method == "GET" and str(request.path).endswith("/listing/")
        return {} if is_list else super().get_actions(request)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["approve"] if row.state == ListingState.SUBMITTED else []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The buttons say which words were read."""
        context["seen"] = _moment(kwargs["obj"]) if kwargs.get("obj") else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **more: Any) -> Any:
        """What the firm has done in the same moment is said in words."""
        try:
            return super().changeform_view(request, *args, **more)
        except ListingProblem as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        said, seat = form.cleaned_data, request.seat  # type: ignore[attr-defined]
        actions.decline(who=seat, listing=obj, seen=said["seen"], reason=said["reason"], at=timezone.now())

    @admin.action(description=gettext_lazy("Approve"))
    def approve(self, request: HttpRequest, rows: "models.QuerySet[Listing]") -> None:
        """Others read it from now on, as the row's page has shown it."""
        done, seen = 0, _read_at(request.POST.get("seen", ""))
        for row in rows:
            try:
                actions.approve(who=request.seat, listing=row, seen=seen, at=timezone.now())  # type: ignore[attr-defined]
            except ListingProblem as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                done += 1
        if done:
            words = ngettext("%(count)d listing is approved.", "%(count)d listings are approved.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
