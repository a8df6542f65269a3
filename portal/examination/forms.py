"""Which days an exam pack is asked for."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Records are to be kept for five years after the year in which they were made, and some for longer.
LONGEST = timedelta(days=366 * 10)


def days_problem(first: date, last: date, today: date) -> str:
    """What is wrong with the days, in words; nothing where they can be packed."""
    if first > last:
        return _("The first day is after the last one.")
    if first > today:
        return _("These days have not come yet.")
    if last - first > LONGEST:
        return _("Ask for at most ten years at a time.")
    return ""


class DaysForm(forms.Form):
    """The first and the last day, both inside."""

    first = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"first", "last"} <= cleaned.keys():
            problem = days_problem(cleaned["first"], cleaned["last"], self.today)
            if problem:
                raise forms.ValidationError(problem)
        return cleaned
