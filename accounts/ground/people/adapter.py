"""How allauth behaves here: nobody signs up by themselves, and every sign-in lands on the dashboard."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the back office or an advisor creates people."""
        return False
