"""What the tests of users send, and how they read what came of it."""

import re

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from tests.world import PASSWORD


def person(username, **more):
    """The fields of a new user of an institution who may trade."""
    return {
        "username": username,
        "first_name": "Uma",
        "last_name": "Stone",
        "email": f"{username}@example.test",
        "language": "en",
        "standing": "member",
        "holdings": "all",
        "ability": ["trade"],
        **more,
    }


def add(client, username, password=PASSWORD, **more):
    """Add a user the whole way: reviewed, confirmed with the password."""
    return client.post("/settings/users/new/confirm/", {**person(username, **more), "_password": password})


def seat_of(username):
    """The seat of a user that was added, or None."""
    return Seat.unscoped.filter(user__username=username).first()


def link_of(username):
    """The path in the newest invitation mailed to a user."""
    user = User.objects.get(username=username)
    mails = OutboxMessage.unscoped.filter(recipient=user.email).order_by("-natural_key")
    return re.search(r"/invitation/[\w-]+/", mails[0].body).group(0)


OWN = "a pass phrase of their own"


def accept(nobody, username, password=OWN):
    """Use the link as the invited person does."""
    link = link_of(username)
    nobody.get(link)
    nobody.post(link, {"first_name": "Uma", "last_name": "Stone", "email": "uma@example.test", "language": "en"})
    return nobody.post(f"{link}password/", {"password1": password, "password2": password})


def member(browse, username, **more):
    """A user of Northgate who has come in."""
    assert add(browse("alice"), username, **more).status_code == 302
    assert accept(browse(""), username).status_code == 302
    return seat_of(username)
