"""How allauth behaves here: nobody signs up by themselves, and every sign-in lands on the dashboard."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.ground.people.models import Role


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The dashboard; back-office staff start in their own rooms."""
        is_office = request.user.seats(manager="unscoped").filter(role=Role.OFFICE, is_active=True).exists()
        return "/office/" if is_office else super().get_login_redirect_url(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the back office or an advisor creates people."""
        return False
