"""The business calendar in the back office: closings to look at, and single days decided by hand."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.ground.access.admin import MakingAdmin
from accounts.ground.days.actions import DaySealed, override
from accounts.ground.days.models import CalendarDay


class DayForm(forms.Form):
    """What a single day shall be, whatever the exchange's calendar says."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    is_business = forms.TypedChoiceField(
        label=gettext_lazy("Is it a business day?"),
        choices=[
            ("no", gettext_lazy("No, the exchange is closed")),
            ("yes", gettext_lazy("Yes, the exchange is open")),
        ],
        coerce="yes".__eq__,
    )
    name = forms.CharField(
        label=gettext_lazy("Reason"), max_length=120, help_text=gettext_lazy("For example: emergency closure")
    )


@admin.register(CalendarDay)
class CalendarDayAdmin(MakingAdmin):
    words = gettext_lazy("Calendar days")
    making_form = DayForm
    refusals = (DaySealed,)
    is_sensitive = True
    may_change = False
    list_display = ["day", "name", "is_business", "is_override", "decided_by"]
    list_filter = ["is_override", "is_business"]
    list_select_related = ["decided_by"]
    search_fields = ["name"]
    date_hierarchy = "day"
    ordering = ["-day"]

    def make(self, request: HttpRequest, form: DayForm) -> CalendarDay:
        return override(**form.cleaned_data, by=request.seat.user_id)  # type: ignore[attr-defined]
