"""What has to be asked of another system before a request can be answered: asked while no transaction is open.

A view asks in the middle of its work, when gates and limits have had their say. What the request has done so far is
taken back, the other system is asked with nothing held, and the request begins again with the answer in hand. What must
be written down whatever becomes of the request, such as that a message is about to leave, is written `in_between`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.ground.access.context import Who, acting

Answer = TypeVar("Answer")


class AskedElsewhere(Exception):
    """`RequestContext` asks, and begins the request again; nobody else catches it."""

    def __init__(self, what: str, ask: Callable[[], Any]) -> None:
        super().__init__(what)
        self.what, self.ask = what, ask

    def heard(self) -> Callable[[], Any]:
        """Asks now; gives what tells the answer, or raises what asking has raised."""
        try:
            answer = self.ask()
        except Exception as problem:
            failed = problem  # the name of a handler is gone after it

            def tell_problem() -> Any:
                raise failed

            return tell_problem
        return lambda: answer


def asked_elsewhere(request: HttpRequest, what: str, ask: Callable[[], Answer]) -> Answer:
    """The answer of `ask`, which touches no rows but `in_between`; `what` tells the questions of one request apart.

    `ask` runs once a request, with no transaction open; the limits of who may make us ask belong into it.
    """
    heard: dict[str, Callable[[], Answer]] = request.heard_elsewhere  # type: ignore[attr-defined]
    if what not in heard:
        raise AskedElsewhere(what, ask)
    return heard[what]()


@contextmanager
def in_between(request: HttpRequest) -> Iterator[Who | None]:
    """A short transaction of its own while the other system is asked, as whoever makes the request; it stays.

    None where they may act no longer: then the policies show nothing. Also None where they only look as another user.
    """
    who: Who = request.seat  # type: ignore[attr-defined]
    address: str = request.seen_from  # type: ignore[attr-defined]
    with acting(who.user_id, seat_id=who.seat_id, address=address) as now:
        yield now if who.behind is None else None
