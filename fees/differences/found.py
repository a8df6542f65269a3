"""One difference as a night sees it, whatever found it."""

from dataclasses import dataclass, field
from uuid import UUID

from accounts.ground.ledger.keys import uuid_of


@dataclass(frozen=True, kw_only=True)
class Found:
    """What differs from its agreement; `subject` names it, the same every night."""

    firm_id: int
    account_id: int
    practice_id: int
    currency: str
    reason: str
    subject: str
    method: int | None = None
    expected: str | None = None
    found: str | None = None
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> UUID:
        return uuid_of("difference", self.account_id, self.practice_id, self.reason, self.subject)
