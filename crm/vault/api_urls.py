"""API addresses of the storage password."""

from django.urls import path

from crm.vault import api

urlpatterns = [
    path("vault/", api.VaultState.as_view(), name="api_vault"),
    path("vault/set-up/", api.SetUp.as_view(), name="api_vault_set_up"),
    path("vault/code/", api.ConfirmCode.as_view(), name="api_vault_code"),
    path("vault/code/new/", api.NewCode.as_view(), name="api_vault_new_code"),
    path("vault/unlock/", api.Unlock.as_view(), name="api_vault_unlock"),
    path("vault/lock/", api.Lock.as_view(), name="api_vault_lock"),
    path("vault/password/", api.StoragePassword.as_view(), name="api_vault_password"),
    path("vault/recover/", api.Recover.as_view(), name="api_vault_recover"),
    path("vault/sheets/", api.Sheets.as_view(), name="api_vault_sheets"),
    path("vault/members/", api.Members.as_view(), name="api_vault_members"),
    path("vault/members/<uuid:member>/", api.OneMember.as_view(), name="api_vault_member"),
]
