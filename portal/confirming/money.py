"""What is confirmed about money in and out, in sentences: amount, where from, where to."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.broker.funding.models import FundingKind, FundingMethod, FundingRequest, SavedBank
from accounts.broker.funding.queries import bank_for, request_for, to_fund
from accounts.broker.funding.rules import CURRENCY_OF
from accounts.broker.positions.forms import QUANTITY, WHOLE
from accounts.broker.positions.queries import movable, parts_of, source_of, words_of
from accounts.broker.positions.rules import Movable
from accounts.broker.recurring.models import Every, RecurringInstruction
from accounts.broker.recurring.queries import instruction_for
from portal.confirming.wish import Untold, Wish, account_words, amount_words


def withdraw(wish: Wish) -> str:
    """An amount that leaves, and the bank it goes to."""
    said = {"amount": _amount(wish), "account": wish.account()}
    chosen = str(wish.said.get("to") or wish.said.get("bank") or "")
    if chosen in ("", "CHECK"):
        return _("Withdraw %(amount)s from account %(account)s by check.") % said
    bank = bank_for(wish.seat, UUID(chosen))
    return _("Withdraw %(amount)s from account %(account)s to %(bank)s.") % {**said, "bank": _bank(bank)}


def pay_bill(wish: Wish) -> str:
    """A bill's amount, in dollars whatever else is sent, and who is paid."""
    payee = bank_for(wish.seat, UUID(str(wish.said.get("to") or "")))
    return _("Withdraw %(amount)s from account %(account)s to %(bank)s.") % {
        "amount": amount_words(wish.text("amount"), CURRENCY_OF[FundingMethod.BILLPAY]),
        "account": wish.account(),
        "bank": _bank(payee),
    }


def move(wish: Wish) -> str:
    """Cash between two accounts."""
    ends = [wish.account(), wish.account(str(wish.said.get("other") or wish.said.get("to") or ""))]
    if wish.said.get("direction") == "in":
        ends.reverse()
    words = _("Move %(amount)s from account %(payer)s to account %(payee)s.")
    return words % {"amount": _amount(wish), "payer": ends[0], "payee": ends[1]}


def send_positions(wish: Wish) -> str:
    """Positions that go to another broker, or to another account of the firm."""
    master = to_fund(wish.seat, str(wish.place["number"]))
    account = source_of(wish.seat, master, str(wish.said.get("of") or wish.said.get("sub") or "")[:10])
    said = {"account": account_words(account), "parts": _parts(wish, movable(wish.seat, account))}
    way, _space, chosen = str(wish.said.get("to") or "").partition(" ")
    if wish.said.get("broker") or way == "broker":
        to = bank_for(wish.seat, UUID(str(wish.said.get("broker") or chosen)))
        return _("Move %(parts)s from account %(account)s to %(to)s.") % {**said, "to": _bank(to)}
    return _("Move %(parts)s from account %(account)s to %(to)s.") % {**said, "to": wish.account(chosen or way)}


def _parts(wish: Wish, held: list[Movable]) -> str:
    """The positions of the page's fields, or of the API's list."""
    listed = wish.said.get("positions")
    if isinstance(listed, list):
        said = [(str(one.get("quantity")), str(one.get("symbol"))) for one in listed if isinstance(one, dict)]
    else:
        typed = [(one, str(wish.said.get(f"{QUANTITY}{one.key}") or "")) for one in held]
        said = [
            (f"{one.free.normalize():f}" if wish.said.get(f"{WHOLE}{one.key}") else text, one.symbol)
            for one, text in typed
            if text.strip() or wish.said.get(f"{WHOLE}{one.key}")
        ]
    if not said:
        raise Untold
    return ", ".join(" ".join(f"{quantity} {symbol}".replace("\0", "").split())[:60] for quantity, symbol in said)


def recur(wish: Wish) -> str:
    """An amount that moves again and again, which way, and from when on."""
    every = str(wish.said.get("every") or "")
    said = {
        "amount": _amount(wish),
        "account": wish.account(),
        "every": Every(every).label if every in Every.values else every,
        "day": str(wish.said.get("starts_on") or ""),
        "way": _way(wish),
    }
    words = _("%(every)s from %(day)s on, for account %(account)s: %(way)s, %(amount)s.")
    return words % said


def resume(wish: Wish) -> str:
    """A recurring movement that was paused."""
    found = instruction_for(wish.seat, wish.place["pk"])
    return _("Let “%(name)s” of account %(account)s go on: %(every)s, %(amount)s, %(to)s.") % {
        "name": found.name,
        "account": account_words(found.account),
        "every": Every(found.every).label,
        "amount": amount_words(found.amount, found.currency),
        "to": _end_of(found),
    }


def save_bank(wish: Wish) -> str:
    """A bank to which money may go."""
    return _("Let money of account %(account)s go to %(to)s.") % {
        "account": wish.account(),
        "to": _where(*(str(wish.said.get(name) or "") for name in ("holder", "number", "code", "bank_name", "method"))),
    }


def delete_bank(wish: Wish) -> str:
    """A bank to which money goes no more."""
    bank = bank_for(wish.seat, wish.place["pk"])
    return _("Delete the bank instruction %(name)s of account %(account)s.") % {
        "name": bank.name,
        "account": account_words(bank.account),
    }


def verify(wish: Wish) -> str:
    """What an advisor asks for, answered by the owner."""
    found = request_for(wish.seat, wish.place["pk"])
    said = {
        "kind": found.get_kind_display(),
        "account": account_words(found.account),
        "amount": amount_words(found.amount, found.currency) if found.amount else words_of(parts_of(wish.seat, found)),
        "to": _end_of(found),
    }
    accepts = wish.said.get("answer") == "approve" or wish.said.get("approve") is True
    words = (
        _("Approve of account %(account)s: %(kind)s %(amount)s, %(to)s.")
        if accepts
        else _("Decline of account %(account)s: %(kind)s %(amount)s, %(to)s.")
    )
    return words % said


def _end_of(found: FundingRequest | RecurringInstruction) -> str:
    return _whole(found.bank) if found.bank else account_words(found.counter) if found.counter else found.method


def _way(wish: Wish) -> str:
    """Where a recurring movement leads, from the page's one choice or the API's fields."""
    way, _space, chosen = str(wish.said.get("what") or "").partition(" ")
    if not way:
        kind = wish.said.get("kind")
        way = "account" if kind == FundingKind.INTERNAL else "by" if kind == FundingKind.DEPOSIT else "to"
        names = {"account": "to", "by": "method", "to": "bank"}
        chosen = str(wish.said.get(names[way]) or "")
    if way == "account":
        return _("move to account %(number)s") % {"number": wish.account(chosen)}
    if way == "by":
        return _("deposit by %(method)s") % {"method": chosen}
    if chosen in ("", "CHECK"):
        return _("withdraw by check")
    return _("withdraw to %(bank)s") % {"bank": _bank(bank_for(wish.seat, UUID(chosen)))}


def _amount(wish: Wish) -> str:
    return amount_words(wish.text("amount"), wish.text("currency"))


def _whole(bank: SavedBank) -> str:
    """Everything that decides where money goes, for who lets it go there without having typed it."""
    return f"{bank.name} ({_where(bank.holder, bank.number, bank.code, bank.bank_name, bank.method)})"


def _where(*parts: str) -> str:
    return ", ".join(" ".join(part.replace("\0", "").split()) for part in parts if part.strip())


def _bank(bank: SavedBank) -> str:
    return f"{bank.name} ({bank.holder}, {bank.bank_name} {bank.ending})"
