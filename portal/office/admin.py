"""The time table in the back office: when beat wakes what. Entries come from migrations; here they are set."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.ground.access.admin import OfficeAdmin


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(OfficeAdmin):
    """Whether and how often; what is woken is the program's business."""

    is_sensitive = True
    words = _("Time table")
    may_add = False
    list_display = ["name", "task", "interval", "crontab", "enabled", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]
    list_select_related = ["interval", "crontab"]
    search_fields = ["name", "task"]
    ordering = ["name"]
    fields = ["name", "task", "description", "enabled", "interval", "crontab", "last_run_at", "total_run_count"]
    readonly_fields = ["name", "task", "description", "last_run_at", "total_run_count"]

    def name_of(self, row: Any) -> str:
        return row.name


@admin.register(IntervalSchedule)
class IntervalAdmin(OfficeAdmin):
    words = _("Intervals")
    is_sensitive = True
    list_display = ["__str__", "every", "period"]
    search_fields = ["every", "period"]
    ordering = ["period", "every"]


@admin.register(CrontabSchedule)
class CrontabAdmin(OfficeAdmin):
    words = _("Times of day")
    is_sensitive = True
    list_display = ["__str__", "hour", "minute", "day_of_week", "timezone"]
    search_fields = ["hour", "minute", "timezone"]
    ordering = ["hour", "minute"]
