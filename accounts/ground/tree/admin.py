"""Firms, practices and accounts in the back office; what is made or moved goes through the tree's own actions."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.admin import (
    BaseCurrencyFilter,
    MakingAdmin,
    RelatedFilter,
    choice_of,
    rows_of,
)
from accounts.ground.access.context import current_alias
from accounts.ground.clock import exchange_today
from accounts.ground.consents.actions import end_for_closing
from accounts.ground.tree import actions as tree
from accounts.ground.tree.by_hand import check_by_hand
from accounts.ground.tree.models import (
    CURRENCIES,
    ENTITIES,
    HOLDER_WORDS,
    Account,
    Firm,
    Kind,
    Margin,
    Practice,
    Status,
)
from accounts.ground.tree.rules import TRANSITIONS, TreeProblem, check_holder, clean_number, sort_key

_CURRENCIES = [(code, code) for code in CURRENCIES]
_HOLDERS = [("", "—"), *HOLDER_WORDS.items()]
_ENTITIES = [("", "—"), *((one, one) for one in ENTITIES)]
_MADE_BY_HAND = (Kind.CLIENT, Kind.STL_MASTER, Kind.STL_SUB, Kind.MONEY_MANAGER)


def _how_many(model: type[models.Model], column: str) -> models.Subquery:
    """The number of rows that point here; a sub-select, so joining one count never multiplies another."""
    rows = rows_of(model).filter(**{column: models.OuterRef("pk")}).order_by().values(column)
    return models.Subquery(rows.annotate(n=models.Count("pk")).values("n"))


class _NumberForm(forms.Form):
    """The number of the master or account to be made: in its stored form, and not anybody's yet."""

    number = forms.CharField(label=gettext_lazy("Account number"), max_length=12)

    def clean_number(self) -> str:
        try:
            number = clean_number(self.cleaned_data["number"])
        except TreeProblem as problem:
            raise ValidationError(str(problem)) from problem
        if rows_of(Account).filter(number=number, moved_on=None).exists():
            raise ValidationError(_("There is an account with this number already."))
        return number


def _birth(words: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=gettext_lazy("Date of birth"), required=False, help_text=words, widget=widget)


class _AdvisorForm(_NumberForm):
    """Who holds a master account: a company, or a person of full age."""

    is_organisation = forms.BooleanField(label=gettext_lazy("A company"), required=False, initial=True)
    born_on = _birth(gettext_lazy("Where the advisor is a person and no company: 21 or older"))


class FirmForm(_AdvisorForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    base_currency = forms.ChoiceField(label=gettext_lazy("Base currency"), choices=_CURRENCIES, initial="USD")
    is_professional = forms.BooleanField(label=gettext_lazy("Professional advisor"), required=False, initial=True)
    is_registered = forms.BooleanField(label=gettext_lazy("Registered"), required=False, initial=True)

    field_order = ["name", "number"]


class PracticeForm(_AdvisorForm):
    firm = choice_of(Practice, "firm", label=gettext_lazy("Firm"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    base_currency = forms.ChoiceField(label=gettext_lazy("Base currency"), choices=_CURRENCIES, initial="USD")
    is_registered = forms.BooleanField(label=gettext_lazy("Registered"), required=False, initial=True)

    field_order = ["firm", "name", "number"]


class AccountForm(_NumberForm):
    parent = choice_of(
        Account,
        "parent",
        label=gettext_lazy("Stands below"),
        help_text=gettext_lazy("An advisor master, or an STL master for subs"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(kind.value, kind.label) for kind in _MADE_BY_HAND])
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    alias = forms.CharField(label=gettext_lazy("Alias"), max_length=200, required=False)
    base_currency = forms.ChoiceField(label=gettext_lazy("Base currency"), choices=_CURRENCIES, initial="USD")
    margin_kind = forms.ChoiceField(label=gettext_lazy("Margin"), choices=Margin.choices, initial=Margin.MARGIN)
    account_type = forms.CharField(label=gettext_lazy("Account type"), max_length=60, required=False)
    customer_type = forms.ChoiceField(label=gettext_lazy("Customer type"), choices=_HOLDERS)
    holder_born_on = _birth(
        gettext_lazy("Of the holder, where it is a person: 18 or older, and below 21 with a cash account")
    )
    entity = forms.ChoiceField(label=gettext_lazy("Broker's company"), choices=_ENTITIES, required=False)

    field_order = ["parent", "kind", "number"]


def _becoming(status: Status, words: Any) -> Any:
    """The list action that moves accounts to one status; one that may not is named and the others go on."""

    @admin.action(description=words)
    def become(page: Any, request: HttpRequest, accounts: "models.QuerySet[Any]") -> None:
        changed = 0
        for account in accounts:
            try:
                with transaction.atomic(using=current_alias.get()):
                    check_by_hand(account, status)
                    tree.change_status(account=account, status=status, day=exchange_today())
                    if status == Status.CLOSED:
                        by = request.seat.user_id  # type: ignore[attr-defined]
                        end_for_closing(account=account, at=timezone.now(), by=by)
            except TreeProblem as problem:
                page.message_user(request, f"{account.number}: {problem}", messages.ERROR)
            else:
                changed += 1
        if changed:
            words = ngettext("%(count)d account is now %(status)s.", "%(count)d accounts are now %(status)s.", changed)
            page.message_user(request, words % {"count": changed, "status": status.label}, messages.SUCCESS)

    become.__name__ = f"become_{status.value}"
    return become


STATUS_ACTIONS = [
    _becoming(Status.PENDING, gettext_lazy("Mark as pending")),
    _becoming(Status.OPEN, gettext_lazy("Open the account")),
    _becoming(Status.CLOSED, gettext_lazy("Close the account")),
    _becoming(Status.ABANDONED, gettext_lazy("Mark as abandoned")),
    _becoming(Status.REJECTED, gettext_lazy("Reject the application")),
    _becoming(Status.NEW, gettext_lazy("Start the application again")),
]


@admin.register(Firm)
class FirmAdmin(MakingAdmin):
    words = gettext_lazy("Firms")
    making_form = FirmForm
    refusals = (ValidationError, TreeProblem)
    list_display = ["name", "base_currency", "practices", "accounts", "is_professional", "is_registered", "created_at"]
    list_filter = ["is_professional", "is_registered", BaseCurrencyFilter]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name", "base_currency", "is_professional", "is_registered", "practices", "accounts", "created_at"]
    readonly_fields = ["base_currency", "practices", "accounts", "created_at"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows.annotate(practice_count=_how_many(Practice, "firm_id"), account_count=_how_many(Account, "firm_id"))

    def make(self, request: HttpRequest, form: FirmForm) -> Firm:
        return tree.create_firm(**form.cleaned_data, day=exchange_today()).firm

    @admin.display(description=gettext_lazy("Practices"), ordering="practice_count")
    def practices(self, firm: Any) -> int:
        return firm.practice_count or 0

    @admin.display(description=gettext_lazy("Accounts"), ordering="account_count")
    def accounts(self, firm: Any) -> int:
        return firm.account_count or 0


@admin.register(Practice)
class PracticeAdmin(MakingAdmin):
    words = gettext_lazy("Practices")
    making_form = PracticeForm
    refusals = (ValidationError, TreeProblem)
    list_display = ["name", "firm", "level", "accounts", "is_registered", "created_at"]
    list_filter = ["level", "is_registered", ("firm", RelatedFilter)]
    list_select_related = ["firm"]
    search_fields = ["name", "firm__name"]
    ordering = ["firm__name", "level", "name"]
    fields = ["name", "firm", "level", "is_registered", "is_commodity_registered", "accounts", "created_at"]
    readonly_fields = ["firm", "level", "accounts", "created_at"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return super().get_queryset(request).annotate(account_count=_how_many(Account, "practice_id"))

    def make(self, request: HttpRequest, form: PracticeForm) -> Practice:
        wanted = dict(form.cleaned_data)
        top = rows_of(Account).get(firm=wanted.pop("firm"), kind=Kind.TOP_MASTER)
        return tree.create_second_level(top=top, **wanted, day=exchange_today()).practice

    @admin.display(description=gettext_lazy("Accounts"), ordering="account_count")
    def accounts(self, practice: Any) -> int:
        return practice.account_count or 0


@admin.register(Account)
class AccountAdmin(MakingAdmin):
    words = gettext_lazy("Accounts")
    making_form = AccountForm
    refusals = (ValidationError, TreeProblem)
    list_display = ["number", "title", "kind", "status", "base_currency", "practice", "firm", "parent_number", "below"]
    list_filter = ["kind", "status", BaseCurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["firm", "practice", "parent"]
    search_fields = ["number__istartswith", "title", "alias"]
    number_lookup = "number"
    search_help_text = gettext_lazy("Number, title or alias")
    ordering = ["sort_key", "id"]
    actions = STATUS_ACTIONS
    fieldsets = [
        (None, {"fields": ["number", "title", "alias", "kind", "status", "firm", "practice", "parent", "below"]}),
        (
            gettext_lazy("Terms"),
            {"fields": ["base_currency", "margin_kind", "account_type", "customer_type", "holder_born_on", "entity"]},
        ),
        (gettext_lazy("Dates"), {"fields": ["application_started_on", "opened_on", "funded_on", "closed_on"]}),
        (gettext_lazy("What belongs to it"), {"fields": ["elsewhere"]}),
    ]
    # The feed and the tree's actions decide these; a person may correct the words.
    _by_hand = ("title", "alias", "account_type", "customer_type")

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return super().get_queryset(request).annotate(child_count=_how_many(Account, "parent_id"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return [name for name in shown if name not in self._by_hand]

    def make(self, request: HttpRequest, form: AccountForm) -> Account:
        wish, day = form.cleaned_data, exchange_today()
        if wish["kind"] == Kind.MONEY_MANAGER:
            return tree.create_money_manager(
                top=wish["parent"],
                name=wish["title"],
                number=wish["number"],
                base_currency=wish["base_currency"],
                is_organisation=wish["holder_born_on"] is None,
                born_on=wish["holder_born_on"],
                day=day,
            )
        holder = {"customer_type": wish["customer_type"], "margin_kind": wish["margin_kind"]}
        check_holder(**holder, born_on=wish["holder_born_on"], day=day)
        return tree.create_account(**wish, day=day)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The kinds of holder there are, and the word that an account has already."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and "customer_type" in form.base_fields:
            kinds = dict([*_HOLDERS, (obj.customer_type, obj.customer_type or "—")])
            field = forms.ChoiceField(label=_("Customer type"), choices=list(kinds.items()), required=False)
            form.base_fields["customer_type"] = field
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The words a person may correct, and the order they put the account in."""
        obj.sort_key = sort_key(obj.title)
        obj.save(update_fields=[*self._by_hand, "sort_key"])

    @admin.display(description=gettext_lazy("Below"), ordering="parent__number")
    def parent_number(self, account: Any) -> str:
        return account.parent.number if account.parent else ""

    @admin.display(description=gettext_lazy("Children"), ordering="child_count")
    def below(self, account: Any) -> int:
        return account.child_count or 0

    @admin.display(description=gettext_lazy("Lists"))
    def elsewhere(self, account: Any) -> SafeString:
        """Links to the lists of this account's rows."""
        lists = (
            (_("Accounts below"), "account", "parent"),
            (_("Movements"), "transfer", "account"),
            (_("Holds"), "hold", "account"),
            (_("Requests"), "request", "account"),
            (_("Events"), "event", "account"),
            (_("Rights"), "clientright", "account"),
        )
        links = (
            (f"{reverse(f'admin:accounts_{model}_changelist')}?{column}__id__exact={account.pk}", words)
            for words, model, column in lists
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return [f"become_{after}" for before, after in sorted(TRANSITIONS) if before == row.status]
