"""What an import did, for a person and as one JSON object; long lists are cut and counted."""

from dataclasses import dataclass, field

from accounts.broker.feed.loader import Count


@dataclass(slots=True)
class Listed:
    """The first entries of a list that a hostile file could make endless, and how many there were."""

    most: int
    entries: list[dict[str, object]] = field(default_factory=list)
    total: int = 0

    def add(self, **entry: object) -> None:
        self.total += 1
        if len(self.entries) < self.most:
            self.entries.append(entry)

    def extend(self, other: "Listed") -> None:
        self.entries += other.entries[: self.most - len(self.entries)]
        self.total += other.total


@dataclass(slots=True)
class Report:
    """Of one file, or of several added up.

    `held` accounts keep a hold and a pending item; `rejected` rows name an account that cannot have them;
    `unreadable` files were refused whole; `not_reconcilable` says which checks a statement's sections did not allow.
    """

    most: int
    files: list[dict[str, object]] = field(default_factory=list)
    statements: int = 0
    accounts: set[int] = field(default_factory=set)
    counts: dict[str, Count] = field(default_factory=dict)
    held: Listed = field(init=False)
    rejected: Listed = field(init=False)
    unreadable: Listed = field(init=False)
    warnings: Listed = field(init=False)
    not_reconcilable: Listed = field(init=False)

    def __post_init__(self) -> None:
        for name in ("held", "rejected", "unreadable", "warnings", "not_reconcilable"):
            setattr(self, name, Listed(self.most))

    def count(self, counts: dict[str, Count]) -> None:
        for name, one in counts.items():
            self.counts.setdefault(name, Count()).add(one)

    def add(self, other: "Report") -> None:
        self.files += other.files
        self.statements += other.statements
        self.accounts |= other.accounts
        self.count(other.counts)
        for name in ("held", "rejected", "unreadable", "warnings", "not_reconcilable"):
            getattr(self, name).extend(getattr(other, name))

    def total(self, what: str) -> int:
        return sum(getattr(one, what) for one in self.counts.values())

    def as_json(self) -> dict[str, object]:
        lists = {
            name: getattr(self, name) for name in ("held", "rejected", "unreadable", "warnings", "not_reconcilable")
        }
        return {
            "files": self.files,
            "statements": self.statements,
            "accounts": len(self.accounts),
            "rows": {name: one.rows for name, one in sorted(self.counts.items())},
            "new": self.total("new"),
            "unchanged": self.total("unchanged"),
            "changed": self.total("changed"),
            "stale": self.total("stale"),
            "by_kind": {
                name: {what: getattr(one, what) for what in ("new", "unchanged", "changed", "stale")}
                for name, one in sorted(self.counts.items())
            },
            **{name: one.entries for name, one in lists.items()},
            "listed_of": {name: one.total for name, one in lists.items() if one.total > len(one.entries)},
        }
