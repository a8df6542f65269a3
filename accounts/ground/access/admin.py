"""Base classes of the back office: every admin page reads through `unscoped` under the office's own login.

What stands here knows no noun; each slice registers its rows in an `admin.py` of its own.
"""

import re
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models.fields.related import RelatedField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import current_alias
from accounts.ground.access.forms import OfficeForm, rows_of
from accounts.ground.amounts import number_words
from accounts.ground.tree.models import NUMBER_PATTERN
from portal.lib.money import CURRENCIES, MINOR_UNITS, USUAL_PLACES

MOST_COUNTED = 10_000
MOST_CHOICES = 100
# What the filters of a list add to a column's name in an address.
_FILTER_PARTS = ("exact", "isnull", "id__exact", "pk__exact", "gte", "lt", "lte", "gt", "year", "month", "day")


def is_office(request: HttpRequest) -> bool:
    """Whether the visitor sits in the back office; the seat gives every right here, and nothing else does."""
    seat = getattr(request, "seat", None)
    return seat is not None and seat.role == "office" and bool(request.user.is_staff)  # type: ignore[union-attr]


def shown_money(value: Decimal | None, currency: str = "", places: int | None = None) -> SafeString:
    """An amount as the pages show it, with the currency beside it."""
    text = number_words(value, places if places is not None else MINOR_UNITS.get(currency, USUAL_PLACES))
    if value is None or not currency:
        return format_html('<span class="money">{}</span>', text)
    return format_html('<span class="money">{} <span class="cur">{}</span></span>', text, currency)


def money_column(field: str, words: Any, *, currency: str = "currency", places: int | None = None) -> Callable:
    """A list column for an amount, sortable by it, with the currency of the same row ("" for none)."""

    @admin.display(description=words, ordering=field)
    def column(row: Any) -> SafeString:
        return shown_money(getattr(row, field), getattr(row, currency) if currency else "", places)

    column.__name__ = f"shown_{field}"
    return column


class CappedPaginator(Paginator):
    """Counts no further than anybody pages: a count of a million rows costs more than the page it stands under."""

    most_counted = MOST_COUNTED

    @cached_property
    def _found(self) -> int:
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows)
        return rows.order_by()[: self.most_counted + 1].count()

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self._found, self.most_counted)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than the pages reach."""
        return self._found > self.most_counted


class RelatedFilter(admin.RelatedFieldListFilter):
    """Filter by a related row, read through `unscoped`: `list_filter = [("firm", RelatedFilter)]`."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = rows_of(field.remote_field.model)[:MOST_CHOICES]
        return [(row.pk, str(row)) for row in rows]


class CurrencyFilter(admin.SimpleListFilter):
    """Filter by currency, from the list of those there are; asking a large table for its own would read all of it."""

    title = gettext_lazy("currency")
    parameter_name = "currency"
    column = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in CURRENCIES]

    def queryset(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return queryset.filter(**{self.column: self.value()}) if self.value() in CURRENCIES else queryset


class BaseCurrencyFilter(CurrencyFilter):
    """The same for rows that call it their base currency."""

    column = "base_currency"


class OfficeMixin(BaseModelAdmin):
    """What lists, pages and inlines of the back office have in common."""

    form: type[forms.ModelForm] = OfficeForm
    may_add = True
    may_change = True
    may_delete = False

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        rows = rows_of(self.model)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> "models.QuerySet[Any]":
        return rows_of(db_field.remote_field.model)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A foreign key without the add and change windows that Django puts around it: rows are made by actions."""
        if isinstance(db_field, models.ForeignKey):
            return self.formfield_for_foreignkey(db_field, request, **kwargs)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field that searches as one types. Django's own way asks the closed manager before we could object."""
        kwargs.pop("using", None)
        kwargs.setdefault("widget", AutocompleteSelect(db_field, self.admin_site))
        kwargs.setdefault("queryset", rows_of(db_field.remote_field.model))
        return RelatedField.formfield(
            db_field,
            form_class=forms.ModelChoiceField,
            to_field_name=db_field.remote_field.field_name,
            blank=db_field.blank,
            **kwargs,
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_office(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_office(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and is_office(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and is_office(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and is_office(request)


class OfficeAdmin(OfficeMixin, admin.ModelAdmin):
    """A list and page of the back office. Rows are not deleted unless `may_delete` says so.

    `words` names the rows in menu and headings; `number_lookup` leads to the account's number. `list_select_related`
    names what the columns read, so a page costs the same number of queries whatever it shows. `totals` = (amount,
    currency) adds up the filtered rows under the list.
    """

    words: Any = ""
    # What asks for the password again: list actions by name, and whether adding, changing or deleting does.
    sensitive_actions: tuple[str, ...] = ()
    is_sensitive = False
    number_lookup = ""
    totals: tuple[str, str] | None = None
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER

    def name_of(self, row: Any) -> str:
        """What a row's page is headed with."""
        if type(row).__str__ is models.Model.__str__:  # "CashLine object (7)" is no name
            return f"{capfirst(self.opts.verbose_name)} {row.pk}"
        return str(row)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters beside the list: Django lets an address ask for any column, letter by letter."""
        return any(lookup in (name, *(f"{name}__{part}" for part in _FILTER_PARTS)) for name in self._filtered(request))

    def _filtered(self, request: HttpRequest) -> list[str]:
        """The columns that this list is filtered by, and the names of filters of its own."""
        named = [one[0] if isinstance(one, tuple | list) else one for one in self.get_list_filter(request)]
        named += [self.date_hierarchy] if self.date_hierarchy else []
        return [one if isinstance(one, str) else getattr(one, "parameter_name", "") for one in named]

    def needs_step_up(self, request: HttpRequest) -> bool:
        """Whether this post is one of the acts that ask who is there; the gates in front of all pages obey it."""
        if "action" in request.POST:
            return not set(request.POST.getlist("action")).isdisjoint(self.sensitive_actions)
        return self.is_sensitive

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple[str, Any]]:
        first = [("", _("Choose an action"))] if default_choices is None else default_choices
        return super().get_action_choices(request, first)

    def get_search_results(
        self, request: HttpRequest, queryset: "models.QuerySet[Any]", search_term: str
    ) -> "tuple[models.QuerySet[Any], bool]":
        """The beginning of an account number goes straight to its index; all else is looked for in all fields."""
        number = search_term.strip().upper()
        if self.number_lookup and re.fullmatch(NUMBER_PATTERN, number):
            return queryset.filter(**{f"{self.number_lookup}__startswith": number}), False
        return super().get_search_results(request, queryset, search_term)

    def row_actions(self, request: HttpRequest, row: Any) -> Sequence[str]:
        """Names of list actions that stand as buttons on this row's page; each is done for the row alone."""
        return ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, {"title": self.words, **(extra_context or {})})
        shown = getattr(response, "context_data", None) or {}
        if self.totals and "cl" in shown:
            amount, currency = self.totals
            rows = shown["cl"].queryset.order_by().values(currency)
            sums = rows.annotate(total=models.Sum(amount), rows=models.Count("pk")).order_by(currency)
            shown["sums"] = [(one["rows"], shown_money(one["total"], one[currency])) for one in sums]
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = kwargs.get("obj")
        if row is not None:
            wanted, words = self.row_actions(request, row), dict(self.get_action_choices(request, []))
            context["buttons"] = [(name, words[name]) for name in wanted if name in words]
            context["subtitle"] = self.name_of(row)
        context["words"] = self.words
        return super().render_change_form(request, context, *args, **kwargs)

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> Any:
        return super().render_delete_form(request, {**context, "subtitle": self.name_of(context["object"])})

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Back to the row where the button was on its page."""
        response = super().response_action(request, *args, **kwargs)
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if "from_row" in request.POST and len(chosen) == 1 and isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(self.page_of(chosen[0]))
        return response

    def page_of(self, key: Any) -> str:
        """The address of a row's page."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[key])


class ReadOnlyMixin:
    """Nothing is added, changed or removed by hand: money and records of what happened."""

    may_add = False
    may_change = False
    may_delete = False


class ReadOnlyAdmin(ReadOnlyMixin, OfficeAdmin):
    """Rows to look at. A forged form is answered with 403 and moves nothing."""


class ReadOnlyInline(ReadOnlyMixin, OfficeMixin, admin.TabularInline):
    """Rows of a parent to look at, on the parent's page."""

    extra = 0
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_office(request)


class MakingAdmin(OfficeAdmin):
    """Rows that come into being through an action of their noun, so the rules and their words are the action's.

    `making_form` asks; `make` calls the action and returns the row. What it raises of `refusals` is shown as a
    sentence on the form, and nothing stays of the attempt.
    """

    making_form: type[forms.Form]
    refusals: tuple[type[Exception], ...] = (ValidationError,)

    @abstractmethod
    def make(self, request: HttpRequest, form: Any) -> models.Model:
        """Do it; the caller holds the transaction."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        given = (request.POST, request.FILES) if is_sent else ()
        form = self.making_form(*given, initial=self.get_changeform_initial_data(request))
        if is_sent and form.is_valid():
            made = self._made(request, form)
            if made is not None:
                self.log_addition(request, made, [{"added": {}}])
                return self.response_add(request, made)
        return self._making_page(request, form, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in, as far as the fields can hold it."""
        found = {}
        for name, field in self.making_form.base_fields.items():
            with suppress(ValidationError):
                if name in request.GET and field.to_python(request.GET[name]) is not None:
                    found[name] = request.GET[name]
        return found

    def _made(self, request: HttpRequest, form: forms.Form) -> models.Model | None:
        try:
            with transaction.atomic(using=current_alias.get()):
                return self.make(request, form)
        except self.refusals as problem:
            form.add_error(None, problem if isinstance(problem, ValidationError) else str(problem))
            return None

    def _making_page(
        self, request: HttpRequest, form: Any, form_url: str, extra: dict[str, Any] | None
    ) -> HttpResponse:
        page = helpers.AdminForm(form, [(None, {"fields": list(form.fields)})], {}, (), model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add %(thing)s") % {"thing": self.opts.verbose_name},
            "adminform": page,
            "object_id": None,
            "original": None,
            "is_popup": False,
            "to_field": None,
            "media": self.media + form.media,
            "inline_admin_formsets": [],
            "errors": helpers.AdminErrorList(form, []),
            **(extra or {}),
        }
        answer = self.render_change_form(request, context, add=True, form_url=form_url)
        if form.is_bound:
            answer.status_code = 422
        return answer


def choice_of(
    model: type[models.Model], name: str, *, label: Any, required: bool = True, help_text: Any = "", **lookups: Any
) -> forms.ModelChoiceField:
    """A form field that searches the rows which a foreign key of `model` may point at, for forms of actions."""
    field = model._meta.get_field(name)
    if not isinstance(field, models.ForeignKey):
        raise TypeError(f"{model.__name__}.{name} is no foreign key")
    rows = rows_of(field.remote_field.model).filter(**lookups)
    widget = AutocompleteSelect(field, admin.site)
    return forms.ModelChoiceField(rows, label=label, required=required, help_text=help_text, widget=widget)
