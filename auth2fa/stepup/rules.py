"""Which task a proof of identity is for: the person's wish as a fingerprint, so that no other wish can use it."""

from collections.abc import Iterable

from portal.lib.fingerprint import fingerprint

PASSWORD_FIELD = "_password"  # noqa: S105 (the name of a form field)
NOT_PART_OF_THE_TASK = frozenset({"csrfmiddlewaretoken", PASSWORD_FIELD})


def task_of(*, path: str, fields: Iterable[tuple[str, list[str]]]) -> str:
    """64 hex characters over the address and everything the form says."""
    said = sorted((name, value) for name, values in fields if name not in NOT_PART_OF_THE_TASK for value in values)
    return fingerprint([path, *(part for pair in said for part in pair)])
