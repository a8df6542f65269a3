"""Who qualifies for which fund, what may be asked for, and the text that a client signs; no rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.desk.hedge_funds.models import ACCREDITED, QUALIFIED, HedgeFund, Investor, InvestorAnswer
from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account, Status
from portal.lib.money import minor_unit

LIFETIME = timedelta(days=30)
MOST = Decimal("999999999999.99")
EARLIEST = date(1970, 1, 1)


class FundProblem(ValueError):
    """A sentence a person can read: why this cannot be asked, signed or sent."""


class FundConflict(FundProblem):
    """It stands where this cannot be done any more."""


@dataclass(frozen=True)
class Asked:
    """What the text of a request says beside the fund."""

    account: Account
    advisor: str
    amount: Decimal
    answer: InvestorAnswer
    day: date
    last: date


def qualifies(answer: str | None, fund: HedgeFund) -> bool:
    """Whether a client with that latest answer may be shown to a fund; who is qualified is accredited too."""
    return answer in QUALIFIED or (fund.investor == Investor.ACCREDITED and answer in ACCREDITED)


def check_wanted(account: Account, fund: HedgeFund, amount: Decimal, answer: str | None) -> None:
    """Raises FundProblem unless this may be asked for now."""
    if not account.is_holding or account.status != Status.OPEN:
        raise FundProblem(_("Only for an open account that holds assets can an investment be asked for."))
    if not fund.is_offered:
        raise FundProblem(_("The fund takes no new investments."))
    if not qualifies(answer, fund):
        raise FundProblem(_("By what was written down the client does not qualify for this fund."))
    if not amount.is_finite() or not 0 < amount <= MOST or amount != amount.quantize(minor_unit(fund.currency)):
        raise FundProblem(_("Enter an amount above zero, with the currency's own decimal places."))
    if amount < fund.minimum:
        raise FundProblem(
            _("The fund takes %(minimum)s or more.") % {"minimum": money_words(fund.minimum, fund.currency)}
        )


def write(fund: HedgeFund, asked: Asked) -> str:
    """The whole text in the active language; the same facts give the same text."""
    return "\n".join(_lines(fund, asked)) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def _lines(fund: HedgeFund, asked: Asked) -> Iterator[str]:
    account = asked.account
    yield _("HEDGE FUND: REQUEST TO INVEST")
    yield _("Account: %(number)s, %(title)s") % {"number": account.number, "title": account.title}
    yield _("Asked for by: %(advisor)s, on %(day)s") % {"advisor": asked.advisor, "day": day_text(asked.day)}
    yield ""
    yield _("1. The fund")
    for words, value in (
        (_("Fund"), fund.name),
        (_("Class"), fund.share_class),
        (_("Manager"), fund.company),
        (_("Open to"), str(Investor(fund.investor).label)),
        (_("Smallest investment"), money_words(fund.minimum, fund.currency)),
        (_("Subscription"), fund.subscription),
        (_("Redemption"), fund.redemption),
        *([(_("Fees of the fund"), fund.fees)] if fund.fees else []),
    ):
        yield f"- {words}: {value}"
    yield ""
    yield _("2. What is asked for")
    yield _("To invest %(amount)s in this fund from this account.") % {
        "amount": money_words(asked.amount, fund.currency)
    }
    yield ""
    yield _("3. Your own answer")
    yield _("Your advisor wrote down on %(day)s: %(answer)s. By signing you confirm that this is still true.") % {
        "day": day_text(asked.answer.answered_on),
        "answer": asked.answer.get_answer_display(),
    }
    yield ""
    yield _("4. What signing does")
    yield _(
        "The request goes to the back office, and from there to the fund. No money moves by it: the investment is yours"
        " when the broker's statement or the fund's administrator shows it."
    )
    yield _("A fee of your advisor on this investment is agreed apart from this, and you sign it by itself.")
    yield ""
    yield _("You can sign until %(day)s. Until you sign, nothing is sent.") % {"day": day_text(asked.last)}
