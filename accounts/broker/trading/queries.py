"""What the decision about a trade is made of, read for one account or for many at once."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from accounts.broker.holdings.models import Position
from accounts.broker.instruments.rules import Traded
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.queries import approvals_of, by_node, kinds_above
from accounts.broker.products.rules import Permission
from accounts.broker.restrictions.queries import holding_for, holds_for
from accounts.broker.trading.rules import Decision, Facts, Node, decide, is_bought_stock, penny_check
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.scope import answer, scope
from accounts.ground.optouts.queries import waived
from accounts.ground.tree.models import Account, Kind


def facts_of(who: Who, accounts: Sequence[Account], day: date, *, function: str) -> dict[int, Facts]:
    """By account: path, permissions and restrictions; two queries for any number of accounts.

    The accounts came through the scope. Rows of nodes above are read past it: what is decided there is inherited.
    """
    approved = list(approvals_of(accounts))
    held = by_node(approved)
    restricted = list(holding_for(accounts, day))
    return {
        account.pk: Facts(
            account=account,
            authority=answer(who, Function(function), account),
            path=_path(account, approved, held),
            restrictions=[one for one in restricted if holds_for(one, account)],
        )
        for account in accounts
    }


def _path(account: Account, approved: Sequence[ProductApproval], held: dict[int, set[Permission]]) -> list[Node]:
    """From the root to the account. A node above without a single approval is a node that lacks all of them."""
    nodes = {kind: frozenset[Permission]() for kind in kinds_above(account)}
    for row in approved:
        if row.account_id != account.pk and row.node_kind in nodes and holds_for(row, account):
            nodes[Kind(row.node_kind)] = frozenset(held[row.account_id])
    path = [Node(kind, "", permissions) for kind, permissions in nodes.items()]
    return [*path, Node(account.kind, account.title, frozenset(held.get(account.pk, set())))]


def may_trade(
    who: Who, account: Account, traded: Traded, side: str, day: date, *, at: datetime | None = None
) -> Decision:
    """Yes or no, with the rules that say so; with `at` also what having opted out of secure login closes."""
    facts = facts_of(who, [account], day, function="trade")[account.pk]
    answered = decide(facts, traded=traded, side=side, day=day)
    choice = waived(who.user_id, at) if at is not None and is_bought_stock(traded, side) else None
    if choice is None:
        return answered
    return Decision((*answered.checks, penny_check(choice, _last_price(who, account, traded, day))))


def _last_price(who: Who, account: Account, traded: Traded, day: date) -> Decimal | None:
    """What one was worth in US dollars in the account's own statements, None where they do not say."""
    held = scope(who, Position).filter(
        account=account, symbol=traded.symbol, asset=traded.asset, day__lte=day, price__gt=0
    )
    found = held.filter(currency="USD").order_by("-day").values_list("price", flat=True).first()
    return Decimal(found) if found is not None else None
