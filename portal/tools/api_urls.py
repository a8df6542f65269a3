"""API addresses of the tools."""

from django.urls import path

from portal.tools.goals import api as goals
from portal.tools.impact import api as impact
from portal.tools.inquiries import api as inquiries
from portal.tools.rmd import api as rmd

urlpatterns = [
    path("goals/", goals.Goals.as_view(), name="api_goals"),
    path("goals/<uuid:goal>/", goals.OneGoal.as_view(), name="api_goal"),
    path("impact-topics/", impact.ImpactTopics.as_view(), name="api_impact_topics"),
    path("impact/", impact.ImpactClients.as_view(), name="api_impact"),
    path("impact/<str:number>/", impact.ImpactOfAccount.as_view(), name="api_impact_account"),
    path("impact/<str:number>/answer/", impact.ImpactOnBehalf.as_view(), name="api_impact_answer"),
    path("impact/<str:number>/invitation/", impact.ImpactInvitationOfAccount.as_view(), name="api_impact_invitation"),
    path("own-impact/<str:number>/", impact.OwnImpact.as_view(), name="api_own_impact"),
    path("client-queries/", inquiries.RunQuery.as_view(), name="api_client_queries"),
    path("client-queries/kept/", inquiries.SavedQueries.as_view(), name="api_kept_queries"),
    path("client-queries/kept/<uuid:query>/", inquiries.OneSavedQuery.as_view(), name="api_kept_query"),
    path("distributions/", rmd.Distributions.as_view(), name="api_distributions"),
    path("distributions/<str:number>/", rmd.AccountDistribution.as_view(), name="api_distribution"),
    path("distributions/<str:number>/facts/", rmd.AccountDistributionFacts.as_view(), name="api_distribution_facts"),
]
