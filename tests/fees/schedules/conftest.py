"""What the tests of schedules agree on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fees.schedules.actions import agree
from fees.schedules.models import Schedule
from fees.schedules.rules import Signature
from tests.world import World

DOCUMENT = "5e" * 32


def signed(day: date) -> Signature:
    """Ana's signature at noon in New York."""
    return Signature(name="Ana Ruiz", at=datetime(day.year, day.month, day.day, 17, tzinfo=UTC), document_hash=DOCUMENT)


@pytest.fixture
def agreed(world: World) -> Callable[..., Schedule]:
    """Agrees for Ana with her own advisor, unless told otherwise."""

    def make(*components: Any, starts: date, **more: Any) -> Schedule:
        account = world[more.pop("number", "U1000001")]
        fields = {
            "account": account,
            "practice": account.practice,
            "strategy": "automatic",
            "signature": signed(starts),
            "by": world.users["alice"].pk,
            "at": datetime(2025, 1, 2, tzinfo=UTC),
        }
        return agree(components=components, starts=starts, **(fields | more))

    return make
