"""Names that people sign in with: nobody has one twice, and none was promised to somebody else."""

from collections.abc import Callable

from accounts.ground.people.models import User

Promise = Callable[[str, int | None], bool]
_PROMISES: list[Promise] = []


def promised(check: Promise) -> None:
    """Register who knows of names that were promised: whether this one was, to anybody but the party that is named."""
    _PROMISES.append(check)


def is_free(username: str, *, party: int | None = None) -> bool:
    """Whether a new user can have this name; the party, where one is named, may have what was promised to it."""
    if User.objects.filter(username__iexact=username).exists():
        return False
    return not any(check(username, party) for check in _PROMISES)
