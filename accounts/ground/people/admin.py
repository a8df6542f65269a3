"""People in the back office: sign-ins, seats, parties and rights, changed through the actions that pages use too."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.ground.access.admin import MakingAdmin, OfficeAdmin, OfficeForm, RelatedFilter, choice_of, rows_of
from accounts.ground.people import actions as people
from accounts.ground.people import attempts
from accounts.ground.people.models import ClientRight, Party, Role, Seat, User
from accounts.ground.people.names import is_free
from accounts.ground.people.notices import tell_moved, tell_other_party, tell_renewed
from accounts.ground.tree.models import Kind

# Letters and digits that nobody mistakes for one another when reading them out.
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
_LANGUAGES = settings.LANGUAGES


def temporary_password() -> str:
    """About a hundred bits in four groups, easy to read out and to type."""
    return "-".join(get_random_string(5, _READABLE) for _group in range(4))


class UserForm(forms.Form):
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    party = choice_of(
        User, "party", label=gettext_lazy("Party"), required=False, help_text=gettext_lazy("The person in the books")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=_LANGUAGES)

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        User.username_validator(username)
        return username

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        party = said.get("party")
        if "username" in said and not is_free(said["username"], party=party.pk if party else None):
            self.add_error("username", _("Somebody signs in with this name already."))
        return said


class UserChangeForm(OfficeForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=_LANGUAGES)


@admin.register(User)
class UserAdmin(MakingAdmin):
    """Sign-ins. A password is only ever set anew and shown once; what is stored of it is shown nowhere."""

    words = gettext_lazy("Users")
    making_form = UserForm
    form = UserChangeForm
    list_display = ["username", "full_name", "email", "party", "sits_as", "is_active", "last_login"]
    list_filter = ["is_active", ("seats__role", admin.ChoicesFieldListFilter)]
    list_select_related = ["party"]
    search_fields = ["username", "email", "first_name", "last_name", "party__legal_name"]
    ordering = ["username"]
    actions = ["deactivate", "activate", "end_seats", "renew_password", "restore"]
    sensitive_actions = ("deactivate", "activate", "end_seats", "renew_password", "restore")
    is_sensitive = True
    _known = ("username", "timezone", "sits_as", "is_active", "last_login", "date_joined")
    fields = ("first_name", "last_name", "email", "party", "language", *_known)
    readonly_fields = _known

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        seats = Seat.unscoped.filter(is_active=True).select_related("practice", "party", "account").order_by("pk")
        return super().get_queryset(request).prefetch_related(models.Prefetch("seats", seats, to_attr="living_seats"))

    @admin.display(description=gettext_lazy("Name"), ordering="last_name")
    def full_name(self, user: Any) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("Sits as"))
    def sits_as(self, user: Any) -> str:
        return ", ".join(_seat_words(seat) for seat in user.living_seats) or "\N{EM DASH}"

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        if not row.is_active:
            return ["activate"]
        mine = row.pk == request.user.pk
        acts = ["renew_password"] if mine else ["renew_password", "end_seats", "deactivate"]
        return ["restore", *acts] if attempts.disabled_names([row.username]) else acts

    @admin.action(description=gettext_lazy("Restore a login that wrong passwords have disabled"))
    def restore(self, request: HttpRequest, users: "models.QuerySet[User]") -> None:
        """Whoever asks for it has proved on the telephone who they are; that is the back office's to make sure of."""
        names = [user.username for user in users if attempts.restore(user.username)]
        for user in users.filter(username__in=names):
            self.log_change(request, user, _("The login was restored."))
        words = ngettext("%(count)d login was restored.", "%(count)d logins were restored.", len(names))
        self.message_user(request, words % {"count": len(names)}, messages.SUCCESS if names else messages.WARNING)

    @sensitive_variables()
    def make(self, request: HttpRequest, form: UserForm) -> User:
        password = temporary_password()
        user = people.create_user(**form.cleaned_data, password=password)
        user.temporary_password = password
        return user

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever is to be impersonated hears of it at the address that the books still hold."""
        if change and "party" in form.changed_data:
            tell_other_party(obj, Party.unscoped.filter(pk=form.initial.get("party")).first(), timezone.now())
        if change and "email" in form.changed_data:
            tell_moved(obj, timezone.now())
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_password(request, obj)

    @admin.action(description=gettext_lazy("Give a new temporary password"))
    @sensitive_variables()
    def renew_password(self, request: HttpRequest, users: "models.QuerySet[User]") -> HttpResponse | None:
        if users.count() != 1:
            self.message_user(request, _("Choose one user; each password is shown once."), messages.WARNING)
            return None
        user: Any = users.get()
        user.temporary_password = temporary_password()
        people.renew_password(user=user, password=user.temporary_password, signs_out=user.pk != request.user.pk)
        self.log_change(request, user, [{"changed": {"fields": ["password"]}}])
        if user.pk != request.user.pk:
            tell_renewed(user, timezone.now())
        return self._show_password(request, user)

    def _show_password(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The answer itself, without a redirect: a password must not wait in a cookie for the next page."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Temporary password"),
            "person": user,
            "opts": self.opts,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "office/temporary_password.html", context, headers=headers)

    @admin.action(description=gettext_lazy("Deactivate"))
    def deactivate(self, request: HttpRequest, users: "models.QuerySet[User]") -> None:
        """Nobody signs in with it any more, and whoever is signed in is signed out."""
        others = list(users.filter(is_active=True).exclude(pk=_self(request)).order_by("pk"))
        for user in others:
            people.deactivate(user=user)
            self.log_change(request, user, _("Deactivated"))
        words = ngettext("%(count)d user was deactivated.", "%(count)d users were deactivated.", len(others))
        self.message_user(request, words % {"count": len(others)}, _level(others))

    @admin.action(description=gettext_lazy("Activate"))
    def activate(self, request: HttpRequest, users: "models.QuerySet[User]") -> None:
        back = list(users.filter(is_active=False).order_by("pk"))
        for user in back:
            people.activate(user=user)
            self.log_change(request, user, _("Activated"))
        words = ngettext("%(count)d user was activated.", "%(count)d users were activated.", len(back))
        self.message_user(request, words % {"count": len(back)}, _level(back))

    @admin.action(description=gettext_lazy("End all seats"))
    def end_seats(self, request: HttpRequest, users: "models.QuerySet[User]") -> None:
        seats = Seat.unscoped.filter(user__in=users.order_by(), is_active=True)
        end_seats(self, request, seats)


def end_seats(page: OfficeAdmin, request: HttpRequest, seats: "models.QuerySet[Seat]") -> None:
    """End seats, but never one's own: the back office must not lock itself out by a slip."""
    ended = list(seats.filter(is_active=True).exclude(user_id=_self(request)).select_related("user").order_by("pk"))
    at = timezone.now()
    for seat in ended:
        people.end_seat(seat=seat, at=at)
    words = ngettext("%(count)d seat was ended.", "%(count)d seats were ended.", len(ended))
    page.message_user(request, words % {"count": len(ended)}, _level(ended))


def _self(request: HttpRequest) -> int:
    return request.seat.user_id  # type: ignore[attr-defined]


def _level(done: list[Any]) -> int:
    return messages.SUCCESS if done else messages.WARNING


def _seat_words(seat: Any) -> str:
    """What a seat is, in words; needs practice, party and account beside it."""
    place = seat.practice or seat.party or seat.account
    return f"{seat.get_role_display()}: {place}" if place else seat.get_role_display()


class SeatForm(forms.Form):
    """Which of account and party is asked for follows from the role."""

    user = choice_of(Seat, "user", label=gettext_lazy("User"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    account = choice_of(
        Seat,
        "account",
        label=gettext_lazy("Account"),
        required=False,
        help_text=gettext_lazy(
            "For an advisor or a money manager the master account, for an STL person the STL account"
        ),
    )
    party = choice_of(
        Seat, "party", label=gettext_lazy("Party"), required=False, help_text=gettext_lazy("For a client")
    )

    _kinds = {
        Role.TOP: Kind.TOP_MASTER,
        Role.SECOND: Kind.SECOND_MASTER,
        Role.STL: Kind.STL_MASTER,
        Role.STL_SUB: Kind.STL_SUB,
        Role.MANAGER: Kind.MONEY_MANAGER,
    }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        role, kind = given.get("role"), self._kinds.get(given.get("role", ""))
        if role == Role.CLIENT and not given.get("party"):
            self.add_error("party", _("A client's seat needs the party it acts for."))
        if kind and (not given.get("account") or given["account"].kind != kind):
            self.add_error("account", _("This role needs an account of the kind: %(kind)s") % {"kind": kind.label})
        if not self.errors and self._seats(given).exists():
            raise ValidationError(_("This person has, or had, this seat: open it in the list of seats."))
        return given

    def _seats(self, given: dict[str, Any]) -> "models.QuerySet[Seat]":
        seats = rows_of(Seat).filter(user=given["user"], role=given["role"])
        if given["role"] in (Role.TOP, Role.SECOND):
            return seats.filter(practice=given["account"].practice_id)
        if given["role"] == Role.CLIENT:
            return seats.filter(party=given["party"])
        return seats.filter(account=given["account"]) if given["role"] != Role.OFFICE else seats


@admin.register(Seat)
class SeatAdmin(MakingAdmin):
    words = gettext_lazy("Seats")
    making_form = SeatForm
    may_change = False
    list_display = ["user", "role", "practice", "account", "party", "firm", "is_active", "created_at", "ended_at"]
    list_filter = ["is_active", "role", ("firm", RelatedFilter)]
    list_select_related = ["user", "practice", "account", "party", "firm"]
    search_fields = ["user__username", "practice__name", "party__legal_name", "account__number"]
    ordering = ["user__username", "pk"]
    actions = ["end", "reopen"]
    sensitive_actions = ("end", "reopen")
    is_sensitive = True

    def name_of(self, row: Any) -> str:
        return f"{row.user.username}, {_seat_words(row)}"

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["end"] if row.is_active else ["reopen"]

    def make(self, request: HttpRequest, form: SeatForm) -> Seat:
        given = form.cleaned_data
        if given["role"] == Role.OFFICE:
            return people.seat_office(user=given["user"])
        if given["role"] == Role.CLIENT:
            return people.seat_client(user=given["user"], party=given["party"])
        if given["role"] in (Role.TOP, Role.SECOND):
            return people.seat_advisor(user=given["user"], master=given["account"])
        seat = people.seat_manager if given["role"] == Role.MANAGER else people.seat_stl
        return seat(user=given["user"], account=given["account"])

    @admin.action(description=gettext_lazy("End the seat"))
    def end(self, request: HttpRequest, seats: "models.QuerySet[Seat]") -> None:
        end_seats(self, request, seats)

    @admin.action(description=gettext_lazy("Open the seat again"))
    def reopen(self, request: HttpRequest, seats: "models.QuerySet[Seat]") -> None:
        back = list(seats.filter(is_active=False).select_related("user").order_by("pk"))
        for seat in back:
            people.reopen_seat(seat=seat)
        words = ngettext("%(count)d seat is open again.", "%(count)d seats are open again.", len(back))
        self.message_user(request, words % {"count": len(back)}, _level(back))


class PartyForm(forms.Form):
    practice = choice_of(Party, "practice", label=gettext_lazy("Practice"))
    legal_name = forms.CharField(label=gettext_lazy("Legal name"), max_length=200)
    is_organisation = forms.BooleanField(label=gettext_lazy("An organisation"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    residence = forms.RegexField(
        r"^[A-Z]{3}$",
        label=gettext_lazy("Residence"),
        required=False,
        help_text=gettext_lazy("Three letters, such as USA"),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=_LANGUAGES)


@admin.register(Party)
class PartyAdmin(MakingAdmin):
    words = gettext_lazy("Parties")
    making_form = PartyForm
    list_display = ["legal_name", "is_organisation", "practice", "firm", "residence", "email", "created_at"]
    list_filter = ["is_organisation", ("firm", RelatedFilter)]
    list_select_related = ["practice", "firm"]
    search_fields = ["legal_name", "email"]
    ordering = ["legal_name", "pk"]
    fields = ["legal_name", "is_organisation", "firm", "practice", "email", "residence", "language", "born_on"]
    readonly_fields = ["firm", "practice"]

    def make(self, request: HttpRequest, form: PartyForm) -> Party:
        return people.create_party(**form.cleaned_data)


class RightForm(forms.Form):
    party = choice_of(ClientRight, "party", label=gettext_lazy("Party"))
    account = choice_of(ClientRight, "account", label=gettext_lazy("Account"))
    may_sign = forms.BooleanField(label=gettext_lazy("May sign"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        party, account = given.get("party"), given.get("account")
        if party and account and party.firm_id != account.firm_id:
            raise ValidationError(_("Party and account belong to different firms."))
        return given


@admin.register(ClientRight)
class ClientRightAdmin(MakingAdmin):
    words = gettext_lazy("Client rights")
    making_form = RightForm
    is_sensitive = True
    may_delete = True
    list_display = ["party", "account", "may_sign", "firm"]
    list_filter = ["may_sign", ("firm", RelatedFilter)]
    list_select_related = ["party", "account", "firm"]
    search_fields = ["party__legal_name", "account__number", "account__title"]
    number_lookup = "account__number"
    ordering = ["party__legal_name", "pk"]
    fields = ["party", "account", "firm", "may_sign"]
    readonly_fields = ["party", "account", "firm"]

    def name_of(self, row: Any) -> str:
        return f"{row.party}, {row.account.number}"

    def make(self, request: HttpRequest, form: RightForm) -> ClientRight:
        return people.give_right(**form.cleaned_data)
