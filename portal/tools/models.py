"""Gathers the rows of the tools, so that Django finds them."""

from portal.tools.rmd.models import DistributionFacts, YearEndValue

__all__ = ["DistributionFacts", "YearEndValue"]
