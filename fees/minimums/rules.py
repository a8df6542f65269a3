"""Pure decisions about who pays the broker's least commissions of allocations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fees.engine.payer import Payer
from fees.minimums.models import MinimumChoice
from portal.lib.words import Sentence


class MinimumRefused(ValueError):
    """What was chosen cannot be; `sentence` says why."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.sentence = Sentence(msgid, params)


@dataclass(frozen=True)
class Standing:
    """What a practice chose for all its clients: in force on a day, and what follows it; None where nothing was."""

    now: MinimumChoice | None
    coming: MinimumChoice | None

    @property
    def last(self) -> MinimumChoice | None:
        return self.coming or self.now


def standing(choices: Iterable[MinimumChoice], day: date) -> Standing:
    """Of choices with the latest first: a later one of the same day takes the place of the earlier."""
    begun = coming = None
    for one in choices:
        if one.starts > day:
            coming = coming or one
        elif begun is None:
            begun = one
    return Standing(begun, coming)


def same(last: MinimumChoice | None, *, plan: str, payer: str) -> bool:
    """Whether nothing would change; who never chose pays nothing."""
    if last is None:
        return not plan and payer in ("", Payer.CLIENT.value)
    return (last.plan, last.payer) == (plan, payer)
