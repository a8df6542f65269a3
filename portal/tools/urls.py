"""Addresses of the tools."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.tools import views
from portal.tools.rmd import views as rmd

app_name = "tools"

urlpatterns = [
    path("tools/", views.home, name="home"),
    path("tools/rmd/", rmd.accounts, name="rmd"),
    path("tools/rmd/<account:number>/", rmd.account, name="rmd_account"),
    path("tools/rmd/<account:number>/facts/", rmd.facts, name="rmd_facts"),
]
