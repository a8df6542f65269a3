"""How a probability is told, and what a plan is not."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from portal.tools.goals.rules import OWN_PROFILE, Band

BANDS: dict[Band, tuple[str | Promise, str]] = {
    Band.ON_TARGET: (gettext_lazy("On target"), "good"),
    Band.MANAGEABLE: (gettext_lazy("Manageable"), "good"),
    Band.AT_RISK: (gettext_lazy("At risk"), "warn"),
    Band.OFF_TARGET: (gettext_lazy("Off target"), "bad"),
    Band.NOT_ACHIEVABLE: (gettext_lazy("Not achievable"), "bad"),
}
PROFILES: dict[str, str | Promise] = {
    "aggressive": gettext_lazy("Aggressive: 9% a year, risk 14%"),
    "moderate": gettext_lazy("Moderate: 7% a year, risk 10%"),
    "conservative": gettext_lazy("Conservative: 5% a year, risk 7%"),
    OWN_PROFILE: gettext_lazy("Own figures"),
}
