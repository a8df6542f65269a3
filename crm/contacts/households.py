"""Who may be of one household: pure decisions from names, addresses and ties."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.contacts.models import Kind

# Of these somebody depends on the other, or both on one another.
DEPENDENT = ("spouse", "parent", "child")


@dataclass(frozen=True)
class Kin:
    """What is asked of one of a household: name and address folded, and the ties to others by key."""

    key: str
    kind: str
    last_name: str
    address: str
    ties: tuple[tuple[str, str], ...]


def may_join(new: Kin, held: Sequence[Kin]) -> bool:
    """Whether somebody belongs to those who are there: lives with one of them under the same name or as a dependent, is
    owned by them alone, or is a trust for one of them. The first one always does."""
    if not held:
        return True
    keys = {one.key for one in held}
    if new.kind == Kind.COMPANY:
        owners = _tied(new, "owner")
        return bool(owners) and owners <= keys
    if new.kind == Kind.TRUST:
        return bool(_tied(new, "beneficiary") & keys)
    return any(_live_together(new, one) for one in held)


def _live_together(one: Kin, other: Kin) -> bool:
    if not one.address or one.address != other.address:
        return False
    depends = any(kind in DEPENDENT and key == other.key for kind, key in one.ties)
    return depends or (bool(one.last_name) and one.last_name == other.last_name)


def _tied(one: Kin, kind: str) -> set[str]:
    return {key for tie, key in one.ties if tie == kind}


def plain_address(lines: Iterable[str]) -> str:
    """An address without its commas, lines and spaces."""
    return " ".join(" ".join(lines).replace(",", " ").replace(".", " ").split())
