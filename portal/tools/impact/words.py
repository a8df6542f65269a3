"""The values and practices that the list begins with, and what must be said beside every score."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.lib.words import gettext_noop

DISCLAIMER: str | Promise = gettext_lazy(
    "Scores come from files of data providers and are weighted by the client's own choice. They are for information"
    " only and no advice; nothing here sends an order."
)
UNVERIFIED: str | Promise = gettext_lazy(
    "The list of values and practices comes from general knowledge and is not verified by the data providers. The back"
    " office keeps it."
)
# How the state of an account is told.
STATES: dict[str, tuple[str | Promise, str]] = {
    "none": (gettext_lazy("Not invited"), ""),
    "invited": (gettext_lazy("Invited"), "warn"),
    "answered": (gettext_lazy("Answered"), "good"),
    "expired": (gettext_lazy("Expired"), "bad"),
    "withdrawn": (pgettext_lazy("an invitation", "Withdrawn"), ""),
}
# No public page prints the broker's list; these are the names that people know from it.
VALUES: tuple[tuple[str, str], ...] = (
    ("clean_air", gettext_noop("Clean Air")),
    ("pure_water", gettext_noop("Pure Water")),
    ("ocean_life", gettext_noop("Ocean Life")),
    ("land_health", gettext_noop("Land Health")),
    ("product_lifecycle", gettext_noop("Sustainable Product Lifecycle")),
    ("consumer_safety", gettext_noop("Consumer Safety")),
    ("ethical_leadership", gettext_noop("Ethical Leadership")),
    ("gender_equality", gettext_noop("Gender Equality")),
    ("racial_equality", gettext_noop("Racial Equality")),
    ("lgbtq_inclusion", gettext_noop("LGBTQ Inclusion")),
    ("transparency", gettext_noop("Company Transparency")),
    ("mindful_business", gettext_noop("Mindful Business Models")),
    ("fair_labor", gettext_noop("Fair Labor and Thriving Communities")),
)
PRACTICES: tuple[tuple[str, str], ...] = (
    ("animal_testing", gettext_noop("Animal Testing")),
    ("hazardous_waste", gettext_noop("Hazardous Waste")),
    ("high_energy_use", gettext_noop("High Energy Use")),
    ("greenhouse_gas", gettext_noop("High Greenhouse-Gas Emissions")),
    ("high_water_use", gettext_noop("High Water Use")),
    ("political_spending", gettext_noop("Political Spending and Lobbying")),
    ("executive_pay", gettext_noop("Excessive Executive Pay")),
    ("weapons", gettext_noop("Weapons")),
    ("tobacco_alcohol", gettext_noop("Tobacco and Alcohol")),
    ("violations", gettext_noop("In-process Violations")),
)
