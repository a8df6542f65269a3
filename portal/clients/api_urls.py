"""API addresses of the owner's own lists."""

from django.urls import path

from portal.clients.api import ApprovalList

urlpatterns = [path("approvals/", ApprovalList.as_view(), name="api_approvals")]
