"""Gathers the rows of the tools, so that Django finds them."""

from portal.tools.goals.models import Goal
from portal.tools.impact.models import ImpactAnswer, ImpactInvitation, ImpactRelease, ImpactSecurity, ImpactTopic
from portal.tools.inquiries.models import SavedQuery
from portal.tools.rmd.models import DistributionFacts, OwedDistribution, YearEndValue

__all__ = [
    "DistributionFacts",
    "Goal",
    "ImpactAnswer",
    "ImpactInvitation",
    "ImpactRelease",
    "ImpactSecurity",
    "ImpactTopic",
    "OwedDistribution",
    "SavedQuery",
    "YearEndValue",
]
