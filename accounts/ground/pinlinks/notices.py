"""Telling a client, by mail and at the former number, what the back office has changed of approvals by PIN link."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.ground.outbox.actions import owe, owe_person
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import Role, Seat, User
from accounts.ground.pinlinks.models import PinFact
from accounts.ground.writing import told_in


def tell_verified(fact: PinFact, *, former: str, at: datetime) -> None:
    """Number, answers and PIN are others than before; a former number hears of it too."""
    for user in _people(fact):
        with told_in(user.language):
            body = _(
                "The back office has noted a mobile number that ends in %(end)s and two security questions for you. In"
                " three days they serve to approve changes of your accounts by a link, without signing in.\n\n"
                "If you did not ask for it, tell your advisor and the back office at once."
            ) % {"end": fact.mobile[-4:]}
            _mail(user, _("Your mobile number and security questions were noted"), body, f"pin facts {fact.pk}", at)
    _text(fact, former, f"pin facts {fact.pk}", at)


def tell_forgotten(fact: PinFact, *, at: datetime) -> None:
    """The next link asks for a new PIN."""
    for user in _people(fact):
        with told_in(user.language):
            body = _(
                "The back office has removed the PIN with which you approve changes of your accounts by a link. In"
                " three days the next link lets you create another.\n\n"
                "If you did not ask for it, tell your advisor and the back office at once."
            )
            _mail(user, _("Your PIN was removed"), body, f"pin forgotten {fact.pk}", at)
    _text(fact, fact.mobile, f"pin forgotten {fact.pk}", at)


def _people(fact: PinFact) -> list[User]:
    seats = Seat.unscoped.filter(party_id=fact.party_id, role=Role.CLIENT, is_active=True)
    return list(User.objects.filter(pk__in=seats.values("user_id")).order_by("pk"))


def _mail(user: User, subject: str, body: str, key: str, at: datetime) -> None:
    owe_person(user_id=user.pk, subject=subject, body=body, natural_key=f"{key} {at.isoformat()} {user.pk}")


def _text(fact: PinFact, number: str, key: str, at: datetime) -> None:
    """Short, because it is one text; nothing where there was no number or nothing carries texts."""
    if not number or not settings.OUTBOX_CARRIERS.get(Channel.SMS):
        return
    with told_in(fact.party.language):
        words = _(
            "What you approve your advisor's changes with was reset. Not your wish? Call the back office at once."
        )
    key = f"{key} {at.isoformat()} number"
    owe(channel=Channel.SMS, recipient=number, subject="", body=words, natural_key=key, firm_id=fact.firm_id)
    import_string(settings.CODES_COUNTED_BY)(number=number, firm_id=fact.firm_id, at=at)
