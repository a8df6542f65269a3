"""What every page's frame shows; each part is worked out only when a template asks for it."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Q, Subquery, Window
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.desk.brand.queries import AtTheDoor, Brand, brand_at_the_door, worn_at
from accounts.desk.brand.rules import DOOR_COOKIE
from accounts.desk.messages.queries import asked, unread
from accounts.ground.access.context import SEEN_AS, Who, current_alias
from accounts.ground.access.planned import planned_once
from accounts.ground.dates import FORM_NAMES, current_form
from accounts.ground.notifications.models import Notification
from accounts.ground.notifications.queries import latest
from accounts.ground.optouts.rules import WITHOUT_PROOF
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Firm, Practice
from crm.vault.queries import browser_of
from portal.news.corporate import tell
from portal.news.queries import uncounted
from portal.shell import menu
from portal.shell.place import Sort

NEWS_SHOWN = 5
INQUIRIES_SHOWN = 99


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}


class Shell:
    """The frame around one page for one person."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.who: Who | None = getattr(request, "seat", None)
        self.user = getattr(request, "user", None)

    @property
    def role(self) -> str | None:
        return self.who.role if self.who else None

    @property
    def abilities(self) -> frozenset[str] | None:
        return self.who.abilities if self.who else frozenset()

    @cached_property
    def role_name(self) -> str:
        return str(Role(self.who.role).label) if self.who else ""

    @property
    def seen_as_name(self) -> str:
        """Whose view it is, while it is not one's own."""
        seen = self.request.session.get(SEEN_AS) if self.who and self.who.behind else None
        return seen[1] if seen else ""

    @property
    def without_proof(self) -> datetime | None:
        """Until when the password alone is this person's own choice; None for everybody else."""
        until = self.request.session.get(WITHOUT_PROOF)
        return datetime.fromisoformat(until) if until else None

    @cached_property
    def theme(self) -> str:
        """Empty when the page follows the system."""
        known = getattr(self.user, "theme", None) or self.request.COOKIES.get("theme", "")
        return known if known in ("light", "dark") else ""

    @cached_property
    def is_folded(self) -> bool:
        return bool(getattr(self.user, "menu_is_folded", False))

    @property
    def date_form(self) -> str:
        return current_form.get()

    @property
    def date_forms(self) -> list[tuple[str, object]]:
        """Each form of a day, shown by an example."""
        return list(FORM_NAMES.items())

    @cached_property
    def languages(self) -> list[dict[str, str]]:
        """Every language under its own name."""
        return [
            {"code": code, "name": get_language_info(code)["name_local"].capitalize()}
            for code, _name in settings.LANGUAGES
        ]

    @cached_property
    def place(self) -> list[Any]:
        """Where the page stands: section, tab, page."""
        match = self.request.resolver_match
        return menu.trail(match.view_name, self.role) if match else []

    @cached_property
    def sections(self) -> list[menu.Link]:
        return menu.sections(self.role, self.place, self.abilities)

    @cached_property
    def tabs(self) -> list[menu.Link]:
        """The tabs above the page; a single one would only repeat the heading."""
        if not self.place:
            return []
        found = menu.tabs(self.place[0].key, self.role, self.place, self.abilities)
        return found if len(found) > 1 else []

    @cached_property
    def pages(self) -> list[menu.Link]:
        """What the place names on its own page."""
        return menu.pages(self.place[-1].key, self.role, self.abilities) if self.place else []

    @cached_property
    def crumbs(self) -> list[menu.Link]:
        """The way to the page, without the page itself."""
        links = []
        for place in self.place[:-1]:
            address = menu.address_of(place)
            if address and place.sort != Sort.BUTTON:
                links.append(menu.Link(place, address))
        return links

    @cached_property
    def goals(self) -> list[menu.Link]:
        """Places with a letter of their own, for the keyboard."""
        return [link for section in self.sections for link in (section, *section.below) if link.place.go]

    @cached_property
    def _house(self) -> dict[str, Any]:
        """Firm, practice, brand, new messages and open questions, in one query: every page asks for all of them."""
        if self.who is None or self.who.firm_id is None:
            return {}
        practice = Practice.unscoped.filter(pk=self.who.practice_id).values("name")
        questions = asked(self.who)[:INQUIRIES_SHOWN].values(
            json=JSONObject(pk="pk", subject="subject", since="state_at", account="account__number")
        )
        rows = Firm.unscoped.filter(pk=self.who.firm_id).annotate(
            practice_name=Subquery(practice),
            unread=ArraySubquery(unread(self.who).values("pk")),
            questions=ArraySubquery(questions),
        )
        wanted = ["name", "practice_name", "unread", "questions"]
        if self.who.is_owner:
            rows, wanted = rows.annotate(worn=worn_at(timezone.now())), [*wanted, "worn"]
        # Its parts have policies of their own each: planned for every page, it would cost more than all other queries.
        with planned_once():
            return rows.values(*wanted).first() or {}

    @property
    def firm_name(self) -> str:
        return self._house.get("name") or ""

    @cached_property
    def brand(self) -> Brand | None:
        """What owners are shown in place of the portal's name; advisors know what they work with."""
        worn = self._house.get("worn")
        return Brand(*worn) if worn else None

    @cached_property
    def door_brand(self) -> AtTheDoor | None:
        """The brand whose link led to the sign-in page, or whose host name was asked; the back office wears none."""
        if current_alias.get() == "office":
            return None
        named, host = self.request.COOKIES.get(DOOR_COOKIE, ""), self.request.get_host().partition(":")[0]
        return brand_at_the_door(named, host, timezone.now())

    @property
    def paint(self) -> str:
        """The colour that pages are painted in; "" for the portal's own."""
        worn = self.brand if self.who else self.door_brand
        return worn.colour if worn else ""

    @property
    def house_name(self) -> str:
        """Under whose name the page is shown."""
        return self.brand.name if self.brand else self.firm_name

    @property
    def product_name(self) -> str:
        """What the portal calls itself."""
        return self.brand.name if self.brand else _("Advisor Portal")

    @property
    def practice_name(self) -> str:
        """Named only where it says more than the firm does."""
        return self._house.get("practice_name") or "" if self.role == Role.SECOND else ""

    @cached_property
    def news(self) -> list[Notification]:
        """The newest notifications, each with the number of all unread ones."""
        if self.who is None or self.who.role == Role.OFFICE:
            return []
        rows = latest(self.who)
        if self.who.practice_id:
            rows = rows.filter(practice_id=self.who.practice_id)
        unread = Window(Count("pk", filter=Q(is_read=False) & ~Q(uncounted(self.who))))
        return list(tell(self.who, list(rows.annotate(unread=unread)[:NEWS_SHOWN])))

    @cached_property
    def inquiries(self) -> list[dict[str, Any]]:
        """Questions that wait for the person's side, the oldest first."""
        rows = self._house.get("questions") or []
        return [{**row, "since": datetime.fromisoformat(row["since"])} for row in rows]

    @property
    def unread(self) -> int:
        """Unread news, and questions until they are answered."""
        news = self.news[0].unread if self.news else 0  # type: ignore[attr-defined]
        return news + len(self.inquiries)

    @cached_property
    def vault_until(self) -> datetime | None:
        """Until when the client book is open in this browser if nothing is done; None where it is locked."""
        cookie = self.request.COOKIES.get(settings.VAULT_COOKIE_NAME, "")
        if not cookie or self.who is None or not self.who.is_advisor or self.who.behind is not None:
            return None
        # A page that has opened the client book has found its row already.
        book = getattr(self.request, "vault", None)
        row = book.row if book else browser_of(self.who, cookie, timezone.now())
        return row.idle_until if row else None

    @property
    def vault_left(self) -> int:
        """How many seconds that is; browsers count them down, whatever their own clock says."""
        return int((self.vault_until - timezone.now()).total_seconds()) if self.vault_until else 0

    @property
    def unread_messages(self) -> int:
        """Conversations with something new."""
        return len(self._house.get("unread") or ())

    def button(self, key: str) -> menu.Link | None:
        return menu.button(key, self.role, self.abilities)
