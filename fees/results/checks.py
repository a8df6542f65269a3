"""What must be true of the results behind fees on profit before a firm's day is sealed."""

import json
from collections import defaultdict
from collections.abc import Sequence

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break, breaks
from fees.engine.high_water import Loss, settle
from fees.engine.profit import shield_of
from fees.engine.registry import PROFIT_CODES
from fees.engine.types import Terms
from fees.results.queries import Key, Left, carried_in, losses_of, once_carried_in, slices, terms_by_component
from portal.lib.words import Sentence, gettext_noop

CODES = ", ".join(map(str, PROFIT_CODES))
# As the engine writes them into the fee's text.
RESULT_LINE = "'result ' || r.profit || ' ' || r.recovered || ' ' || r.chargeable || ' ' || r.surplus"
LEFT_LINES = (
    "coalesce((SELECT string_agg(E'\\nleft ' || (loss->>0) || ' ' || (loss->>1)::numeric(24,8), '' ORDER BY place)"
    " FROM jsonb_array_elements(r.carried) WITH ORDINALITY AS one (loss, place)), '')"
)


def results_stand_behind_their_charges(run_id: int) -> list[Break]:
    """I28: every fee on profit has one result, and says in its text what the result says."""
    return breaks(
        "I28",
        gettext_noop("%(count)s fees on profit and their results do not match; the first is %(sample)s."),
        f"""
        SELECT c.firm_id, count(*), min(c.id::text)
          FROM fees_charge c LEFT JOIN fees_periodresult r ON r.charge_id = c.id
         WHERE c.run_id = %(run)s AND c.method IN ({CODES})
           AND (r.charge_id IS NULL
                OR (r.firm_id, r.account_id, r.practice_id, r.method)
                   IS DISTINCT FROM (c.firm_id, c.account_id, c.practice_id, c.method)
                OR right(c.inputs, length({RESULT_LINE} || {LEFT_LINES})) <> {RESULT_LINE} || {LEFT_LINES})
         GROUP BY c.firm_id
        """,
        run=run_id,
    )


def carried_losses_follow_from_results(run_id: int) -> list[Break]:
    """I16: the engine replays the results from the first: a carried loss changes only by a loss, a gain (oldest first),
    expiry or proration.

    Results of earlier nights, and what adjusts them, may follow by the reading of agreed losses that held when they
    were written.
    """
    with cursor() as cur:
        cur.execute(
            "SELECT DISTINCT c.account_id FROM fees_charge c"
            f" WHERE c.run_id = %s AND c.method IN ({CODES}) ORDER BY c.account_id",
            [run_id],
        )
        accounts = [account for (account,) in cur.fetchall()]
    wrong: dict[int, list[str]] = defaultdict(list)
    for some in slices(accounts):
        for firm, number in _differing(some, run_id):
            wrong[firm].append(number)
    msgid = gettext_noop("%(count)s results do not follow from those before them; the first account is %(sample)s.")
    return [
        Break("I16", firm, Sentence(msgid, {"count": len(numbers), "sample": min(numbers)}))
        for firm, numbers in sorted(wrong.items())
    ]


def _differing(accounts: Sequence[int], run_id: int) -> list[tuple[int, str]]:
    with cursor() as cur:
        cur.execute(
            "SELECT DISTINCT ON (r.account_id, r.practice_id, r.method, r.period)"
            " r.firm_id, a.number, r.account_id, r.practice_id, r.method, r.period, r.component_id,"
            " c.run_id = %s AND r.revision = 0, r.profit, r.recovered, r.chargeable, r.withdrawn, r.carried::text"
            " FROM fees_periodresult r JOIN accounts_account a ON a.id = r.account_id"
            " JOIN fees_charge c ON c.id = r.charge_id"
            " WHERE r.account_id = ANY(%s) ORDER BY r.account_id, r.practice_id, r.method, r.period, r.revision DESC",
            [run_id, list(accounts)],
        )
        rows = cur.fetchall()
    terms = terms_by_component(row[6] for row in rows)
    found: list[tuple[int, str]] = []
    before: dict[Key, Left] = {}
    for firm, number, account, practice, method, period, component, is_new, *figures, text in rows:
        key: Key = account, practice, method
        profit, recovered, chargeable, withdrawn = figures
        stored = recovered, chargeable, losses_of(json.loads(text))
        replayed = [
            settle(shield_of(terms[component]).mark, profit=profit, period=period, carried=losses, withdrawn=withdrawn)
            for losses in _readings(terms[component], before.get(key), terms, is_new=is_new)
        ]
        settled = next((one for one in replayed if (one.recovered, one.chargeable, one.carried) == stored), None)
        if settled is None:
            found.append((firm, number))
        # What was replayed goes on, not what is stored: one wrong row is not hidden by the rows after it.
        before[key] = Left(period, component, (settled or replayed[0]).carried)
    return found


def _readings(terms: Terms, left: Left | None, known: dict[int, Terms], *, is_new: bool) -> list[tuple[Loss, ...]]:
    """The losses with which a period may have begun: what this night closes has one reading."""
    if not shield_of(terms).mark:
        return [()]
    now = carried_in(terms, left, known)
    return [now] if is_new else [now, once_carried_in(terms, left, known)]
