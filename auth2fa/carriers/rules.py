"""When a text or call may leave, and what it says. Every limit is there because each message costs money."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WAIT = timedelta(seconds=30)
A_NUMBER_IN_MINUTES = 3
A_NUMBER_A_DAY = 10
A_USER_AN_HOUR = 5
NOTICES_A_NUMBER_AND_DAY = 10
A_PLACE_AN_HOUR = 10
# Of so many codes fewer than half came back: somebody sends codes to numbers of their own.
JUDGED_AFTER = 50
# What a call says three times over, digit by digit.
TIMES_READ = 3


@dataclass(frozen=True)
class Counts:
    """What left before, in the order of `app_codes_sent`."""

    number_minutes: int
    number_day: int
    user_hour: int
    place_hour: int
    firm_day: int
    all_day: int
    recent: int
    recent_right: int


def refusal(counts: Counts, *, last: datetime | None, at: datetime, firm_most: int, most: int) -> str | None:
    """Why nothing may leave now: wait, limit or stopped; None when it may."""
    if last is not None and at < last + WAIT:
        return "wait"
    if counts.recent >= JUDGED_AFTER and 2 * counts.recent_right < counts.recent:
        return "stopped"
    if counts.firm_day >= firm_most or counts.all_day >= most:
        return "stopped"
    if (
        counts.number_minutes >= A_NUMBER_IN_MINUTES
        or counts.number_day >= A_NUMBER_A_DAY
        or counts.user_hour >= A_USER_AN_HOUR
        or counts.place_hour >= A_PLACE_AN_HOUR
    ):
        return "limit"
    return None


def spoken(code: str, opening: str) -> str:
    """What a call says, as SSML: the opening and the digits, slowly, three times."""
    digits = '<break time="700ms"/>'.join(f'<say-as interpret-as="digits">{one}</say-as>' for one in code)
    pause = '<break time="1500ms"/>'
    return f"<speak>{pause.join([f'{opening} {digits}.'] * TIMES_READ)}</speak>"
