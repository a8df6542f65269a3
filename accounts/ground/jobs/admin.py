"""Long work in the back office: what runs, how far it is, and a way to stop it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ground.access.admin import ReadOnlyAdmin
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    words = _("Jobs")
    list_display = ["kind", "state", "done", "of", "message", "user_id", "created_at", "finished_at"]
    list_filter = ["state", "created_at"]
    search_fields = ["kind", "user_id__exact", "message"]
    ordering = ["-created_at"]
    actions = ["stop"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Job]":
        """Without what a job was given and what it found: that may be ten thousand rows."""
        return super().get_queryset(request).defer("arguments", "result")

    def name_of(self, row: Any) -> str:
        return row.kind

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["stop"] if row.state in (JobState.WAITING, JobState.RUNNING) else []

    @admin.action(description=_("Stop"))
    def stop(self, request: HttpRequest, jobs: "QuerySet[Job]") -> None:
        stopped = sum(cancel(job=job, at=timezone.now()) for job in jobs)
        words = ngettext("%(count)d job was stopped.", "%(count)d jobs were stopped.", stopped)
        self.message_user(request, words % {"count": stopped}, messages.SUCCESS if stopped else messages.WARNING)
