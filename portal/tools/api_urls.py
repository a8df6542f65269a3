"""API addresses of the tools."""

from django.urls import path

from portal.tools.goals import api as goals
from portal.tools.inquiries import api as inquiries
from portal.tools.rmd import api as rmd

urlpatterns = [
    path("goals/", goals.Goals.as_view(), name="api_goals"),
    path("goals/<uuid:goal>/", goals.OneGoal.as_view(), name="api_goal"),
    path("client-queries/", inquiries.RunQuery.as_view(), name="api_client_queries"),
    path("client-queries/kept/", inquiries.SavedQueries.as_view(), name="api_kept_queries"),
    path("client-queries/kept/<uuid:query>/", inquiries.OneSavedQuery.as_view(), name="api_kept_query"),
    path("distributions/", rmd.Distributions.as_view(), name="api_distributions"),
    path("distributions/<str:number>/", rmd.AccountDistribution.as_view(), name="api_distribution"),
    path("distributions/<str:number>/facts/", rmd.AccountDistributionFacts.as_view(), name="api_distribution_facts"),
]
