"""Addresses of users, roles, approvals and tokens in the API."""

from django.urls import path

from accounts.desk.addresses import api as addresses
from accounts.desk.users import api, approval_api

urlpatterns = [
    path("users/", api.UserList.as_view(), name="api_users"),
    path("users/new/", api.NewUserView.as_view(), name="api_new_user"),
    path("users/<int:seat>/", api.UserRecord.as_view(), name="api_user"),
    path("users/<int:seat>/leave/", api.LeaveView.as_view(), name="api_leave"),
    path("users/<int:seat>/invitation/", api.InvitationView.as_view(), name="api_invitation"),
    path("users/<int:seat>/addresses/", addresses.Addresses.as_view(), name="api_addresses"),
    path("users/<int:seat>/addresses/new/", addresses.NewAddress.as_view(), name="api_new_address"),
    path("users/<int:seat>/addresses/<int:address>/", addresses.OneAddress.as_view(), name="api_address"),
    path(
        "users/<int:seat>/addresses/<int:address>/confirm/",
        addresses.ConfirmAddress.as_view(),
        name="api_confirm_address",
    ),
    path("roles/", api.RoleList.as_view(), name="api_roles"),
    path("roles/<int:role>/", api.RoleRecord.as_view(), name="api_role"),
    path("authorizations/", approval_api.AuthorizationList.as_view(), name="api_authorizations"),
    path("authorizations/<uuid:authorization>/approve/", approval_api.Approve.as_view(), name="api_approve"),
    path("authorizations/<uuid:authorization>/reject/", approval_api.Reject.as_view(), name="api_reject"),
    path("authorizations/rules/", approval_api.ApprovalRules.as_view(), name="api_approval_rules"),
    path("authorizations/rules/<int:rule>/", approval_api.ApprovalRule.as_view(), name="api_approval_rule"),
    path("tokens/", api.TokenList.as_view(), name="api_tokens"),
    path("tokens/new/", api.NewToken.as_view(), name="api_new_token"),
    path("tokens/<uuid:token>/", api.TokenRecord.as_view(), name="api_token"),
]
