"""Nights in the back office: runs, holds and seals as lists. The page that shows a night at work is portal.office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.admin import ReadOnlyAdmin, ReadOnlyInline, RelatedFilter
from accounts.ground.runs.actions import retry
from accounts.ground.runs.models import Hold, NightDecision, Run, RunChunk, RunStage, Seal
from accounts.ground.runs.words import REASONS, STAGES, reason_words, stage_words
from accounts.ground.stored_words import said


class StageInline(ReadOnlyInline):
    model = RunStage
    verbose_name_plural = gettext_lazy("Stages")
    fields = ["ordinal", "named", "state", "rows", "began", "ended", "figures"]
    readonly_fields = ["named", "began", "ended"]
    ordering = ["ordinal"]
    show_change_link = False

    @admin.display(description=gettext_lazy("Name"))
    def named(self, stage: Any) -> str:
        return stage_words(stage.name)

    @admin.display(description=gettext_lazy("Began"))
    def began(self, stage: Any) -> str:
        return _clock(stage.started_at)

    @admin.display(description=gettext_lazy("Ended"))
    def ended(self, stage: Any) -> str:
        return _clock(stage.finished_at)


def _clock(at: Any) -> str:
    return date_format(timezone.localtime(at), "H:i:s") if at else ""


class CodeFilter(admin.SimpleListFilter):
    """By a code of programs, called by its words."""

    words: Mapping[str, Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class StageFilter(CodeFilter):
    title = gettext_lazy("stage")
    parameter_name = "stage"
    words = STAGES


class ChunkStageFilter(StageFilter):
    parameter_name = "stage__name"


class ReasonFilter(CodeFilter):
    title = gettext_lazy("reason")
    parameter_name = "reason"
    words = REASONS


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Runs")
    list_display = ["day", "state", "asked_at", "started_at", "finished_at", "seals", "problem", "page"]
    list_filter = ["state", "day"]
    search_fields = ["problem"]
    ordering = ["-day"]
    inlines = [StageInline]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).annotate(seal_count=Count("seals"))

    def name_of(self, row: Any) -> str:
        return _("Night of %(day)s") % {"day": row.day}

    @admin.display(description=gettext_lazy("Seals"), ordering="seal_count")
    def seals(self, run: Any) -> int:
        return run.seal_count

    @admin.display(description=gettext_lazy("Night"))
    def page(self, run: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("nights:night", args=[run.day]), _("Open"))


@admin.register(RunChunk)
class RunChunkAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Chunks")
    list_display = ["day", "stage_name", "lo", "hi", "state", "rows", "total", "digest", "done_at"]
    list_filter = ["state", ChunkStageFilter]
    list_select_related = ["stage__run"]
    ordering = ["-id"]

    def name_of(self, row: Any) -> str:
        return f"{row.stage.run.day} {row.stage} {row.lo}"

    @admin.display(description=gettext_lazy("Day"), ordering="stage__run__day")
    def day(self, chunk: Any) -> date:
        return chunk.stage.run.day

    @admin.display(description=gettext_lazy("Stage"), ordering="stage__ordinal")
    def stage_name(self, chunk: Any) -> str:
        return stage_words(chunk.stage.name)


class OpenFilter(admin.SimpleListFilter):
    """Holds that still keep an account out, or those that ended."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("Held")),
            ("asked", gettext_lazy("Retry asked")),
            ("resolved", gettext_lazy("Resolved")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        wanted = {
            "open": Q(resolved_at__isnull=True),
            "asked": Q(resolved_at__isnull=True, retry_asked_at__isnull=False),
            "resolved": Q(resolved_at__isnull=False),
        }
        return queryset.filter(wanted[self.value()]) if self.value() in wanted else queryset  # type: ignore[index]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Holds")
    list_display = ["day", "in_stage", "why", "account", "practice", "detail", "retry_asked_at", "resolved_at"]
    list_filter = [OpenFilter, "day", StageFilter, ReasonFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["account__number", "account__title", "detail"]
    number_lookup = "account__number"
    ordering = ["-day", "account__number", "pk"]
    actions = ["retry"]
    sensitive_actions = ("retry",)
    fields = [
        *("firm", "practice", "account", "day", "in_stage", "why", "detail"),
        *("created_at", "retry_asked_at", "resolved_at", "shown_resolution"),
    ]
    readonly_fields = ["in_stage", "why", "shown_resolution"]

    @admin.display(description=gettext_lazy("Stage"), ordering="stage")
    def in_stage(self, hold: Any) -> str:
        return stage_words(hold.stage)

    @admin.display(description=gettext_lazy("Reason"), ordering="reason")
    def why(self, hold: Any) -> str:
        return reason_words(hold.reason)

    @admin.display(description=gettext_lazy("Resolution"))
    def shown_resolution(self, hold: Any) -> str:
        return said(hold.resolution)

    def name_of(self, row: Any) -> str:
        return f"{row.account.number} {row.day}"

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return [] if row.resolved_at or row.retry_asked_at else ["retry"]

    @admin.action(description=gettext_lazy("Retry"))
    def retry(self, request: HttpRequest, holds: "QuerySet[Hold]") -> None:
        again = retry(holds, at=timezone.now())
        words = ngettext("%(count)d account will be tried again.", "%(count)d accounts will be tried again.", again)
        self.message_user(request, words % {"count": again}, messages.SUCCESS if again else messages.WARNING)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Seals")
    list_display = ["day", "firm", "billable", "billed", "zero", "held", "digest", "sealed_at"]
    list_filter = [("firm", RelatedFilter), "day"]
    list_select_related = ["firm"]
    search_fields = ["digest__istartswith", "firm__name"]
    ordering = ["-day", "firm"]

    def name_of(self, row: Any) -> str:
        return f"{row.firm} {row.day}"


@admin.register(NightDecision)
class NightDecisionAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Decisions about nights")
    list_display = ["night", "day", "kind", "account", "firm", "reason", "at"]
    list_filter = ["kind", "night", ("firm", RelatedFilter)]
    list_select_related = ["account", "firm"]
    search_fields = ["account__number", "reason"]
    number_lookup = "account__number"
    ordering = ["-night", "-pk"]

    def name_of(self, row: Any) -> str:
        return f"{row.get_kind_display()} {row.day}"
