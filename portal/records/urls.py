"""Addresses of accounts."""

from django.urls import path, register_converter

from portal.records import views

app_name = "records"


class Number:
    """An account number in an address; anything else is no page."""

    regex = "[A-Za-z]{1,2}[0-9]{2,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "account")

urlpatterns = [
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/suggest/", views.suggest, name="suggest"),
    path("accounts/<account:number>/", views.account, name="account"),
    path("fees/", views.fees, name="fees"),
    path("structure/", views.structure, name="structure"),
]
