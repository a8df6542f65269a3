"""Reads about sign-ins: before anybody is signed in, and of the back office's people."""

from django.db.models import QuerySet

from accounts.ground.people.models import Role, User


def reachable_at(email: str) -> list[User]:
    """Active sign-ins whose address this is; one person may own several."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).exclude(email="")
    return [user for user in found.order_by("pk") if user.email.lower() == email.strip().lower()]


def desk() -> "QuerySet[User]":
    """Who sits in the back office."""
    return User.objects.filter(seats__role=Role.OFFICE, seats__is_active=True, is_active=True).distinct()


def desk_users() -> list[tuple[int, str]]:
    """The same as keys and names: whom work can be given to."""
    return list(desk().order_by("username").values_list("pk", "username"))
