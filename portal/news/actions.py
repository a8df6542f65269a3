"""Choosing how one is told, and owing the mails of those who want them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.access.scope import NotAllowed
from accounts.ground.notifications.models import Notification
from accounts.ground.notifications.queries import latest
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.stored_words import said
from accounts.ground.writing import told_in
from portal.dashboard.queries import own as own_news
from portal.news.corporate import tell
from portal.news.models import ByMail, NewsChoice
from portal.news.queries import own
from portal.news.rules import OF_THE_BELL, Wish, allowed, has_morning_come, zone_of

# A night writes its news in one transaction with its chunk, whose beginning they carry: later than this none appears.
LONGEST_CHUNK = timedelta(hours=1)
LINES_SHOWN = 50
NOT_SO = gettext_lazy(
    "This kind cannot be told in that way: what is about your money or your sign-in always reaches you."
)


class WishProblem(ValueError):
    """A kind cannot be told so."""


def choose(*, who: Who, wished: Mapping[str, Wish], at: datetime) -> None:
    """Tell the kinds so from now on; all of them, or none where one cannot be."""
    if who.behind is not None:
        raise NotAllowed("view", _("You look as another user; what you may not do yourself stays closed."))
    if not all(allowed(kind, wish) for kind, wish in wished.items()):
        raise WishProblem(str(NOT_SO))
    was = {one.kind: one for one in own(who).select_for_update()}
    for kind, wish in wished.items():
        known = was.get(kind)
        # Mails begin with what comes from now on; a choice that stays loses nothing.
        stays = known is not None and known.by_mail == wish.by_mail
        begins = {} if stays else {"since": at, "told_until": at}
        NewsChoice.unscoped.update_or_create(
            user_id=who.user_id,
            seat_id=who.seat_id,
            kind=kind,
            defaults={"firm_id": who.firm_id, **wish._asdict(), **begins},
        )


def seats_to_tell() -> list[tuple[int, int]]:
    """(user, seat) of everybody who wants news by mail."""
    with as_role("night"):
        rows = NewsChoice.unscoped.filter(kind__in=OF_THE_BELL).exclude(by_mail=ByMail.NO)
        return list(rows.order_by("user_id", "seat_id").values_list("user_id", "seat_id").distinct())


def tell_seat(user_id: int, seat_id: int, at: datetime) -> int:
    """Owe one person the mails that are due, with what they may see now; how many news they tell.

    The choices are locked, so two workers tell once; a seat that has ended is told nothing.
    """
    with acting(user_id, seat_id=seat_id) as who:
        user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first() if who else None
        if who is None or user is None:
            return 0
        chosen = list(own(who).filter(kind__in=OF_THE_BELL).exclude(by_mail=ByMail.NO).select_for_update())
        with told_in(user.language):
            each = [_tell_each(who, user, one, at) for one in chosen if one.by_mail == ByMail.EACH]
            daily = [one for one in chosen if one.by_mail == ByMail.DAILY]
            return sum(each) + _tell_daily(who, user, daily, at)


def _tell_each(who: Who, user: User, choice: NewsChoice, at: datetime) -> int:
    """A mail for each. What came shortly before the last time is looked at again; its key keeps it single."""
    begins = max(choice.since, choice.told_until - LONGEST_CHUNK)
    found = _in_words(who, _news(who).filter(kind=choice.kind, created_at__gt=begins, created_at__lte=at))
    for line, row in found:
        body = f"{line}\n\n{_page(f'/notifications/{row.pk}/')}\n\n{_stop()}"
        _owe(user, who, line[:200], body, f"news {row.pk} {who.seat_id}")
    own(who).filter(pk=choice.pk).update(told_until=at)
    return len(found)


def _tell_daily(who: Who, user: User, chosen: list[NewsChoice], at: datetime) -> int:
    """One mail of the morning with all kinds that were chosen so; none on a morning without news."""
    zone = zone_of(user.timezone)
    due = [one for one in chosen if has_morning_come(one.told_until, at, zone)]
    if not due:
        return 0
    found = _in_words(who, _news(who).filter(_of_the_day(due, at)))
    own(who).filter(pk__in=[one.pk for one in due]).update(told_until=at)
    if found:
        day = at.astimezone(zone).date()
        subject = ngettext("%(count)d piece of news", "%(count)d pieces of news", len(found)) % {"count": len(found)}
        lines = [f"{date_format(row.day, 'Y-m-d')}  {line}" for line, row in found[:LINES_SHOWN]]
        if (more := len(found) - LINES_SHOWN) > 0:
            lines.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
        body = "\n".join(lines) + f"\n\n{_page('/notifications/')}\n\n{_stop()}"
        _owe(user, who, subject, body, f"news of {day} {who.seat_id}")
    return len(found)


def _of_the_day(due: list[NewsChoice], at: datetime) -> Q:
    """The days of several kinds join without a gap: each ends where everything that began then must have appeared."""
    wanted = Q(pk=None)
    for one in due:
        begins = max(one.since, one.told_until - LONGEST_CHUNK)
        wanted |= Q(kind=one.kind, created_at__gt=begins, created_at__lte=at - LONGEST_CHUNK)
    return wanted


def _news(who: Who) -> "QuerySet[Notification]":
    return own_news(who, latest(who))


def _in_words(who: Who, rows: "QuerySet[Notification]") -> list[tuple[str, Notification]]:
    """Each piece of news as the bell says it, and no more: neither its text nor whose account it is about."""
    return [(row.words or said(row.title), row) for row in tell(who, list(rows))]  # type: ignore[attr-defined]


def _page(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def _stop() -> str:
    return _("Choose what you are told, and how: %(address)s") % {"address": _page("/settings/notifications/")}


def _owe(user: User, who: Who, subject: str, body: str, key: str) -> None:
    owe(
        channel=Channel.MAIL,
        recipient=user.email,
        subject=subject,
        body=body,
        natural_key=key,
        firm_id=who.firm_id,
        person_id=user.pk,
    )
