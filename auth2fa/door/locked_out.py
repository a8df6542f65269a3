"""The way back for somebody whose own network restrictions shut them out: a recovery code, and a day to object in.

Without a code the back office helps (`manage.py lift_addresses`).
"""

from datetime import datetime

from accounts.ground.addresses.actions import lift_own
from accounts.ground.people.models import User
from auth2fa.challenge.actions import Outcome, TooMany, answer, ask
from auth2fa.challenge.models import Purpose
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import at_door, usable

TASK = "lift network restrictions"


def lift_by_code(*, user: User, code: str, at: datetime) -> bool:
    """Whether a recovery code was right, which it is once; a wrong one counts like any wrong answer."""
    at_door(user.pk)
    codes = next((one for one in usable(user.pk) if one.kind == Kind.CODES), None)
    if codes is None:
        return False
    try:
        one = ask(device=codes, purpose=Purpose.TASK, task=TASK, at=at)
    except TooMany:
        return False
    outcome, _spent = answer(challenge=one.pk, user_id=user.pk, purpose=Purpose.TASK, task=TASK, given=code, at=at)
    if outcome != Outcome.RIGHT:
        return False
    lift_own(user=user, at=at)
    return True
