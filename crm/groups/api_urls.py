"""API addresses of groups."""

from django.urls import path

from crm.groups.api import GroupBack, GroupMembers, Groups, OneGroup

urlpatterns = [
    path("groups/", Groups.as_view(), name="api_groups"),
    path("groups/<uuid:group>/", OneGroup.as_view(), name="api_group"),
    path("groups/<uuid:group>/back/", GroupBack.as_view(), name="api_group_back"),
    path("groups/<uuid:group>/members/", GroupMembers.as_view(), name="api_group_members"),
]
