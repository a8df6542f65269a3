"""The text that a client signs, line by line, and its hash.  Once sent it is kept as it stood on the screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account
from accounts.ground.writing import told_in
from fees.engine.registry import EVERY, words
from fees.invoicing.models import CAP_KINDS
from fees.proofs.words import exact, method_title, tell
from fees.proposals.preview import Effect
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import Figures
from portal.lib.words import Sentence

# What the engine's sentences about terms call an amount in the account's currency.
MONEY = ("flat", "low", "high", "figure", "amount")


@dataclass(frozen=True)
class Letter:
    """What the text is made of beside the terms themselves."""

    version: int
    account: Account
    payee: str
    day: date
    expires_on: date
    starts: date
    reasons: tuple[Sentence, ...]
    effect: Effect | None


def write(letter: Letter, *, before: Wanted, after: Wanted, language: str) -> str:
    """The whole text in the client's language; the same letter gives the same text."""
    with told_in(language):
        return "\n".join(_lines(letter, before, after)) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def terms_words(wanted: Wanted, currency: str = "") -> list[str]:
    """The terms in sentences: how fees are charged, each fee, the invoice limit, who bears what else. Amounts are told
    with the account's currency, where there is one."""
    return list(_terms(wanted, currency))


def _lines(letter: Letter, before: Wanted, after: Wanted) -> Iterator[str]:
    account = letter.account
    yield _("AGREEMENT ON ADVISORY FEES")
    yield _("Proposal %(version)s of %(day)s") % {"version": letter.version, "day": day_text(letter.day)}
    yield ""
    yield _("Account: %(number)s, %(title)s, in %(currency)s") % {
        "number": account.number,
        "title": account.title,
        "currency": account.base_currency,
    }
    yield _("The fee is paid to: %(payee)s") % {"payee": letter.payee}
    yield ""
    yield _("1. What is agreed")
    yield from _bullets(_terms(after, account.base_currency))
    yield ""
    yield _("2. What applies until then")
    yield from _bullets(_terms(before, account.base_currency))
    yield ""
    yield _("3. Why your signature is asked for")
    yield from _bullets(tell(one) for one in letter.reasons)
    yield ""
    yield from _money(letter.effect)
    yield _("5. When it applies")
    yield _when(account.is_application) % {"day": day_text(letter.starts)}
    yield _("It can be signed until %(day)s. Until you sign, nothing changes.") % {"day": day_text(letter.expires_on)}
    yield ""
    if after.strategy == Strategy.AUTOMATIC:
        yield _("6. Authorization")
        yield _(
            "I authorize that the fees described here are worked out and taken from the account automatically when "
            "they are due, until I or my advisor end this agreement in writing. Lower fees may be put into force "
            "without a new signature; higher fees or another kind of fee may not."
        )
        yield ""
    yield _(
        "Broker commissions and other charges of the broker are not part of this agreement unless they are named above."
    )


def _when(is_application: bool) -> str:
    if is_application:
        return _(
            "The account is not open yet. The new terms apply from the day on which it is opened, without another "
            "signature, but not before %(day)s and not before you sign; after 17:45 New York time a signature counts "
            "for the next business day. Nothing is charged for days before. If the application is given up, they never "
            "apply."
        )
    return _(
        "From %(day)s on, if you sign before 17:45 New York time on that day; a later signature counts for the next "
        "business day, and the new terms apply from then on. Nothing is charged for days before."
    )


def _terms(wanted: Wanted, currency: str) -> Iterator[str]:
    strategies = dict(Strategy.choices)
    yield str(strategies[wanted.strategy]) + "."
    for one in wanted.components:
        yield f"{method_title(one.method)}: {_component(one, currency)}"
    if wanted.cap_kind and wanted.cap_rate is not None:
        yield _("Invoices of a period may come to at most %(percent)s %% a year of the account's value (%(kind)s).") % {
            "percent": exact(wanted.cap_rate * 100, 0),
            "kind": dict(CAP_KINDS)[wanted.cap_kind],
        }
    if wanted.commissions_to_master:
        yield _("The advisor bears the broker's commissions while its account holds at least USD 1,000.")
    if wanted.other_fees_to_master:
        yield _("The advisor bears the broker's other fees while its account holds at least USD 1,000.")


def _component(one: Figures, currency: str) -> str:
    if one.method not in EVERY:
        return ""
    return " ".join(tell(_in(currency, sentence)) for sentence in words(one.terms(starts=date.min)))


def _in(currency: str, sentence: Sentence) -> Sentence:
    """The sentence with its amounts in the account's currency, unless it names another itself."""
    if not currency or {"currency", "what"} & sentence.params.keys():
        return sentence
    amounts = {name: sentence.params[name] for name in MONEY if isinstance(sentence.params.get(name), Decimal)}
    told = {name: f"{exact(Decimal(str(one)))}\N{NO-BREAK SPACE}{currency}" for name, one in amounts.items()}
    return Sentence(sentence.msgid, {**sentence.params, **told})


def _money(effect: Effect | None) -> Iterator[str]:
    yield _("4. What it would have come to")
    if effect is None or not effect.is_known:
        yield _("There are no closing values of a whole period yet, so no example can be given.")
        yield ""
        return
    values = effect.values
    yield _("From %(first)s to %(last)s (%(days)s business days), on the account's real values:") % {
        "first": day_text(values.span.starts),
        "last": day_text(values.span.last_day),
        "days": values.business_days,
    }
    for said, cost in ((_("today's terms"), effect.before), (_("the proposed terms"), effect.after)):
        assert cost.amount is not None
        yield f"- {said}: {money_words(cost.amount, values.currency)}"
    for code in effect.left_out:
        yield "- " + _("Not in these amounts, because what it is charged on is not known yet: %(title)s.") % {
            "title": method_title(code)
        }
    for sentence in effect.after.arithmetic:
        yield f"- {tell(sentence)}"
    yield ""


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {line}" for line in lines)
