"""Forms about users: who they are, and what they are given as boxes in six groups."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.abilities import BY_KEY, DEFAULTS, FUNDING, GROUP_WORDS, Ability, Group, of_group
from accounts.ground.people.models import Holdings, Seat, SeatAccount, Standing
from accounts.ground.users.rules import Forged, Grant, NewUser

ALL, SOME, NONE = "all", "some", "none"


class PersonForm(forms.Form):
    """Who a user is."""

    username = forms.CharField(label=_("User name"), max_length=150)
    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, standings: tuple[Standing, ...], principals: list[Seat], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["standing"] = forms.ChoiceField(
            label=_("Added as"), choices=[(one.value, one.label) for one in standings]
        )
        if Standing.SECOND in standings:
            self.fields["principal"] = forms.TypedChoiceField(
                label=_("Second user of"),
                coerce=int,
                required=False,
                empty_value=None,
                choices=[("", "\N{EM DASH}"), *((one.pk, one.user.username) for one in principals)],
            )
        for name, field in self.fields.items():
            look = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs |= {"class": look, "autocomplete": "off" if name == "username" else "on"}

    def wish(self, grant: Grant) -> NewUser:
        """What is wished, once the form is valid."""
        given = {**self.cleaned_data, "principal": self.cleaned_data.get("principal")}
        return NewUser(**given, grant=grant)


class InvitedForm(forms.Form):
    """An invited person's own reading of who they are."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"


@dataclass(frozen=True)
class Box:
    """One function as it is drawn."""

    ability: Ability
    is_ticked: bool
    is_fixed: bool


@dataclass(frozen=True)
class GroupBoxes:
    """One group as it is drawn: ticked, mixed or empty, with its functions."""

    key: str
    words: object
    state: str
    ticked: int
    boxes: tuple[Box, ...]


def groups(given: frozenset[str], *, can_fund: bool = True, at_most: frozenset[str] | None = None) -> list[GroupBoxes]:
    """The six groups with what is ticked; what can never be given is there, and disabled."""
    drawn = []
    for group in Group:
        boxes = []
        for one in of_group(group):
            barred = (not can_fund and one.key in FUNDING) or (at_most is not None and one.key not in at_most)
            ticked = one.is_default or (one.key in given and not barred)
            boxes.append(Box(one, ticked, one.is_default or barred))
        count = sum(box.is_ticked for box in boxes)
        state = ALL if count == len(boxes) else SOME if count else NONE
        drawn.append(GroupBoxes(group.value, GROUP_WORDS[group], state, count, tuple(boxes)))
    return drawn


def abilities_of(said: QueryDict, *, barred: frozenset[str] = frozenset()) -> frozenset[str]:
    """The functions that a form ticks. A group's box ticks or clears all of its own, but only when it was changed."""
    given = set(said.getlist("ability"))
    for group in Group:
        box, before = group.value in said.getlist("group"), said.get(f"was_{group.value}", SOME)
        whole = {one.key for one in of_group(group)} - barred
        if box and before != ALL:
            given |= whole
        elif not box and before == ALL and whole <= given:
            given -= whole
    return frozenset(given) | DEFAULTS


def grant_of(said: QueryDict, *, standing: str) -> Grant:
    """What a form gives; words that no form of ours could have said raise Forged."""
    role = said.get("access_role", "")
    if role and not (role.isascii() and role.isdigit() and len(role) < 16):
        raise Forged(_("There is no such role."))
    barred = FUNDING if standing == Standing.SECOND else frozenset()
    return Grant(
        abilities=frozenset() if role else abilities_of(said, barred=barred),
        access_role=int(role) if role else None,
        holdings=said.get("holdings", Holdings.ALL),
        accounts=tuple(dict.fromkeys(said.get("accounts", "").upper().replace(",", " ").split())),
        account_types=tuple(said.getlist("account_types")),
        is_security_officer="is_security_officer" in said,
        is_account_representative="is_account_representative" in said,
        is_employee="is_employee" in said,
    )


def grant_from(seat: Seat) -> Grant:
    """What a user has, as a form begins with it or a copy is made of it."""
    everything = seat.standing == Standing.PRIMARY
    chosen = SeatAccount.unscoped.filter(seat=seat).order_by("account__number")
    return Grant(
        abilities=frozenset(BY_KEY) if everything else frozenset(seat.abilities),
        access_role=seat.access_role_id,
        holdings=seat.holdings,
        accounts=tuple(chosen.values_list("account__number", flat=True)),
        account_types=tuple(seat.account_types),
        is_security_officer=seat.is_security_officer,
        is_account_representative=seat.is_account_representative,
        is_employee=seat.is_employee,
    )


def words_of(abilities: frozenset[str]) -> list[tuple[object, list[object]]]:
    """Functions in words, by group; for reviews and records."""
    found: list[tuple[object, list[object]]] = []
    for group in Group:
        names = [one.words for one in of_group(group) if one.key in abilities or one.is_default]
        if names:
            found.append((GROUP_WORDS[group], names))
    return found
