"""What a practice may write down of a contact, field by field; all of it is sealed in one record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ground.amounts import number_words

PEOPLE = ("person",)
SHORT, LONG = 200, 20_000


@dataclass(frozen=True)
class Field:
    """One field. `form` is text, long, day, choice, many, country, amount, number or share; `kinds` limits it."""

    key: str
    label: str | Promise
    part: str
    form: str = "text"
    choices: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    def is_of(self, kind: str) -> bool:
        """Whether contacts of that kind have it."""
        return not self.kinds or kind in self.kinds


def _same(*words: str) -> dict[str, Any]:
    """Choices that read the same in every language."""
    return {word.lower().rstrip("."): word for word in words}


PARTS = {
    "person": _("Person"),
    "address": _("Addresses"),
    "family": _("Family"),
    "work": _("Work"),
    "about": _("What you know"),
    "means": _("Means"),
    "wealth": _("Sources of wealth, in percent"),
    "investing": _("Investing"),
    "tax": _("Tax residence"),
}
PROFILE = ("person", "address", "family", "work", "about")
FINANCIAL = ("means", "wealth", "investing", "tax")

KNOWLEDGE = {"none": _("None"), "limited": _("Limited"), "good": _("Good"), "extensive": _("Extensive")}
EMPLOYMENT = {
    "employed": _("Employed"),
    "self_employed": _("Self-employed"),
    "retired": _("Retired"),
    "student": _("Student"),
    "unemployed": _("Not employed"),
    "homemaker": _("Homemaker"),
}
MARITAL = {
    "single": _("Single"),
    "married": _("Married"),
    "widowed": _("Widowed"),
    "divorced": _("Divorced"),
    "common_law": _("Common-law partner"),
}
OBJECTIVES = {
    "trading": _("Trading"),
    "growth": _("Growth"),
    "speculation": _("Speculation"),
    "hedging": _("Hedging"),
    "preservation": _("Preservation"),
    "income": _("Income"),
}

FIELDS = (
    Field(
        "salutation",
        _("Salutation"),
        "person",
        "choice",
        {
            "mr": _("Mr."),
            "mrs": _("Mrs."),
            "ms": _("Ms."),
            "dr": _("Dr."),
            "mx": _("Mx."),
            "ind": _("Ind."),
        },
        PEOPLE,
    ),
    Field("middle_name", _("Middle name"), "person", kinds=PEOPLE),
    Field("suffix", _("Suffix"), "person", "choice", _same("Jr.", "Sr.", "I", "II", "III", "IV", "V"), PEOPLE),
    Field("born_on", _("Date of birth"), "person", "day", kinds=PEOPLE),
    Field("gender", _("Gender"), "person", kinds=PEOPLE),
    Field("citizenship", _("Citizenship"), "person", "country", kinds=PEOPLE),
    Field("residence", _("Country of legal residence"), "person", "country"),
    Field("more_phones", _("Other phones"), "person", "long"),
    Field("home_address", _("Residential address"), "address", "long"),
    Field("mailing_address", _("Mailing address, if another"), "address", "long"),
    Field("marital", _("Marital status"), "family", "choice", MARITAL, PEOPLE),
    Field("dependents", _("Dependents"), "family", "number", kinds=PEOPLE),
    Field("family", _("About the family"), "family", "long"),
    Field("employment", _("Employment"), "work", "choice", EMPLOYMENT, PEOPLE),
    Field("employer", _("Employer"), "work", kinds=PEOPLE),
    Field("job_title", _("Job title"), "work", kinds=PEOPLE),
    Field("occupation", _("Occupation"), "work", kinds=PEOPLE),
    Field("retires_in", _("Expects to retire in (year)"), "work", "number", kinds=PEOPLE),
    Field("source", _("How you met"), "about"),
    Field("about", _("Notes"), "about", "long"),
    Field("income", _("Annual net income"), "means", "amount"),
    Field("net_worth", _("Net worth"), "means", "amount"),
    Field("liquid_net_worth", _("Liquid net worth"), "means", "amount"),
    Field("total_assets", _("Total assets"), "means", "amount"),
    Field("other_income", _("Other sources of income"), "means"),
    Field("wealth_work", _("Work"), "wealth", "share"),
    Field("wealth_business", _("Own business"), "wealth", "share"),
    Field("wealth_inheritance", _("Inheritance or gift"), "wealth", "share"),
    Field("wealth_property", _("Property"), "wealth", "share"),
    Field("wealth_investments", _("Investments"), "wealth", "share"),
    Field("wealth_other", _("Other"), "wealth", "share"),
    Field("objectives", _("Investment objectives"), "investing", "many", OBJECTIVES),
    Field("knows_stocks", _("Knowledge of stocks"), "investing", "choice", KNOWLEDGE),
    Field("knows_bonds", _("Knowledge of bonds"), "investing", "choice", KNOWLEDGE),
    Field("knows_funds", _("Knowledge of funds"), "investing", "choice", KNOWLEDGE),
    Field("knows_options", _("Knowledge of options"), "investing", "choice", KNOWLEDGE),
    Field("knows_forex", _("Knowledge of forex"), "investing", "choice", KNOWLEDGE),
    Field("invests_for", _("Years of experience"), "investing", "number"),
    Field("tax_country", _("Country"), "tax", "country"),
    Field("tax_number", _("Tax number"), "tax"),
    Field("tax_country_2", _("Second country"), "tax", "country"),
    Field("tax_number_2", _("Tax number there"), "tax"),
)
BY_KEY = {one.key: one for one in FIELDS}


def of_part(part: str, kind: str) -> list[Field]:
    """The fields of a part that a kind of contact has."""
    return [one for one in FIELDS if one.part == part and one.is_of(kind)]


def in_words(field: Field, value: str) -> str:
    """A stored value as a person reads it."""
    if field.form == "choice":
        return str(field.choices.get(value, value))
    if field.form == "many":
        return ", ".join(str(field.choices.get(one, one)) for one in value.split())
    # What somebody has just typed need not be a number yet.
    if field.form == "amount" and value.isascii() and value.replace(".", "", 1).isdigit():
        return number_words(Decimal(value))
    return f"{value} %" if field.form == "share" else value
