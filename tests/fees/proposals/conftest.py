"""Advisors who propose and clients who sign, each under the portal's own role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.ground.access.context import Who, as_role, enter, leave
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.signatures.rules import Hand
from fees.invoicing.models import InvoiceCap
from fees.proposals import signing
from fees.proposals.actions import propose
from fees.proposals.models import Proposal, Signature
from fees.proposals.rules import Wanted
from fees.schedules.models import Schedule
from fees.schedules.rules import Figures
from tests.fees.posting.nights import Nights, figures

NEW_YORK = ZoneInfo("America/New_York")
ANA, KEN, CHIDI = "U1000001", "U1000002", "U2000001"
# A Monday; September 2025 is the last closed month, of 21 business days.
MONDAY = date(2025, 10, 6)
EOM = "PERCENTOFEQUITY_EOM"


def at(day: date = MONDAY, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the clocks of New York."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


def percent(rate: str, name: str = EOM) -> Figures:
    return figures(name, rate=rate)


def wanted(*components: Figures, strategy: str = "automatic", **more) -> Wanted:
    if isinstance(more.get("cap_rate"), str):
        more["cap_rate"] = Decimal(more["cap_rate"])
    return Wanted(strategy=strategy, components=components, **more)


@dataclass
class Table(Nights):
    """Where advisor and client sit."""

    role: object

    @contextmanager
    def acting(self, name: str) -> Iterator[Who]:
        with self.role("portal_web"):
            who = enter(self.world.users[name].pk)
            try:
                yield who
            finally:
                leave()

    def propose(self, name: str, number: str, terms: Wanted, *, on: datetime | None = None) -> Proposal:
        with self.acting(name) as who:
            return propose(who=who, account=self.account(number), wanted=terms, at=on or at())

    def sign(self, name: str, proposal: Proposal, *, on: datetime | None = None, **more) -> Proposal:
        hand = Hand(name=more.pop("by", "Ana Ruiz"), **more.pop("hand", {}))
        seen = more.pop("seen", proposal.document_hash)
        with self.acting(name) as who:
            return signing.sign(who=who, proposal=proposal, hand=hand, seen=seen, at=on or at())

    def kept(self) -> dict[str, list]:
        """Everything that could have moved."""
        with as_role("owner"):
            return {
                "states": list(Proposal.unscoped.order_by("created_at", "version").values_list("state", flat=True)),
                "schedules": list(Schedule.unscoped.order_by("pk").values_list("strategy", "starts", "ends")),
                "caps": list(InvoiceCap.unscoped.order_by("pk").values_list("rate", "starts", "ends")),
                "signatures": list(Signature.unscoped.values_list("name", flat=True)),
                "requests": list(
                    Request.unscoped.filter(kind="client_approval")
                    .order_by("created_at")
                    .values_list("status", flat=True)
                ),
            }

    def mails(self) -> list[tuple[str, str]]:
        with as_role("owner"):
            return list(OutboxMessage.unscoped.order_by("created_at").values_list("recipient", "subject"))


@pytest.fixture
def table(world, as_role) -> Table:
    """Ana pays alice 0.80 % at the end of each month, and was worth 252,000 all through September."""
    table = Table(world, as_role)
    table.agree(ANA, percent("0.008"), starts=date(2025, 1, 2))
    table.values(ANA, "252000", date(2025, 9, 1), date(2025, 9, 30))
    table.night(date(2025, 9, 30))
    return table
