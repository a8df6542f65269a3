"""Mail about money in and out: the number that confirms, whose turn it is, and how it ended."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.funding.models import FundingKind, FundingRequest, FundingStatus
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_people, owe_person
from accounts.ground.people.models import User
from accounts.ground.writing import told_in

ASKER, OWNER, PRACTICE = "asker", "owner", "practice"
Words = tuple[str, object, object]

# Side, subject and text by the status that was reached. Amounts and banks stand on the page alone.
LETTERS: Mapping[str, tuple[Words, ...]] = {
    FundingStatus.PENDING_VERIFICATION: (
        (
            OWNER,
            gettext_lazy("Your advisor asks to move money"),
            gettext_lazy("Your advisor asks you to approve this for account %(number)s. Nothing moves before."),
        ),
    ),
    FundingStatus.PENDING_ADVISOR: (
        (
            PRACTICE,
            gettext_lazy("A withdrawal waits for your consent"),
            gettext_lazy("The client of account %(number)s withdraws money. It leaves at once with your consent."),
        ),
        (
            OWNER,
            gettext_lazy("A withdrawal was asked for"),
            gettext_lazy("Money is to leave account %(number)s. If that was not you, cancel it at once."),
        ),
    ),
    FundingStatus.REJECTED: (
        (
            ASKER,
            gettext_lazy("Money was not moved"),
            gettext_lazy("The owner of account %(number)s has declined what you asked for. Nothing moves."),
        ),
    ),
}
BANK_ADDED = (
    OWNER,
    gettext_lazy("A bank instruction was added"),
    gettext_lazy("Money of account %(number)s can now go to another bank. If that was not you, delete it at once."),
)

# Of each movement that an advisor lets go by the authority that its client gave.
RELEASED = (
    OWNER,
    gettext_lazy("Your advisor moves money"),
    gettext_lazy(
        "Your advisor has released a movement of money of account %(number)s. If you did not want it, cancel it."
    ),
)


def people_of(found: FundingRequest, side: str) -> list[int]:
    """The users on one side of it: who asked, who owns the account, or its advisor."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM broker_people_of_funding(%s, %s)", [found.pk, side])
        return [row[0] for row in cur.fetchall()]


def tell(found: FundingRequest) -> None:
    """A mail to everybody whom the status that it has reached concerns."""
    letters = LETTERS.get(found.status, ())
    if found.kind == FundingKind.BANK and found.status == FundingStatus.APPROVED:
        letters = (BANK_ADDED,)
    if found.status == FundingStatus.PENDING and found.is_by_advisor and found.verified_by is None:
        letters = (RELEASED,)
    for side, subject, text in letters:
        owe_people(
            users=people_of(found, side),
            subject=subject,
            text=text,
            said={"number": found.account.number},
            path=reverse("transfer:funding_request", args=[found.pk]),
            natural_key=f"funding {found.pk} {found.status} {side}",
            firm_id=found.firm_id,
        )


def mail_number(found: FundingRequest, number: str) -> None:
    """The number goes to whoever asked, at the address in the books, and is forgotten once it has left."""
    assert found.numbered_at is not None, "what waits for a number has one"
    person = User.objects.get(pk=found.asked_by)
    with told_in(person.language):
        owe_person(
            user_id=person.pk,
            subject=_("Confirm a movement of money"),
            body=_(
                "You asked for this: %(kind)s, account %(account)s. To confirm it, type this number on its page:"
                " %(number)s. If you did not ask for it, change your password at once."
            )
            % {"kind": found.get_kind_display(), "account": found.account.number, "number": number},
            natural_key=f"funding number {found.pk} {found.numbered_at.isoformat()}",
        )
