"""The trail in the back office: business events, and row history with old and new values side by side."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter
from accounts.ground.people.models import User
from accounts.ground.stored_words import said
from accounts.ground.trail.models import Event, TrailEntry
from accounts.ground.trail.tables import REFUSED, REFUSED_WORDS, TABLES

NOTHING = "\N{EM DASH}"
SHOWN_IN_LIST = 3


def _with_username(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Who did it, by name; the trail keeps the id alone, because it outlives the user."""
    names = User.objects.filter(pk=OuterRef("user_id")).values("username")
    return rows.annotate(username=Subquery(names))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    words = _("Events")
    list_display = ["day", "kind", "shown_title", "status", "account", "practice", "who", "at"]
    list_filter = ["kind", "day", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["title", "account__number"]
    number_lookup = "account__number"
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return _with_username(super().get_queryset(request))

    def name_of(self, row: Any) -> str:
        return said(row.title, row.data)

    @admin.display(description=_("Title"), ordering="title")
    def shown_title(self, row: Any) -> str:
        return said(row.title, row.data)

    @admin.display(description=_("Who"))
    def who(self, event: Any) -> str:
        return event.username or NOTHING


class TableFilter(admin.SimpleListFilter):
    """By table, from those that keep a trail; the history itself is too long to ask."""

    title = _("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*TABLES.items(), (REFUSED, REFUSED_WORDS)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(table=self.value()) if self.value() else queryset


@admin.register(TrailEntry)
class TrailEntryAdmin(ReadOnlyAdmin):
    words = _("Trail")
    list_display = ["when", "who", "operation", "table_words", "row_link", "changes", "address"]
    list_filter = [TableFilter, "operation", "at"]
    search_fields = ["row__exact", "address__exact"]
    search_help_text = _("Id of the row, or an address")
    ordering = ["-id"]
    list_display_links = ["when"]
    fields = ["when", "who", "role", "address", "operation", "table", "row_link", "change_table"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return _with_username(super().get_queryset(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{self.table_words(row)} {row.row}"

    @admin.display(description=_("When"), ordering="at")
    def when(self, entry: Any) -> str:
        """To the second: the order of changes is what one looks here for."""
        return date_format(timezone.localtime(entry.at), "Y-m-d H:i:s")

    @admin.display(description=_("Table"), ordering="table")
    def table_words(self, entry: Any) -> str:
        return {**TABLES, REFUSED: REFUSED_WORDS}.get(entry.table, entry.table)

    @admin.display(description=_("Row"), ordering="row")
    def row_link(self, entry: Any) -> str:
        """The row's own page, where its table has one."""
        for model in self.admin_site._registry:
            if model._meta.db_table == entry.table:
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
                return format_html('<a href="{}">{}</a>', reverse(name, args=[entry.row]), entry.row)
        return entry.row

    @admin.display(description=_("Who"))
    def who(self, entry: Any) -> str:
        return entry.username or entry.role

    @admin.display(description=_("Changes"))
    def changes(self, entry: Any) -> SafeString:
        """The first few, old value before new; the row's own page has all of them."""
        changed = _changed(entry)
        lines = format_html_join("", "<div>{}: {} → {}</div>", changed[:SHOWN_IN_LIST])
        return format_html("{}{}", lines, "…" if len(changed) > SHOWN_IN_LIST else "")

    @admin.display(description=_("Changes"))
    def change_table(self, entry: Any) -> SafeString:
        rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', _changed(entry))
        head = format_html("<tr><th></th><th>{}</th><th>{}</th></tr>", _("Before"), _("After"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, rows)


def _changed(entry: TrailEntry) -> list[tuple[str, str, str]]:
    """Column, old and new value, as words; a column that was and is empty says nothing."""
    old, new = entry.old or {}, entry.new or {}
    words = [(column, _word(old.get(column)), _word(new.get(column))) for column in sorted({*old, *new})]
    return [(column, before, after) for column, before, after in words if (before, after) != (NOTHING, NOTHING)]


def _word(value: Any) -> str:
    return NOTHING if value in (None, "") else str(value)
