"""Reads about sign-ins that are needed before anybody is signed in."""

from accounts.ground.people.models import User


def reachable_at(email: str) -> list[User]:
    """Active sign-ins whose address this is; one person may own several."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).exclude(email="")
    return [user for user in found.order_by("pk") if user.email.lower() == email.strip().lower()]
