"""Forms of signing in that differ from allauth's."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account import forms as allauth_forms
from django.http import HttpRequest, HttpResponse

from accounts.ground.optouts.rules import SESSION_SECONDS, WITHOUT_PROOF
from accounts.ground.people.queries import reachable_at
from accounts.ground.people.sessions import CAME


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """A reset goes to the address that the back office has entered, and to no other that somebody may have added."""

    def clean_email(self) -> str:
        """Says nothing about whether anybody has the address."""
        email: str = self.cleaned_data["email"]
        self.users = reachable_at(email)
        return email


class LoginForm(allauth_forms.LoginForm):
    """Signing in; a session that began with a password alone, by the person's own choice, is short."""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """allauth sets how long a session lives after its stages have passed."""
        answer: Any = super().login(request, redirect_url=redirect_url)
        if WITHOUT_PROOF in request.session:
            # An instant: seconds would be counted anew each time that something is kept in the session.
            began = datetime.fromisoformat(request.session[CAME]["at"])
            request.session.set_expiry(began + timedelta(seconds=SESSION_SECONDS))
        return answer
