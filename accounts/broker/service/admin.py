"""Flex queries in the back office: the token goes in, and never comes out."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.broker.service.actions import TOKEN, has_token, keep
from accounts.broker.service.models import FlexQuery
from accounts.ground.access.admin import OfficeAdmin, OfficeForm


class FlexQueryForm(OfficeForm):
    """What is typed as a token is stored sealed; an empty field keeps the one there is."""

    token = forms.CharField(
        label=_("New token"),
        required=False,
        strip=True,
        max_length=100,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=_("Stored encrypted, never shown again. Empty: the present one, or FLEX_TOKEN of the environment."),
    )

    class Meta:
        model = FlexQuery
        fields = ("name", "query_id", "is_enabled", "fetch_at")

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        if token and not TOKEN.fullmatch(token):
            raise forms.ValidationError(_("That does not look like a token: letters and digits only, at least eight."))
        return token


@admin.register(FlexQuery)
class FlexQueryAdmin(OfficeAdmin):
    words = _("Flex queries")
    form = FlexQueryForm
    list_display = ["name", "query_id", "is_enabled", "fetch_at", "token_kept", "settled_on", "next_at", "last_words"]
    search_fields = ["name", "query_id__exact"]
    ordering = ["name"]
    fields = ["name", "query_id", "is_enabled", "fetch_at", "token", "settled_on", "next_at", "last_words"]
    readonly_fields = ["settled_on", "next_at", "last_words"]

    def name_of(self, row: Any) -> str:
        return row.name

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        keep(query=obj, token=form.cleaned_data.get("token", ""))

    @admin.display(description=_("Token"), boolean=True)
    def token_kept(self, query: FlexQuery) -> bool:
        return has_token(query)
