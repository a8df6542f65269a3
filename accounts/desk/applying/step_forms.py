"""The steps of an application as a client fills them in: few questions a page, each page saved by itself."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk.applying import rules
from accounts.desk.applying.forms import CountryField, dressed
from accounts.desk.applying.kinds import USA, AccountKind, Group
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.fields import PlainDecimalField, amount_field
from accounts.ground.tree.models import CURRENCIES, Margin

Answers = Mapping[str, Mapping[str, str]]

EMPLOYMENT = (
    ("employed", gettext_lazy("Employed")),
    ("self", gettext_lazy("Self-employed")),
    ("retired", gettext_lazy("Retired")),
    ("student", gettext_lazy("Student")),
    ("none", gettext_lazy("Without employment")),
)
OBJECTIVES = (
    ("growth", gettext_lazy("Growth")),
    ("income", gettext_lazy("Income")),
    ("preservation", gettext_lazy("Preservation")),
    ("trading", gettext_lazy("Trading")),
    ("hedging", gettext_lazy("Hedging")),
    ("speculation", gettext_lazy("Speculation")),
)
EXPERIENCE = (
    ("0", gettext_lazy("None")),
    ("1", gettext_lazy("1 to 2 years")),
    ("3", gettext_lazy("3 to 5 years")),
    ("6", gettext_lazy("6 to 10 years")),
    ("11", gettext_lazy("More than 10 years")),
)
SOURCES = (
    ("work", gettext_lazy("Income from work")),
    ("savings", gettext_lazy("Savings")),
    ("inheritance", gettext_lazy("Inheritance or gift")),
    ("business", gettext_lazy("Business or property")),
    ("pension", gettext_lazy("Pension")),
    ("other", gettext_lazy("Other")),
)
LATER = "later"
FUNDING = (
    (LATER, gettext_lazy("I decide later")),
    ("wire", gettext_lazy("Bank transfer (wire)")),
    ("ach", gettext_lazy("Direct debit (ACH)")),
    ("check", gettext_lazy("Check")),
    ("positions", gettext_lazy("Transfer of positions from another broker")),
)
INHERITORS = (
    ("spouse", gettext_lazy("Spouse")),
    ("individual", gettext_lazy("Individual")),
    ("trust", gettext_lazy("Trust")),
    ("other", gettext_lazy("Other")),
)
RELATIONS = (
    ("", "\N{EM DASH}"),
    ("spouse", gettext_lazy("Spouse")),
    ("child", gettext_lazy("Child")),
    ("parent", gettext_lazy("Parent")),
    ("sibling", gettext_lazy("Brother or sister")),
    ("other", gettext_lazy("Other person")),
    ("trust", gettext_lazy("Trust")),
    ("estate", gettext_lazy("Estate")),
    ("charity", gettext_lazy("Charity")),
)
HEIRS = 4


def _text(words: Any, most: int = 100, **more: Any) -> forms.CharField:
    return forms.CharField(label=words, max_length=most, **more)


def _day(words: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=words, widget=widget, input_formats=["%Y-%m-%d"], **more)


class StepForm(forms.Form):
    """One page: its fields, what is never shown again, and what the earlier pages have said."""

    slug = ""
    words: Any = ""
    # Typed once and never sent back to a browser; left empty, what was typed before stays.
    hidden_again: tuple[str, ...] = ()

    def __init__(self, *args: Any, kind: AccountKind, day: date, answers: Answers, **more: Any) -> None:
        self.kind, self.day, self.answers = kind, day, answers
        self.held = dict(answers.get(self.slug, {}))
        begin = {name: text for name, text in self.held.items() if name not in self.hidden_again}
        more["initial"] = {**more.get("initial", {}), **begin}
        super().__init__(*args, **more)
        self.shape()
        for name in self.hidden_again:
            if self.held.get(name) and name in self.fields:
                self.fields[name].required = False
                self.fields[name].help_text = _("Given already; leave it empty to keep it.")
        dressed(self)

    def shape(self) -> None:
        """Fields that this kind of account does not need leave, others come."""

    def said(self) -> dict[str, str]:
        """The answers in their stored form; what is hidden and was left empty stays as it was."""
        told = {}
        for name, value in self.cleaned_data.items():
            if value in (None, "") and name in self.hidden_again and self.held.get(name):
                told[name] = self.held[name]
            elif value not in (None, ""):
                told[name] = value.isoformat() if isinstance(value, date) else str(value)
        return told

    def check(self, field: str | None, rule: Any, *args: Any, **more: Any) -> None:
        """Ask a rule; what it refuses is said at the field."""
        try:
            rule(*args, **more)
        except ApplicationProblem as problem:
            self.add_error(field, str(problem))


class PersonStep(StepForm):
    """Who applies, and who else holds the account."""

    slug, words = "person", gettext_lazy("About you")

    first_name = _text(gettext_lazy("First name"))
    last_name = _text(gettext_lazy("Last name"))
    born_on = _day(gettext_lazy("Date of birth"))
    phone = forms.RegexField(
        label=gettext_lazy("Phone"),
        regex=r"^[+\d][\d ()./-]{3,30}$",
        max_length=40,
        error_messages={"invalid": gettext_lazy("That is not a phone number.")},
    )

    def shape(self) -> None:
        group = self.kind.group
        if group == Group.JOINT:
            self.fields["second_first"] = _text(gettext_lazy("First name of the second holder"))
            self.fields["second_last"] = _text(gettext_lazy("Last name of the second holder"))
            self.fields["second_born_on"] = _day(gettext_lazy("Date of birth of the second holder"))
        elif group == Group.CUSTODIAL:
            self.fields["minor_first"] = _text(gettext_lazy("First name of the minor"))
            self.fields["minor_last"] = _text(gettext_lazy("Last name of the minor"))
            self.fields["minor_born_on"] = _day(gettext_lazy("Date of birth of the minor"))
        elif group in (Group.TRUST, Group.ORGANISATION):
            is_trust = group == Group.TRUST
            words = gettext_lazy("Name of the trust") if is_trust else gettext_lazy("Name of the organisation")
            self.fields["entity_name"] = _text(words, 200)
            self.fields["entity_country"] = CountryField(label=gettext_lazy("Country in which it was formed"))
            self.fields["formed_on"] = _day(gettext_lazy("Date on which it was formed"))
            self.order_fields(["entity_name", "entity_country", "formed_on"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("born_on", "second_born_on"):
            if given.get(name):
                self.check(name, rules.check_born, given[name], self.day)
        if given.get("minor_born_on"):
            self.check("minor_born_on", rules.check_minor, given["minor_born_on"], self.day)
        if given.get("formed_on") and given["formed_on"] > self.day:
            self.add_error("formed_on", _("That day lies in the future."))
        return given


class HomeStep(StepForm):
    """Where somebody lives and pays taxes."""

    slug, words = "home", gettext_lazy("Address and taxes")
    hidden_again = ("tax_number",)

    street = _text(gettext_lazy("Street and number"), 200)
    city = _text(gettext_lazy("City"))
    region = _text(gettext_lazy("State or region"), required=False)
    postcode = _text(gettext_lazy("Postal code"), 20, required=False)
    country = CountryField(label=gettext_lazy("Country of residence"), help_text=gettext_lazy("Three letters"))
    citizenship = CountryField(label=gettext_lazy("Citizenship"), help_text=gettext_lazy("Three letters"))
    tax_country = CountryField(label=gettext_lazy("Country of tax residence"), help_text=gettext_lazy("Three letters"))
    tax_number = _text(gettext_lazy("Tax identification number"), 30)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("country") and given.get("tax_country"):
            places = {"country": given["country"], "tax_country": given["tax_country"]}
            self.check("tax_country", rules.check_kind, self.kind, **places)
        held, said = self.held.get("tax_country"), given.get("tax_country")
        if held and said and held != said and not given.get("tax_number"):
            # What is not shown again is the number of another country.
            self.add_error("tax_number", _("Type the tax number of this country."))
        return given


class MeansStep(StepForm):
    """Work, means and experience, which every account has to be suitable for."""

    slug, words = "means", gettext_lazy("Work and means")

    employment = forms.ChoiceField(label=gettext_lazy("Employment"), choices=EMPLOYMENT)
    employer = _text(gettext_lazy("Employer"), 200, required=False)
    occupation = _text(gettext_lazy("Occupation"), required=False)
    income = amount_field(gettext_lazy("Annual net income"))
    net_worth = amount_field(gettext_lazy("Net worth"))
    liquid_worth = amount_field(gettext_lazy("Liquid net worth"))
    source = forms.ChoiceField(label=gettext_lazy("Main source of wealth"), choices=SOURCES)
    objective = forms.ChoiceField(label=gettext_lazy("Investment objective"), choices=OBJECTIVES)
    experience = forms.ChoiceField(label=gettext_lazy("Experience with investments"), choices=EXPERIENCE)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("employment") in ("employed", "self") and not given.get("occupation"):
            self.add_error("occupation", _("Please say what you do."))
        whole, liquid = given.get("net_worth"), given.get("liquid_worth")
        if whole is not None and liquid is not None and liquid > whole:
            self.add_error("liquid_worth", _("The liquid part is not more than the whole."))
        return given


class AccountStep(StepForm):
    """How the account is set up, and how it is funded first."""

    slug, words = "account", gettext_lazy("The account")

    base_currency = forms.ChoiceField(
        label=gettext_lazy("Base currency"), choices=[(code, code) for code in CURRENCIES]
    )
    margin = forms.ChoiceField(label=gettext_lazy("Cash or margin"), choices=Margin.choices)
    funding = forms.ChoiceField(label=gettext_lazy("How will you fund the account?"), choices=FUNDING)

    def shape(self) -> None:
        self.born = births(self.answers)
        offered = rules.margins_for(self.kind, self.born, self.day)
        # What is not offered is refused in the rule's words, and not as an unknown choice.
        self.fields["margin"].widget.choices = [(one, Margin(one).label) for one in offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("margin"):
            self.check("margin", rules.check_margin, self.kind, self.born, given["margin"], self.day)
        return given


class HeirsStep(StepForm):
    """Who inherits a retirement account, and from whom an inherited one came."""

    slug, words = "heirs", gettext_lazy("Beneficiaries")

    def shape(self) -> None:
        if self.kind.is_inherited:
            self.fields["decedent_name"] = _text(gettext_lazy("Name of the person who left the account"), 200)
            self.fields["decedent_born_on"] = _day(gettext_lazy("Their date of birth"))
            self.fields["decedent_died_on"] = _day(gettext_lazy("Their date of death"))
            self.fields["inheritor"] = forms.ChoiceField(label=gettext_lazy("You inherit as"), choices=INHERITORS)
        for rank in ("primary", "contingent"):
            for place in range(1, HEIRS + 1):
                self._heir(rank, place)

    def _heir(self, rank: str, place: int) -> None:
        is_primary = rank == "primary"
        words = _("Primary beneficiary %(place)s") if is_primary else _("Contingent beneficiary %(place)s")
        name = f"{rank}_{place}"
        self.fields[name] = _text(words % {"place": place}, 200, required=False)
        self.fields[f"{name}_relation"] = forms.ChoiceField(
            label=gettext_lazy("Relationship"), choices=RELATIONS, required=False
        )
        self.fields[f"{name}_percent"] = PlainDecimalField(
            label=gettext_lazy("Share in percent"),
            required=False,
            min_value=Decimal("0.01"),
            max_value=rules.WHOLE,
            max_digits=5,
            decimal_places=2,
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named = {}
        for rank in ("primary", "contingent"):
            shares = named[rank] = []
            for name in (f"{rank}_{place}" for place in range(1, HEIRS + 1)):
                parts = [given.get(name), given.get(f"{name}_relation"), given.get(f"{name}_percent")]
                if any(parts) and not all(parts):
                    self.add_error(name, _("A beneficiary has a name, a relationship and a share."))
                elif all(parts):
                    shares.append(given[f"{name}_percent"])
            self.check(f"{rank}_1", rules.check_shares, shares, are_primary=rank == "primary")
        if named["contingent"] and not named["primary"]:
            self.add_error("primary_1", _("Name primary beneficiaries before contingent ones."))
        born, died = given.get("decedent_born_on"), given.get("decedent_died_on")
        if born and died:
            self.check("decedent_died_on", rules.check_decedent, born, died, self.day)
        return given


def births(answers: Answers) -> list[date]:
    """When the holders were born, as far as they have said."""
    said = answers.get(PersonStep.slug, {})
    return [date.fromisoformat(said[name]) for name in ("born_on", "second_born_on") if said.get(name)]


def steps_of(kind: AccountKind) -> list[type[StepForm]]:
    """The pages of an application of this kind, in their order."""
    steps: list[type[StepForm]] = [PersonStep, HomeStep, MeansStep, AccountStep]
    return [*steps, HeirsStep] if kind.has_heirs else steps


def is_us(answers: Answers) -> bool:
    """Whether the client pays taxes in the United States, which decides the tax form."""
    return answers.get(HomeStep.slug, {}).get("tax_country") == USA
