"""What must always be true of the books alone.  Each check returns its breaks; none means that it holds.

A check looks at one day, or with `day=None` at everything ever posted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from accounts.ground.access.context import cursor
from portal.lib.money import MINOR_UNITS
from portal.lib.words import Sentence, gettext_noop


@dataclass(frozen=True)
class Break:
    """An invariant that does not hold for a firm (None: for nobody in particular), with a sentence to show.

    `check` is the name of the check that found it: several checks may guard one invariant.
    """

    invariant: str
    firm_id: int | None
    sentence: Sentence
    check: str = ""


Check = Callable[[date | None], list[Break]]

ALL_FIRMS = "ARRAY(SELECT id FROM accounts_firm)"


def transfers_fit_their_books(day: date | None) -> list[Break]:
    """I01: both sides of a movement are books of its firm in its currency, so every movement sums to zero."""
    return breaks(
        "I01",
        gettext_noop("%(count)s movements stand in books of another firm or currency; the first is %(sample)s."),
        f"""
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t
          JOIN accounts_book debit ON debit.id = t.debit_id
          JOIN accounts_book credit ON credit.id = t.credit_id
         WHERE {of_day(day)}
           AND (debit.firm_id <> t.firm_id OR credit.firm_id <> t.firm_id
                OR debit.currency <> t.currency OR credit.currency <> t.currency)
         GROUP BY t.firm_id
        """,
    )


def movements_run_from_client_to_advisor(day: date | None) -> list[Break]:
    """I02: a fee leaves its client's book for clearing, a sweep leaves clearing for its payee's book, what is given
    back goes from an advisor to the client who paid it, a draw from a sub to its STL master, and the price of a mailbox
    from an advisor to the provider or back; nothing moves in any other way."""
    return breaks(
        "I02",
        gettext_noop("%(count)s movements do not run from the client over clearing to the advisor; see %(sample)s."),
        f"""
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t
          JOIN accounts_book debit ON debit.id = t.debit_id
          JOIN accounts_book credit ON credit.id = t.credit_id
         WHERE {of_day(day)}
           AND CASE t.kind
               WHEN 'fee' THEN NOT (debit.kind = 'client' AND debit.account_id IS NOT DISTINCT FROM t.account_id
                                    AND credit.kind = 'clearing')
               WHEN 'invoice' THEN NOT (debit.kind = 'client' AND debit.account_id IS NOT DISTINCT FROM t.account_id
                                        AND credit.kind = 'clearing')
               WHEN 'sweep' THEN NOT (debit.kind = 'clearing' AND credit.kind = 'payee'
                                      AND credit.practice_id IS NOT DISTINCT FROM t.practice_id)
               WHEN 'adjustment' THEN NOT (debit.kind = 'payee' AND debit.practice_id IS NOT DISTINCT FROM t.practice_id
                                           AND credit.kind = 'client'
                                           AND credit.account_id IS NOT DISTINCT FROM t.account_id)
               WHEN 'borne' THEN NOT (debit.kind = 'payee' AND debit.practice_id IS NOT DISTINCT FROM t.practice_id
                                      AND credit.kind = 'client'
                                      AND credit.account_id IS NOT DISTINCT FROM t.account_id)
               WHEN 'borne_back' THEN NOT (debit.kind = 'client' AND debit.account_id IS NOT DISTINCT FROM t.account_id
                                           AND credit.kind = 'payee'
                                           AND credit.practice_id IS NOT DISTINCT FROM t.practice_id)
               WHEN 'draw' THEN NOT (debit.kind = 'client' AND debit.account_id IS NOT DISTINCT FROM t.account_id
                                     AND credit.kind = 'client'
                                     AND credit.account_id = (SELECT sub.stl_id FROM accounts_account sub
                                                               WHERE sub.id = t.account_id)) IS NOT FALSE
               WHEN 'mailbox' THEN NOT (debit.kind = 'payee' AND debit.practice_id IS NOT DISTINCT FROM t.practice_id
                                        AND credit.kind = 'provider')
               WHEN 'mail_back' THEN NOT (debit.kind = 'provider' AND credit.kind = 'payee'
                                          AND credit.practice_id IS NOT DISTINCT FROM t.practice_id)
               WHEN 'mail_off' THEN NOT (debit.kind = 'provider' AND credit.kind = 'payee'
                                         AND credit.practice_id IS NOT DISTINCT FROM t.practice_id
                                         AND EXISTS (SELECT 1 FROM accounts_transfer paid
                                                      WHERE paid.source = t.source AND paid.kind = 'mailbox'
                                                        AND paid.account_id = t.account_id))
               WHEN 'reimburse' THEN NOT (debit.kind = 'payee' AND debit.practice_id IS NOT DISTINCT FROM t.practice_id
                                          AND credit.kind = 'client'
                                          AND credit.account_id IS NOT DISTINCT FROM t.account_id)
               WHEN 'reversal' THEN NOT (credit.kind = 'client' AND credit.account_id IS NOT DISTINCT FROM t.account_id
                                         AND debit.kind IN ('clearing', 'payee')
                                         AND EXISTS (SELECT 1 FROM accounts_transfer fee
                                                      WHERE fee.source = t.source AND fee.kind IN ('fee', 'invoice')
                                                        AND fee.account_id = t.account_id))
               ELSE true END
         GROUP BY t.firm_id
        """,
    )


def sweeps_equal_collected_fees(day: date | None) -> list[Break]:
    """I03: what a payee is swept on a day in a currency is exactly what was collected for it."""
    return breaks(
        "I03",
        gettext_noop("%(count)s advisors were not swept exactly what was collected for them; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(practice_id::text || ' ' || currency || ' ' || day::text)
          FROM (SELECT t.firm_id, t.practice_id, t.currency, t.day,
                       sum(CASE t.kind WHEN 'sweep' THEN -t.amount ELSE t.amount END) AS rest
                  FROM accounts_transfer t
                 WHERE t.kind IN ('fee', 'invoice', 'sweep') AND {of_day(day)}
                 GROUP BY t.firm_id, t.practice_id, t.currency, t.day) AS payee
         WHERE rest <> 0
         GROUP BY firm_id
        """,
    )


def clearing_is_empty(day: date | None) -> list[Break]:
    """I04: after the sweep nothing is left in a clearing book; day by day, so that each day proves the next."""
    return breaks(
        "I04",
        gettext_noop("%(count)s clearing books are not empty after the sweep; the first holds %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(rest::text || ' ' || currency || ' ' || day::text)
          FROM (SELECT book.firm_id, book.currency, t.day,
                       sum(CASE WHEN t.credit_id = book.id THEN t.amount ELSE -t.amount END) AS rest
                  FROM accounts_book book
                  JOIN accounts_transfer t ON t.firm_id = book.firm_id AND book.id IN (t.credit_id, t.debit_id)
                 WHERE book.kind = 'clearing' AND {of_day(day)}
                 GROUP BY book.firm_id, book.currency, t.day) AS clearing
         WHERE rest <> 0
         GROUP BY firm_id
        """,
    )


def amounts_are_payable(day: date | None) -> list[Break]:
    """I27: every amount is above zero and a whole number of its currency's minor units."""
    coarse = ", ".join(f"'{code}'" for code, places in MINOR_UNITS.items() if places == 0)
    return breaks(
        "I27",
        gettext_noop("%(count)s amounts cannot be paid in their currency; the first is movement %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM accounts_transfer t
         WHERE {of_day(day)}
           AND (amount <= 0 OR (currency IN ({coarse}) AND amount <> trunc(amount)))
         GROUP BY firm_id
        """,
    )


CHECKS: tuple[Check, ...] = (
    transfers_fit_their_books,
    movements_run_from_client_to_advisor,
    sweeps_equal_collected_fees,
    clearing_is_empty,
    amounts_are_payable,
)

# What the checks above may find broken: with none of it the books balance.
INVARIANTS = frozenset({"I01", "I02", "I03", "I04", "I27"})


def named(check: Callable[..., object], found: list[Break]) -> list[Break]:
    """The breaks with the name of the check that found them."""
    return [replace(one, check=check.__name__) for one in found]


def of_day(day: date | None) -> str:
    """The movements `t` that a check looks at.  The list of firms lets the index by firm and day find them."""
    return "true" if day is None else f"t.firm_id = ANY ({ALL_FIRMS}) AND t.day = DATE '{day.isoformat()}'"


def breaks(invariant: str, msgid: str, sql: str, **values: object) -> list[Break]:
    """The rows (firm, count, sample) of a query as breaks."""
    with cursor() as cur:
        cur.execute(sql, values)
        rows = cur.fetchall()
    return [
        Break(invariant, firm_id, Sentence(msgid, {"count": count, "sample": sample}))
        for firm_id, count, sample in rows
    ]
