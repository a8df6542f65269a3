"""Forms of signing in that differ from allauth's."""

from allauth.account import forms as allauth_forms

from accounts.ground.people.queries import reachable_at


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """A reset goes to the address that the back office has entered, and to no other that somebody may have added."""

    def clean_email(self) -> str:
        """Says nothing about whether anybody has the address."""
        email: str = self.cleaned_data["email"]
        self.users = reachable_at(email)
        return email
