"""What investments in hedge funds are worth, in the back office: told with a source, corrected by telling anew."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import MakingAdmin, RelatedFilter, choice_of, money_column
from fees.engine.asked import LONGEST_NAME
from fees.funds.actions import LONGEST_SOURCE, ValuationProblem, record_value
from fees.funds.models import FundValue


class ValuationForm(forms.Form):
    """What the fund's administrator or manager has told."""

    account = choice_of(FundValue, "account", label=_("Account"))
    fund = forms.CharField(
        label=_("Fund"), max_length=LONGEST_NAME, help_text=_("As the client's fee schedule names it")
    )
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day of a month, or any day on which the fee begins or ends"),
    )
    value = forms.DecimalField(
        label=_("Worth at the end of the day"),
        required=False,
        max_digits=20,
        decimal_places=4,
        help_text=_(
            "In the account's base currency; 0 where nothing is invested. Of what is left blank, here and below, counts"
            " what statements show"
        ),
    )
    put_in = forms.DecimalField(label=_("Put in on that day"), required=False, max_digits=20, decimal_places=4)
    taken_out = forms.DecimalField(label=_("Taken out on that day"), required=False, max_digits=20, decimal_places=4)
    source = forms.CharField(
        label=_("Source"),
        max_length=LONGEST_SOURCE,
        help_text=_("For example: the administrator's statement"),
    )


@admin.register(FundValue)
class FundValueAdmin(MakingAdmin):
    """Every value that was ever known, who told it and when."""

    words = _("Values of investments in hedge funds")
    making_form = ValuationForm
    refusals = (ValuationProblem,)
    is_sensitive = True
    may_change = False
    list_display = [
        *("account", "fund", "day"),
        money_column("value", _("Worth"), currency=""),
        money_column("put_in", _("Put in"), currency=""),
        money_column("taken_out", _("Taken out"), currency=""),
        *("source", "recorded_by", "recorded_at"),
    ]
    list_filter = ["day", ("firm", RelatedFilter)]
    list_select_related = ["account", "recorded_by", "firm"]
    search_fields = ["account__number__istartswith", "fund__istartswith"]
    number_lookup = "account__number"
    search_help_text = _("Account number or fund")
    ordering = ["-day", "-id"]

    def make(self, request: HttpRequest, form: ValuationForm) -> FundValue:
        told = form.cleaned_data
        by = request.seat.user_id  # type: ignore[attr-defined]
        return record_value(**told, by=by, at=timezone.now())
