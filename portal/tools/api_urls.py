"""API addresses of the tools."""

from django.urls import path

from portal.tools.rmd import api as rmd

urlpatterns = [
    path("distributions/", rmd.Distributions.as_view(), name="api_distributions"),
    path("distributions/<str:number>/", rmd.AccountDistribution.as_view(), name="api_distribution"),
    path("distributions/<str:number>/facts/", rmd.AccountDistributionFacts.as_view(), name="api_distribution_facts"),
]
