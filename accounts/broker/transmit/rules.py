"""Which answer of the broker may follow which; no rows are read here."""

from accounts.broker.transmit.models import Answer

# Nothing comes back from a master's books, so what moves between masters, or between one and the provider of mailboxes,
# ends with the broker's acceptance; so does what moves inside an STL group, of which statements name no line.
END_WITH_ACCEPTANCE = ("sweep", "reversal", "draw", "mailbox", "mail_back")


def may_follow(*, before: str, now: str, is_booked: bool) -> bool:
    """Whether an answer can be believed: what was accepted may still bounce, what was rejected or booked is over."""
    if now == Answer.REJECTED:
        return not is_booked and before in (Answer.NONE, Answer.ACCEPTED)
    return before == Answer.NONE
