"""Impact preferences in the back office: the list that clients choose from, and files of scores by day."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.admin import MakingAdmin, OfficeAdmin
from accounts.ground.clock import exchange_today
from accounts.ground.stored_words import said
from portal.tools.impact.loading import LoadProblem, load
from portal.tools.impact.models import ImpactRelease, ImpactTopic
from portal.tools.impact.reading import MOST_BYTES


@admin.register(ImpactTopic)
class ImpactTopicAdmin(OfficeAdmin):
    words = gettext_lazy("Values and practices of impact preferences")
    list_display = ["shown_name", "kind", "code", "place", "is_offered"]
    list_filter = ["kind", "is_offered"]
    ordering = ["place", "code"]
    fields = ["kind", "code", "name", "place", "is_offered"]

    def name_of(self, row: Any) -> str:
        return said(row.name)

    @admin.display(description=gettext_lazy("Name"), ordering="name")
    def shown_name(self, row: Any) -> str:
        return said(row.name)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Answers and scores are kept under the code."""
        return ["kind", "code"] if obj else []


class ScoresForm(forms.Form):
    """A file of scores, and which day it speaks of."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with the columns symbol, asset, conid or isin, flags, and one column for each value with scores of 0"
            " to 10; 20,000 rows and 5 MB at most. Flags are practices, with a bar between two of them."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )
    day = forms.DateField(label=gettext_lazy("Day of the scores"))
    provider = forms.CharField(label=gettext_lazy("Data provider"), max_length=120)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s bytes.") % {"most": MOST_BYTES})
        return file


@admin.register(ImpactRelease)
class ImpactReleaseAdmin(MakingAdmin):
    words = gettext_lazy("Impact scores of securities")
    making_form = ScoresForm
    refusals = (LoadProblem,)
    may_change = False
    list_display = ["day", "provider", "name", "accepted", "refusals", "loaded_at"]
    ordering = ["-day", "-loaded_at"]
    fields = ["day", "provider", "name", "accepted", "refusals", "refused_rows", "loaded_at"]
    readonly_fields = ["refused_rows"]

    def make(self, request: HttpRequest, form: Any) -> ImpactRelease:
        given = form.cleaned_data
        return load(
            who=request.seat,  # type: ignore[attr-defined]
            content=given["file"].read(),
            name=given["file"].name or "",
            provider=given["provider"],
            day=given["day"],
            today=exchange_today(),
            at=timezone.now(),
        )

    @admin.display(description=gettext_lazy("Refused rows"))
    def refused_rows(self, row: Any) -> SafeString | str:
        """Each with its line and the reason, as many as are kept."""
        lines = format_html_join(
            "",
            "<li>{}</li>",
            (
                (
                    _("Line %(line)s, %(symbol)s: %(reason)s")
                    % {
                        "line": one["line"],
                        "symbol": one["symbol"] or "\N{EM DASH}",
                        "reason": said(one["msgid"], one["params"]),
                    },
                )
                for one in row.refused
            ),
        )
        return format_html("<ul>{}</ul>", lines) if row.refused else "\N{EM DASH}"
