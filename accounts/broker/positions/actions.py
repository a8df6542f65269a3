"""Writing down which positions a request is to move."""

from accounts.broker.funding.models import FundingRequest
from accounts.broker.positions.models import MovedPosition
from accounts.broker.positions.rules import Part


def list_positions(made: FundingRequest, parts: tuple[Part, ...]) -> None:
    """Before the request itself: the wall lets nobody add to one that stands."""
    same = {name: getattr(made, name) for name in ("firm_id", "practice_id", "account_id")}
    MovedPosition.unscoped.bulk_create(MovedPosition(**same, request_id=made.pk, **part._asdict()) for part in parts)
