"""When a firm may stop codes by text and call; no rows."""

from datetime import date, timedelta

from portal.lib.words import Sentence, gettext_noop

# So long whoever has nothing but a number has to add something else.
NOTICE = timedelta(days=14)


def day_problem(from_day: date, *, today: date, alone: int) -> Sentence | None:
    """Why it cannot begin on a day; `alone` are the people of the firm with a number and nothing else."""
    if from_day <= today:
        return Sentence(gettext_noop("Choose a day after today."), {})
    if alone and from_day < today + NOTICE:
        msgid = gettext_noop("%(alone)s people of this firm have nothing but a number: give them %(days)s days.")
        return Sentence(msgid, {"alone": alone, "days": NOTICE.days})
    return None
