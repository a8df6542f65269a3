"""Giving people sign-ins and seats, and taking them away."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.people.models import ClientRight, Party, Role, Seat, SignInSession, User
from accounts.ground.tree.models import Account, Kind, Practice


def create_party(
    *,
    practice: Practice,
    legal_name: str,
    email: str = "",
    residence: str = "",
    language: str = "en",
    is_organisation: bool = False,
) -> Party:
    """A person or organisation known to a practice."""
    return Party.unscoped.create(
        firm_id=practice.firm_id,
        practice=practice,
        legal_name=legal_name,
        email=email,
        residence=residence,
        language=language,
        is_organisation=is_organisation,
    )


def create_user(*, username: str, password: str, party: Party | None = None, email: str = "", language: str = "en"):
    """A sign-in; the password is checked by the validators in force."""
    user = User(username=username, email=email, party=party, language=language)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    return user


def seat_advisor(*, user: User, master: Account) -> Seat:
    """Make a user a member of the practice whose master account this is."""
    role = {Kind.TOP_MASTER: Role.TOP, Kind.SECOND_MASTER: Role.SECOND}[Kind(master.kind)]
    return Seat.unscoped.create(user=user, role=role, firm_id=master.firm_id, practice_id=master.practice_id)


def seat_stl(*, user: User, account: Account) -> Seat:
    """Make a user the person of an STL master or sub account."""
    role = {Kind.STL_MASTER: Role.STL, Kind.STL_SUB: Role.STL_SUB}[Kind(account.kind)]
    return Seat.unscoped.create(user=user, role=role, firm_id=account.firm_id, account=account)


def seat_manager(*, user: User, account: Account) -> Seat:
    """Make a user the person of a money manager; what it sees are the accounts it has accepted."""
    if account.kind != Kind.MONEY_MANAGER:
        raise ValueError(f"{account.number} is no money manager's account")
    return Seat.unscoped.create(user=user, role=Role.MANAGER, firm_id=account.firm_id, account=account)


def seat_client(*, user: User, party: Party) -> Seat:
    """Let a user act as a client party; what it sees are the party's rights."""
    return Seat.unscoped.create(user=user, role=Role.CLIENT, firm_id=party.firm_id, party=party)


def seat_office(*, user: User) -> Seat:
    """Make a user back-office staff, who work in the Django admin."""
    with transaction.atomic(using=current_alias.get()):
        seat = Seat.unscoped.create(user=user, role=Role.OFFICE)
        _open_office(user.pk)
        user.is_staff = user.is_superuser = True
    return seat


def give_right(*, party: Party, account: Account, may_sign: bool = True) -> ClientRight:
    """Let a client party see an account, and sign for it."""
    return ClientRight.unscoped.get_or_create(
        firm_id=account.firm_id, party=party, account=account, defaults={"may_sign": may_sign}
    )[0]


def end_seat(*, seat: Seat, at: datetime) -> None:
    """End a seat at once: rights go with the row, the back office's door with its last seat, and the sessions end."""
    with transaction.atomic(using=current_alias.get()):
        Seat.unscoped.filter(pk=seat.pk, is_active=True).update(is_active=False, ended_at=at)
        if seat.role == Role.OFFICE:
            _open_office(seat.user_id)
        end_sessions(user_id=seat.user_id)


def reopen_seat(*, seat: Seat) -> bool:
    """Let somebody sit there again as before; False when the seat had not ended."""
    with transaction.atomic(using=current_alias.get()):
        reopened = Seat.unscoped.filter(pk=seat.pk, is_active=False).update(is_active=True, ended_at=None)
        if seat.role == Role.OFFICE:
            _open_office(seat.user_id)
    return reopened == 1


def _open_office(user_id: int) -> None:
    """Django's own flags say what the seats say: whoever has no seat in the back office is no superuser either."""
    sits = Seat.unscoped.filter(user_id=user_id, role=Role.OFFICE, is_active=True).exists()
    User.objects.filter(pk=user_id).exclude(is_staff=sits, is_superuser=sits).update(is_staff=sits, is_superuser=sits)


def renew_password(*, user: User, password: str, signs_out: bool = True) -> None:
    """Set another password; whoever is signed in with the old one is signed out, unless that is who asks."""
    user.set_password(password)
    user.save(update_fields=["password"])
    if signs_out:
        end_sessions(user_id=user.pk)


def deactivate(*, user: User) -> None:
    """Nobody signs in with it any more, and whoever is signed in is signed out."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user_id=user.pk)


def activate(*, user: User) -> None:
    """Let the user sign in again; the seats are as they were."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def end_sessions(*, user_id: int) -> int:
    """Delete every session of a user; returns how many there were."""
    return SignInSession.objects.filter(user_id=user_id).delete()[0]


def end_session(*, user_id: int, mark: str) -> bool:
    """Delete one session of a user, named by the hash of its key; False where it is not theirs or not there."""
    return bool(SignInSession.objects.filter(user_id=user_id, session_key=mark).delete()[0])


def end_other_sessions(*, user_id: int, mark: str) -> int:
    """Delete every session of a user but one; returns how many there were."""
    return SignInSession.objects.filter(user_id=user_id).exclude(session_key=mark).delete()[0]


def sessions_of(*, user_id: int) -> int:
    """How many sessions a user has."""
    return SignInSession.objects.filter(user_id=user_id).count()


def drop_expired_sessions(*, at: datetime) -> int:
    """Delete the sessions whose time is over; returns how many there were."""
    return SignInSession.objects.filter(expire_date__lt=at).delete()[0]
