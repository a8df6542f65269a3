"""Mail about what a client is asked to agree to: to the client, and back to the practice."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.consents.models import Consent, ConsentState
from accounts.ground.outbox.actions import owe_people

OWNER, PRACTICE = "owner", "practice"
Words = tuple[object, object]

# Side, subject and text by what has happened.
LETTERS: Mapping[str, tuple[tuple[str, Words], ...]] = {
    ConsentState.WAITING: (
        (
            OWNER,
            (
                _("Your advisor asks for your approval"),
                _("A change of account %(number)s waits for you. Read it and decide; nothing changes before."),
            ),
        ),
    ),
    ConsentState.AGREED: (
        (PRACTICE, (_("A client has agreed"), _("The change of account %(number)s that you asked for is in force."))),
    ),
    ConsentState.DECLINED: (
        (PRACTICE, (_("A client has declined"), _("The change of account %(number)s was declined; nothing changes."))),
    ),
    ConsentState.CANCELLED: (
        (OWNER, (_("A question was taken back"), _("Your advisor no longer asks about account %(number)s."))),
    ),
    ConsentState.EXPIRED: (
        (
            OWNER,
            (
                _("A question of your advisor has expired"),
                _("You have not decided about account %(number)s in 30 days, so nothing has changed."),
            ),
        ),
        (
            PRACTICE,
            (
                _("A question to a client has expired"),
                _("The client of account %(number)s has not decided in 30 days, so nothing has changed."),
            ),
        ),
    ),
}
ENDED: Words = (
    _("A streamlined authority has ended"),
    _("For account %(number)s the advisor has the core authority again."),
)


def people_of(found: Consent, side: str) -> list[int]:
    """The users on one side of it: who owns the account, or who asked for the practice."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM app_people_of_consent(%s, %s)", [found.pk, side])
        return [row[0] for row in cur.fetchall()]


def tell(found: Consent) -> None:
    """A mail to everybody whom the state that it has reached concerns."""
    letters = LETTERS[found.state] if found.ended_at is None else ((OWNER, ENDED), (PRACTICE, ENDED))
    happened = found.state if found.ended_at is None else "ended"
    for side, (subject, text) in letters:
        owe_people(
            users=people_of(found, side),
            subject=subject,
            text=text,
            said={"number": found.account.number},
            path=reverse("consents:consent", args=[found.pk]),
            natural_key=f"consent {found.pk} {happened} {side}",
            firm_id=found.firm_id,
        )
