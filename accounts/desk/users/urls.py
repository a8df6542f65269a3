"""Addresses of users, roles, approvals and invitations."""

from django.urls import path

from accounts.desk.addresses.urls import urlpatterns as addresses
from accounts.desk.users import approval_views, invitation_views, role_views, views

app_name = "users"

urlpatterns = [
    path("settings/users/", views.users, name="list"),
    path("settings/users/new/", views.add, name="add"),
    path("settings/users/new/confirm/", views.confirm, name="confirm"),
    path("settings/users/<int:seat>/", views.user, name="user"),
    path("settings/users/<int:seat>/rights/", views.rights, name="rights"),
    path("settings/users/<int:seat>/remove/", views.remove, name="remove"),
    path("settings/users/<int:seat>/invite/", views.invite, name="invite"),
    path("settings/users/<int:seat>/cancel/", views.cancel, name="cancel"),
    path("settings/users/<int:seat>/leave/", views.leave, name="leave"),
    *addresses,
    path("settings/roles/", role_views.roles, name="roles"),
    path("settings/roles/new/", role_views.new_role, name="new_role"),
    path("settings/roles/<int:role>/", role_views.role, name="role"),
    path("settings/roles/<int:role>/delete/", role_views.delete_role, name="delete_role"),
    path("settings/authorizations/", approval_views.authorizations, name="authorizations"),
    path("settings/authorizations/<uuid:authorization>/approve/", approval_views.approve, name="approve"),
    path("settings/authorizations/<uuid:authorization>/reject/", approval_views.reject, name="reject"),
    path("settings/authorizations/rules/", approval_views.approval_rules, name="approval_rules"),
    path("settings/authorizations/rules/<int:rule>/delete/", approval_views.remove_rule, name="remove_rule"),
    path("invitation/<str:secret>/", invitation_views.invitation, name="invitation"),
    path("invitation/<str:secret>/password/", invitation_views.password, name="invitation_password"),
]
