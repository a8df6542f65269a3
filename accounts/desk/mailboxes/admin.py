"""Mailboxes in the back office: each is moved on step by step or refused with a reason; prices hold from a day on."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.desk.mailboxes.actions import LONGEST_REASON, advance, provider_told
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
from accounts.desk.mailboxes.rules import NEXT, MailboxProblem, State
from accounts.desk.mailboxes.telling import waits_for_provider
from accounts.ground.access.admin import OfficeAdmin, ReadOnlyAdmin, RelatedFilter, money_column
from accounts.ground.access.context import current_alias
from accounts.ground.access.forms import OfficeForm
from accounts.ground.clock import exchange_today

STEPS = {
    State.PROVISIONING: "provision",
    State.AWAITING_MX: "made",
    State.ACTIVE: "activate",
    State.CANCELLED: "cancel_rows",
}


class RefusalForm(OfficeForm):
    """Why a request is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The practice reads it; saving refuses the request and gives its charge back"),
    )


@admin.register(Mailbox)
class MailboxAdmin(OfficeAdmin):
    words = gettext_lazy("Mailboxes")
    may_add = False
    may_delete = False
    form = RefusalForm
    list_display = ["address", "state", "practice", "account", "is_archived", "requested_at", "state_at"]
    list_filter = ["state", "is_archived", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["key__istartswith", "domain__istartswith", "account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Address, domain or account number")
    ordering = ["-requested_at", "pk"]
    actions = ["provision", "made", "activate", "cancel_rows", "told"]
    fields = ["address", "domain", "name", "is_archived", "practice", "account", "state", "state_at", "requested_at"]
    fields += ["reason"]
    readonly_fields = [name for name in fields if name != "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what can still be refused takes a reason; the list has its buttons as long as there are rows."""
        return super().has_change_permission(request, obj) and (
            obj is None or State.REJECTED in NEXT.get(obj.state, ()) or "action" in request.POST
        )

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        steps = [name for state, name in STEPS.items() if state in NEXT.get(row.state, ())]
        return [*steps, "told"] if waits_for_provider(row) else steps

    def changeform_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **more)
        except MailboxProblem as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        advance(who=_seat(request), mailbox=obj, to=State.REJECTED, at=timezone.now(), reason=reason)

    @admin.action(description=gettext_lazy("Begin to make it"))
    def provision(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]") -> None:
        self._advance(request, rows, State.PROVISIONING)

    @admin.action(description=gettext_lazy("Made; waits for the MX records"))
    def made(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]") -> None:
        self._advance(request, rows, State.AWAITING_MX)

    @admin.action(description=gettext_lazy("Activate"))
    def activate(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]") -> None:
        self._advance(request, rows, State.ACTIVE)

    @admin.action(description=gettext_lazy("Cancel the mailbox"))
    def cancel_rows(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]") -> None:
        self._advance(request, rows, State.CANCELLED)

    @admin.action(description=gettext_lazy("The provider was told"))
    def told(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]") -> None:
        for row in rows:
            try:
                provider_told(who=_seat(request), mailbox=row, at=timezone.now())
            except MailboxProblem as problem:
                self.message_user(request, str(problem), messages.ERROR)
            else:
                self.log_change(request, row, "The provider was told")
                words = gettext("%(address)s does not wait for the provider any more.") % {"address": row.address}
                self.message_user(request, words, messages.SUCCESS)

    def _advance(self, request: HttpRequest, rows: "models.QuerySet[Mailbox]", to: State) -> None:
        moved = 0
        for row in rows.select_related("account"):
            try:
                with transaction.atomic(using=current_alias.get()):
                    advance(who=_seat(request), mailbox=row, to=to, at=timezone.now())
            except MailboxProblem as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                self.log_change(request, row, str(to.label))
                moved += 1
        if moved:
            words = ngettext("%(count)d mailbox was moved on.", "%(count)d mailboxes were moved on.", moved)
            self.message_user(request, words % {"count": moved}, messages.SUCCESS)


@admin.register(MailboxCharge)
class MailboxChargeAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Charges for mailboxes")
    totals = ("amount", "currency")
    list_display = [
        *("charged_on", "mailbox", "item", "months", money_column("rate", gettext_lazy("a month"))),
        *(money_column("amount", gettext_lazy("Amount")), "account", "moved_on", "is_written_off"),
    ]
    list_filter = ["item", "charged_on", "is_written_off", ("firm", RelatedFilter)]
    list_select_related = ["account", "mailbox"]
    search_fields = ["account__number__istartswith", "mailbox__key__istartswith", "id__exact"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number, address or id of the charge")
    ordering = ["-charged_at", "pk"]


class RateForm(OfficeForm):
    """A price, which charges of the days before it know nothing of."""

    def clean_starts(self) -> date:
        starts = self.cleaned_data["starts"]
        if starts <= exchange_today():
            raise ValidationError(gettext("A price begins tomorrow at the earliest."))
        return starts


@admin.register(MailboxRate)
class MailboxRateAdmin(OfficeAdmin):
    words = gettext_lazy("Prices of mailboxes")
    form = RateForm
    may_change = False
    may_delete = False
    list_display = ["item", "starts", money_column("amount", gettext_lazy("a month"), currency="")]
    list_filter = ["item"]
    ordering = ["item", "-starts"]
    fields = ["item", "starts", "amount"]


def _seat(request: HttpRequest) -> Any:
    return request.seat  # type: ignore[attr-defined]
