"""What a conversation can be about beside its account; the rooms above say how to find such a thing for a person."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from accounts.ground.access.context import Who


class Topic(NamedTuple):
    """A thing that the person may see: its words, its page, and the number of the account it belongs to."""

    words: str
    address: str
    number: str


# Raises Http404 for what the person may not see.
Find = Callable[[Who, UUID], Topic]

TOPICS: dict[str, Find] = {}


def register(kind: str, find: Find) -> None:
    """Called once when the portal starts, by the room that knows the things."""
    TOPICS[kind] = find
