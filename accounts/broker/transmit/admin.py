"""Instructions to the broker in the back office: the files, what became of each movement, and sending again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.broker.transmit.actions import send_again
from accounts.broker.transmit.models import Answer, Instruction, InstructionFile, Standing
from accounts.broker.transmit.queries import bytes_of, counted, standing
from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, is_office, money_column


@admin.register(InstructionFile)
class InstructionFileAdmin(ReadOnlyAdmin):
    """Every file that was owed to the broker, with how many of its movements are done."""

    words = gettext_lazy("Files of instructions")
    list_display = ["day", "firm", "part", "rows", "accepted", "rejected", "booked", "delivery", "download"]
    list_filter = ["day", ("firm", RelatedFilter)]
    list_select_related = ["firm"]
    search_fields = ["name__istartswith", "sha256__exact"]
    search_help_text = gettext_lazy("Beginning of the file's name, or its SHA-256")
    ordering = ["-day", "firm", "part"]
    fields = ["name", "firm", "day", "part", "rows", "sha256", "delivery", "download"]
    readonly_fields = ["delivery", "download"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return counted(super().get_queryset(request))

    def get_urls(self) -> list[Any]:
        own = path("<uuid:pk>/file/", self.admin_site.admin_view(self.file), name="broker_instructionfile_file")
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The bytes that were owed."""
        if not is_office(request):
            raise Http404
        found = InstructionFile.unscoped.filter(pk=pk).first()
        if found is None:
            raise Http404
        answer = HttpResponse(bytes_of(found), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{found.name}"'
        return answer

    @admin.display(description=gettext_lazy("Accepted"))
    def accepted(self, file: Any) -> int:
        return file.accepted

    @admin.display(description=gettext_lazy("Rejected"))
    def rejected(self, file: Any) -> int:
        return file.rejected

    @admin.display(description=gettext_lazy("Booked"))
    def booked(self, file: Any) -> int:
        return file.booked

    @admin.display(description=gettext_lazy("Delivery"))
    def delivery(self, file: Any) -> Any:
        return _("Delivered") if file.delivered_at else file.delivery_problem or _("Waiting")

    @admin.display(description=gettext_lazy("File"))
    def download(self, file: Any) -> SafeString:
        address = reverse("admin:broker_instructionfile_file", args=[file.pk])
        return format_html('<a href="{}">{}</a>', address, file.name)


class StandingFilter(admin.SimpleListFilter):
    """How far instructions have got."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Standing.choices)

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(standing=self.value()) if self.value() in Standing.values else queryset


@admin.register(Instruction)
class InstructionAdmin(ReadOnlyAdmin):
    """What the broker was told, and what became of it; what it rejected can be sent again."""

    words = gettext_lazy("Instructions to the broker")
    totals = ("amount", "currency")
    list_display = [
        *("day", "payer", "payee", money_column("amount", gettext_lazy("Amount")), "memo"),
        *("shown_standing", "answer_words", "attempt", "firm"),
    ]
    list_filter = [StandingFilter, "day", "kind", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["firm"]
    search_fields = ["payer__istartswith", "payee__istartswith", "transfer__id__exact"]
    search_help_text = gettext_lazy("Account number of either side, or the id of the movement")
    ordering = ["-day", "id"]
    actions = ["again"]
    sensitive_actions = ("again",)
    fields = [
        *("firm", "account", "practice", "transfer", "attempt", "file", "day", "kind", "payer", "payee", "currency"),
        *("amount", "memo", "shown_standing", "answered_at", "answer_words", "again_asked_at"),
    ]
    readonly_fields = ["shown_standing"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return standing(super().get_queryset(request))

    def name_of(self, row: Any) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("State"))
    def shown_standing(self, row: Any) -> Any:
        return Standing(row.standing).label

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["again"] if row.answer == Answer.REJECTED and not row.again_asked_at else []

    @admin.action(description=gettext_lazy("Send again"))
    def again(self, request: HttpRequest, rows: "QuerySet[Instruction]") -> None:
        """The next night writes them into a file of its own."""
        count = send_again(Instruction.unscoped.filter(pk__in=rows.values("pk")), at=timezone.now())
        words = ngettext(
            "%(count)d movement goes to the broker again with the next night.",
            "%(count)d movements go to the broker again with the next night.",
            count,
        )
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, words % {"count": count}, level)
