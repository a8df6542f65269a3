"""Fee proposals signed on paper, in the back office: the scan beside the text, accepted or rejected with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.messages.views import handed_out
from accounts.ground.access.admin import OfficeAdmin, RelatedFilter
from accounts.ground.access.context import current_alias
from accounts.ground.access.forms import OfficeForm
from fees.proofs.words import tell
from fees.proposals.actions import ProposalRefused
from fees.returned import actions
from fees.returned.models import PaperState, ReturnedPaper


class PaperDecisionForm(OfficeForm):
    """Why a paper is rejected."""

    why = forms.CharField(
        label=gettext_lazy("Reason for rejecting"),
        max_length=actions.LONGEST_REASON,
        help_text=gettext_lazy("The practice reads it; saving rejects the paper"),
    )


@admin.register(ReturnedPaper)
class ReturnedPaperAdmin(OfficeAdmin):
    """What waits for the back office's eyes, and what became of the rest."""

    words = gettext_lazy("Fee proposals signed on paper")
    may_add = False
    form = PaperDecisionForm
    is_sensitive = True
    actions = ["accept"]
    sensitive_actions = ("accept",)
    list_display = ["account", "signed_name", "signed_on", "state", "practice", "sent_by", "sent_at", "decided_at"]
    list_filter = ["state", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "sent_by", "firm"]
    search_fields = ["account__number__istartswith", "signed_name"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number or name")
    ordering = ["-sent_at", "id"]
    fields = ["account", "practice", "state", "signed_name", "signed_on", "scan", "sha256", "text", "document_hash"]
    fields += ["sent_by", "sent_at", "decided_by", "decided_at", "reason", "why"]
    readonly_fields = [name for name in fields if name != "why"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return super().get_queryset(request).select_related("account", "practice", "proposal", "sent_by", "decided_by")

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.signed_name}"

    @admin.display(description=gettext_lazy("Scan of all pages"))
    def scan(self, row: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:fees_returnedpaper_scan", args=[row.pk]), row.name)

    @admin.display(description=gettext_lazy("What was to be signed"))
    def text(self, row: Any) -> SafeString:
        return format_html("<pre>{}</pre>", row.proposal.document)

    def get_urls(self) -> list[Any]:
        found = path("scan/<uuid:paper>/", self.admin_site.admin_view(self.file), name="fees_returnedpaper_scan")
        return [found, *super().get_urls()]

    def file(self, request: HttpRequest, paper: Any) -> FileResponse:
        """The scan as it was handed in, to be saved."""
        found = ReturnedPaper.unscoped.filter(pk=paper).first()
        if found is None or not default_storage.exists(found.place):
            raise Http404
        return handed_out(found)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == PaperState.REVIEW)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["accept"] if row.state == PaperState.REVIEW else []

    def changeform_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **more)
        except ProposalRefused as refused:
            self.message_user(request, tell(refused.sentence), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = request.seat.user_id  # type: ignore[attr-defined]
        actions.reject(paper=obj, reason=form.cleaned_data["why"], by=by, at=timezone.now())

    @admin.action(description=gettext_lazy("Accept: the client has signed these terms"))
    def accept(self, request: HttpRequest, rows: "models.QuerySet[ReturnedPaper]") -> None:
        by, at, done = request.seat.user_id, timezone.now(), 0  # type: ignore[attr-defined]
        for row in rows:
            try:
                with transaction.atomic(using=current_alias.get()):
                    actions.accept(paper=row, by=by, at=at)
            except ProposalRefused as refused:
                self.message_user(request, f"{self.name_of(row)}: {tell(refused.sentence)}", messages.ERROR)
            else:
                self.log_change(request, row, _("Accepted."))
                done += 1
        if done:
            words = ngettext("%(count)d paper was accepted.", "%(count)d papers were accepted.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
