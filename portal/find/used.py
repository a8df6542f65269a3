"""What somebody chose last in the palette: places of the portal and accounts, never people. It stands first there."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from portal.find.rules import USED, Command, offered
from portal.preferences.actions import arrange
from portal.preferences.queries import layout_of, remembered

PART = "used"
REMEMBERED, SHOWN = 12, 5
ACCOUNT, ACCOUNT_PAGE = "account ", "records:account"


def remember(request: HttpRequest, address: str) -> None:
    """Keep what was chosen, the newest first. An address that is no place and no account of this person's is not kept,
    and nothing is while one looks as somebody else."""
    who: Who = request.seat  # type: ignore[attr-defined]
    if who.behind is not None:
        return
    entry = _entry(who, address)
    if entry:
        known = [one for one in layout_of(who.user_id).get(PART, []) if one != entry]
        request.session[PART] = [entry, *known][:REMEMBERED]
        arrange(user_id=who.user_id, part=PART, order=request.session[PART])


def last_used(request: HttpRequest) -> list[Command]:
    """What was chosen last, as far as it is still there for this person; one question for its accounts."""
    who: Who = request.seat  # type: ignore[attr-defined]
    known: Sequence[str] = () if who.behind is not None else remembered(request, PART) or ()
    if not known:
        return []
    numbers = [one.removeprefix(ACCOUNT) for one in known if one.startswith(ACCOUNT)]
    found = {one.address: one._replace(kind=USED) for one in offered(who.role, who.abilities)}
    for number, title in (
        scope(who, Account).filter(number__in=numbers).values_list("number", "title") if numbers else ()
    ):
        found[ACCOUNT + number] = Command(USED, title, _page_of(number), number, "")
    return [found[one] for one in known if one in found][:SHOWN]


def _entry(who: Who, address: str) -> str:
    if address in {one.address for one in offered(who.role, who.abilities)}:
        return address
    try:
        found = resolve(address)
    except Resolver404:
        return ""
    number = found.kwargs.get("number", "")
    if found.view_name != ACCOUNT_PAGE or address != _page_of(number):
        return ""
    return ACCOUNT + number if scope(who, Account).filter(number=number).exists() else ""


def _page_of(number: str) -> str:
    return reverse(ACCOUNT_PAGE, args=[number])
