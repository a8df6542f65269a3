"""Every method that a case can name, with the words about its form."""

from collections.abc import Callable

from fees.engine.agreement import CapKind
from fees.engine.cases import assets, limits, profits, trades
from fees.engine.cases.form import BadCase, Form
from fees.engine.hedge_fund import METHODS as FUND_METHODS
from fees.engine.profit import METHODS as PROFIT_METHODS
from fees.engine.registry import BY_NAME
from fees.engine.trade_unit import METHODS as TRADE_METHODS

Work = Callable[[Form], dict[str, object]]

# The names that one way of working out serves, and the words about their form.
KINDS: tuple[tuple[tuple[str, ...], Work, str], ...] = (
    (tuple(BY_NAME), assets.work_out, assets.FORM),
    (tuple(one.name for one in PROFIT_METHODS), profits.work_out, profits.PROFIT_FORM),
    (tuple(one.name for one in FUND_METHODS), profits.work_out_fund, profits.FUND_FORM),
    (tuple(one.name for one in TRADE_METHODS), trades.work_out, trades.TRADE_FORM),
    (("ALLOCATION_MINIMUM",), trades.work_out_minimum, trades.MINIMUM_FORM),
    (tuple(kind.value for kind in CapKind), limits.work_out_invoices, limits.INVOICE_FORM),
    (("ROLLING_CAP",), limits.work_out_rolling, limits.ROLLING_FORM),
    (("CHARGE_TO_MASTER",), limits.work_out_payers, limits.PAYER_FORM),
    (("ADJUSTMENT",), limits.work_out_adjustment, limits.ADJUSTMENT_FORM),
    (("REIMBURSEMENT",), limits.work_out_reimbursement, limits.REIMBURSEMENT_FORM),
)

WORK: dict[str, Work] = {name: work for names, work, _words in KINDS for name in names}


def work_out(case: object) -> dict[str, object]:
    """The answer to one case: its method, its lines and the derivation in words.  BadCase says what is wrong."""
    form = Form(case)
    name = form.text("method")
    if name not in WORK:
        raise BadCase(f"method {name!r} is not one of {', '.join(WORK)}")
    return {"method": name} | WORK[name](form)


def words() -> str:
    """How a case of every method is written."""
    return "\n\n".join(f"{', '.join(names)}\n{_indented(text)}" for names, _work, text in KINDS)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
