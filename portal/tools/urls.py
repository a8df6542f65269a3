"""Addresses of the tools."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.tools import views
from portal.tools.goals import views as goals
from portal.tools.impact import views as impact
from portal.tools.inquiries import views as inquiries
from portal.tools.rmd import views as rmd

app_name = "tools"

urlpatterns = [
    path("tools/", views.home, name="home"),
    path("impact/<account:number>/", impact.own_impact, name="own_impact"),
    path("tools/esg/", impact.clients, name="esg"),
    path("tools/esg/invite/", impact.invite, name="esg_invite"),
    path("tools/esg/<account:number>/", impact.account, name="esg_account"),
    path("tools/esg/<account:number>/again/", impact.resend, name="esg_resend"),
    path("tools/esg/<account:number>/withdraw/", impact.withdraw, name="esg_withdraw"),
    path("tools/esg/<account:number>/answer/", impact.on_behalf, name="esg_on_behalf"),
    path("tools/goals/", goals.goals, name="goals"),
    path("tools/goals/new/", goals.new, name="new_goal"),
    path("tools/goals/<uuid:goal>/", goals.goal, name="goal"),
    path("tools/goals/<uuid:goal>/delete/", goals.forget, name="forget_goal"),
    path("tools/queries/", inquiries.inquiries, name="queries"),
    path("tools/queries/keep/", inquiries.keep, name="keep_query"),
    path("tools/queries/<uuid:query>/name/", inquiries.rename, name="rename_query"),
    path("tools/queries/<uuid:query>/delete/", inquiries.forget, name="forget_query"),
    path("tools/rmd/", rmd.accounts, name="rmd"),
    path("tools/rmd/<account:number>/", rmd.account, name="rmd_account"),
    path("tools/rmd/<account:number>/facts/", rmd.facts, name="rmd_facts"),
]
