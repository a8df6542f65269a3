"""What every sign-in is proved with, for the compliance officer; read under the back office's own login.

Texts and calls are the restricted kind of proof (NIST SP 800-63B), so who has them is told apart.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.ground.optouts.models import OptOut
from accounts.ground.people import attempts
from accounts.ground.people.models import Seat, User
from auth2fa.challenge.models import SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.factors.numbers import masked
from auth2fa.texts.queries import texts_ends


@dataclass(frozen=True)
class Line:
    """One sign-in: who, what its seats are, its devices by kind, and what the officer should look at."""

    username: str
    seats: tuple[str, ...]
    kinds: tuple[str, ...]
    last_used: datetime | None
    is_password_alone: bool
    is_text_alone: bool
    has_switched_off: bool
    is_disabled: bool
    opted_out: str
    opted_out_until: datetime | None
    reminded: datetime | None

    @property
    def is_weak(self) -> bool:
        """Whether a password or texts alone prove who it is."""
        return self.is_password_alone or self.is_text_alone or bool(self.opted_out)

    def facts(self) -> dict[str, object]:
        """As a program reads it."""
        said = asdict(self)
        for name in ("last_used", "opted_out_until", "reminded"):
            said[name] = said[name].isoformat() if said[name] else None
        return said


def lines(at: datetime) -> list[Line]:
    """Everybody who may sign in, by name. Texts and calls are the restricted kind of proof (NIST SP 800-63B)."""
    users = list(User.objects.filter(is_active=True).order_by("username"))
    devices: dict[int, list[Device]] = {}
    for one in Device.unscoped.filter(Q(confirmed_at__isnull=False), revoked_at=None).order_by("kind"):
        devices.setdefault(one.user_id, []).append(one)
    seats: dict[int, list[str]] = {}
    for user_id, role in Seat.unscoped.filter(is_active=True).values_list("user_id", "role").order_by("role"):
        seats.setdefault(user_id, []).append(role)
    closed = attempts.disabled_names(user.username for user in users)
    chosen = {one.user_id: one for one in OptOut.unscoped.filter(ended_at=None, expires_at__gt=at)}
    return [_line(user, seats.get(user.pk, []), devices.get(user.pk, []), closed, chosen) for user in users]


@dataclass(frozen=True)
class Restricted:
    """One number that gets codes: whose, what line, whether there is anything better, and what its firm has decided."""

    username: str
    number: str
    line: str
    since: datetime
    last_used: datetime | None
    is_alone: bool
    is_closed: bool
    reminded: datetime | None
    ends: date | None

    def facts(self) -> dict[str, object]:
        """As a program reads it."""
        said = asdict(self)
        for name in ("since", "last_used", "reminded", "ends"):
            said[name] = said[name].isoformat() if said[name] else None
        return said


def restricted(at: datetime) -> tuple[list[Restricted], dict[str, object]]:
    """Every number that gets codes, and the sums: who moved to something better within a year, and what has left."""
    live = Device.unscoped.filter(confirmed_at__isnull=False, revoked_at=None, user__is_active=True)
    better = set(
        live.filter(disabled_at=None).exclude(kind__in=[Kind.TEXT, Kind.CODES]).values_list("user_id", flat=True)
    )
    numbers = list(live.filter(kind=Kind.TEXT).select_related("user").order_by("user__username"))
    ends = texts_ends(one.user_id for one in numbers)
    rows = [
        Restricted(
            username=one.user.username,
            number=masked(one.number),
            line=one.line,
            since=one.confirmed_at or one.created_at,
            last_used=one.last_used_at,
            is_alone=one.user_id not in better,
            is_closed=one.disabled_at is not None,
            reminded=one.reminded_at,
            ends=ends[one.user_id],
        )
        for one in numbers
    ]
    moved = Device.unscoped.filter(
        kind=Kind.TEXT, confirmed_at__isnull=False, revoked_at__gt=at - timedelta(days=365), user_id__in=better
    ).exclude(user_id__in=live.filter(kind=Kind.TEXT).values("user_id"))
    left = SentCode.unscoped.filter(sent_at__gt=at - timedelta(days=30), sent_at__lte=at)
    codes = left.filter(challenge__isnull=False)
    sums: dict[str, object] = {
        "numbers": len(rows),
        "alone": sum(one.is_alone for one in rows),
        "closed": sum(one.is_closed for one in rows),
        "ending": sum(one.ends is not None for one in rows),
        "moved_in_a_year": moved.values("user_id").distinct().count(),
        "codes_in_30_days": codes.count(),
        "answered_in_30_days": codes.filter(right_at__isnull=False).count(),
        "notices_in_30_days": left.filter(challenge=None).count(),
        "usd_in_30_days": str(left.aggregate(sum=Sum("cost"))["sum"] or Decimal(0)),
    }
    return rows, sums


def totals(found: list[Line]) -> dict[str, int]:
    """How many sign-ins there are of each concern."""
    return {
        "sign_ins": len(found),
        "password_alone": sum(one.is_password_alone for one in found),
        "text_alone": sum(one.is_text_alone for one in found),
        "switched_off_devices": sum(one.has_switched_off for one in found),
        "opted_out": sum(bool(one.opted_out) for one in found),
        "disabled": sum(one.is_disabled for one in found),
    }


def _line(user: User, seats: list[str], devices: list[Device], closed: set[str], chosen: dict[int, OptOut]) -> Line:
    kinds = {one.kind for one in devices if one.disabled_at is None}
    real = kinds - {Kind.CODES}
    reminded = [one.reminded_at for one in devices if one.reminded_at]
    used = [one.last_used_at for one in devices if one.last_used_at]
    return Line(
        username=user.username,
        seats=tuple(dict.fromkeys(seats)),
        kinds=tuple(sorted(kinds)),
        last_used=max(used, default=None),
        is_password_alone=all(one.kind == Kind.CODES for one in devices),
        is_text_alone=real == {Kind.TEXT},
        has_switched_off=any(one.disabled_at for one in devices),
        is_disabled=user.username in closed,
        opted_out=chosen[user.pk].extent if user.pk in chosen else "",
        opted_out_until=chosen[user.pk].expires_at if user.pk in chosen else None,
        reminded=max(reminded, default=None),
    )
