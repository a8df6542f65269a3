"""API addresses of allocation minimums."""

from django.urls import path

from fees.minimums.api import AllocationMinimums, ChooseMinimums, ClientMinimum

urlpatterns = [
    path("allocation-minimums/", AllocationMinimums.as_view(), name="api_allocation_minimums"),
    path("allocation-minimums/choice/", ChooseMinimums.as_view(), name="api_choose_minimums"),
    path("allocation-minimums/<str:number>/", ClientMinimum.as_view(), name="api_client_minimum"),
]
