"""Gates: marks on views that say who may come in. `auth2fa.middleware` obeys them; an unmarked view is refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.ground.access.abilities import BY_KEY, USUAL
from accounts.ground.access.authority import IMPLIED, RULES, Function, may_ever
from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, no_rule

View = TypeVar("View", bound=Callable[..., Any] | type)


@dataclass(frozen=True)
class Gate:
    """What a view asks of its visitor: a function of the authority table or one of the words below."""

    right: str
    step_up: bool = False
    needs: str = ""
    # Closed to who has opted out of the second proof, reading included: what approves and what hands out files.
    proved: bool = False
    # Fields that are proofs themselves: no fingerprint of a sensitive task is made over them, for a fingerprint of a
    # storage password would be a quick way to try one.
    secrets: frozenset[str] = frozenset()

    def is_closed_without_proof(self, *, reads: bool) -> bool:
        """Whether it is approving, exporting or administering users; looking at what one may sign stays open."""
        return self.proved or (not reads and self.right in (Function.SIGN, Function.MANAGE_USERS))

    @property
    def ability(self) -> str:
        """What the gate needs of the user's own functions: what it names, or what usually opens its right."""
        return self.needs or USUAL.get(self.right, "")


PUBLIC = Gate("public")
SIGNED_IN = Gate("signed_in")
OFFICE = Gate("office")
SURE_OFFICE = Gate("office", step_up=True)


def gate(
    right: str | Gate, *, step_up: bool = False, needs: str = "", proved: bool = False, secrets: Iterable[str] = ()
) -> Callable[[View], View]:
    """Mark a function, class-based or API view with its gate.

    `needs` names the ability of the six groups that the user must have, where it is not the one usual for the right.
    """
    known = right if isinstance(right, Gate) else Gate(right)
    mark = replace(
        known,
        step_up=known.step_up or step_up,
        needs=known.needs or needs,
        proved=known.proved or proved,
        secrets=known.secrets | frozenset(secrets),
    )

    def decorate(view: View) -> View:
        view.gate = mark  # type: ignore[union-attr]
        return view

    return decorate


def may_pass(who: Who, mark: Gate) -> bool:
    """Whether a seat has the gate's right on any account, and its user was given what the gate needs."""
    passes = may_ever(who.role, mark.right) and who.has(mark.ability)
    return passes and (who.behind is None or may_pass(who.behind, mark))


def refused(who: Who, mark: Gate) -> NotAllowed:
    """The refusal of a seat that may not pass, with the rule in words."""
    if not may_ever(who.role, mark.right):
        said = [rule.words for rule in (*RULES, *IMPLIED) if (rule.role, rule.function) == (who.role, mark.right)]
        return NotAllowed(mark.right, said[0] if said else no_rule(mark.right))
    if not who.has(mark.ability):
        box = BY_KEY.get(mark.ability)
        named = box.words if box else no_rule(mark.right)
        return NotAllowed(mark.right, _("Your user was not given this function: %(function)s.") % {"function": named})
    return NotAllowed(mark.right, _("You look as another user; what you may not do yourself stays closed."))


def gate_of(view: Any) -> Gate | None:
    """The mark of a resolved view, looked up on the function, its class and what it wraps."""
    seen = view
    while seen is not None:
        for holder in (seen, getattr(seen, "view_class", None), getattr(seen, "cls", None)):
            mark = getattr(holder, "gate", None)
            if isinstance(mark, Gate):
                return mark
        seen = getattr(seen, "__wrapped__", None)
    return None


def gated(mark: Gate, patterns: Iterable[Any]) -> list[Any]:
    """Mark every view of a third party's URL patterns; marks of their own are kept."""
    marked = list(patterns)
    for pattern in marked:
        if hasattr(pattern, "url_patterns"):
            gated(mark, pattern.url_patterns)
        elif gate_of(pattern.callback) is None:
            pattern.callback = _wrapped(pattern.callback, mark)
    return marked


def _wrapped(view: Callable[..., Any], mark: Gate) -> Callable[..., Any]:
    """The view with a mark; wrapped, because a bound method takes none and a shared function should keep none."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.gate = mark  # type: ignore[attr-defined]
    return marked
