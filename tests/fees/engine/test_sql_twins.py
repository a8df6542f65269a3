"""The night's SQL against the engine, in a real PostgreSQL: the same figures to the last decimal, the same bytes."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from psycopg2.extras import execute_values

from fees.engine import inputs, sql
from fees.engine.accrual import annual, effective_rate, line
from fees.engine.charge import accrued_charge, period_end_charge, recompute
from fees.engine.flattened import COLUMNS, flatten
from fees.engine.registry import METHODS, PERIOD_END_CODES
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Accrual, NavPoint, Segment, Terms
from portal.lib.fingerprint import chain, fingerprint, sql_canonical, sql_digest
from portal.lib.money import CURRENCIES, round_money
from tests.fees.engine.agreed import LONG_AGO, NEW_YORK, SEPTEMBER_2025, THIRD_QUARTER_2025, blended, flat, percent

pytestmark = pytest.mark.django_db

DAY = date(2025, 9, 30)
BOUNDS = ("100000", "500000", "1000000.5", "5000000")


def ask(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def table(name: str, columns: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table {name} ({columns}) on commit drop")
        execute_values(cursor.cursor, f"insert into {name} values %s", rows, page_size=1000)


def some_terms(chance: random.Random, code: int, component: int) -> Terms:
    family = METHODS[code].family
    if family == "percent":
        return Terms(method=code, component=component, starts=LONG_AGO, rate=a_rate(chance))
    if family == "flat":
        amount = Decimal(chance.randint(1, 10**9)).scaleb(-4)
        return Terms(method=code, component=component, starts=LONG_AGO, flat=amount)
    lows = ["0", *sorted(chance.sample(BOUNDS, chance.randint(0, 4)), key=Decimal)]
    steps = [(low, str(a_rate(chance))) for low in lows]
    mode = chance.choice((MARGINAL, WHOLE_BALANCE))
    return blended(steps, METHODS[code].name, mode=mode, component=component)


def a_rate(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(1, 1_000_000)).scaleb(-6)


def some_value(chance: random.Random) -> Decimal:
    """Small, large, below zero, and around the bounds of ranges."""
    near = Decimal(chance.choice(BOUNDS)) + Decimal(chance.randint(-1, 1)).scaleb(-4)
    return chance.choice(
        (
            near,
            Decimal(chance.choice((0, -1, 1))).scaleb(-4),
            Decimal(-chance.randint(1, 10**12)).scaleb(-4),
            Decimal(chance.randint(1, 10**9)).scaleb(-4),
            Decimal(chance.randint(1, 10**13)).scaleb(-4),
            Decimal(chance.randint(1, 10**15)).scaleb(-4),
        )
    )


def schedules(terms: list[Terms]) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    rows = [(one.component, one.method, *flatten(one).values()) for one in terms]
    table("applied", f"component int, method smallint, {columns}", rows)


def night_lines(terms: list[Terms], values: list[Decimal]) -> list[tuple]:
    """What the night's one statement makes of each value under the terms at the same place."""
    schedules(terms)
    table(
        "nav",
        "component int, nlv numeric(20,4)",
        [(one.component, nlv) for one, nlv in zip(terms, values, strict=True)],
    )
    return ask(
        f"select ({sql.BASE})::numeric(20,4), ({sql.RATE})::numeric(9,6), ({sql.AMOUNT})::numeric(20,8)"
        " from nav n join applied s using (component) order by component"
    )


def test_every_method_makes_the_engines_line_to_the_last_decimal():
    chance = random.Random(252)
    terms = [some_terms(chance, code, 0) for code in METHODS for _ in range(400)]
    terms = [numbered(one, place) for place, one in enumerate(terms)]
    values = [some_value(chance) for _ in terms]

    made = night_lines(terms, values)

    expected = [tuple(line(one, nlv)) for one, nlv in zip(terms, values, strict=True)]
    assert [tuple(map(str, row)) for row in made] == [tuple(map(str, row)) for row in expected]


def numbered(terms: Terms, component: int) -> Terms:
    return Terms(**{name: getattr(terms, name) for name in terms.__slots__} | {"component": component})


def test_the_numerator_is_widened_before_it_is_divided():
    terms = [numbered(percent("0.027101"), 1), numbered(blended([("0", "0.999999"), ("88.7801", "1")]), 2)]

    made = night_lines(terms, [Decimal("114796910.9299"), Decimal("3111111.0832")])

    assert [str(amount) for _, _, amount in made] == ["12345.67890123", "12345.67890123"]
    # The trap itself: should PostgreSQL ever divide exactly, this line says that the widening may go.
    assert ask("select round(3111111.0831112199 / 252, 8)") == [(Decimal("12345.67890124"),)]


def test_an_exact_tie_goes_up_in_the_database_too():
    terms = [numbered(percent("0.000001"), 1), numbered(blended([("0", "0.000001"), ("1", "0")]), 2)]

    made = night_lines(terms, [Decimal("1.26"), Decimal(2)])

    assert [amount for _, _, amount in made] == [Decimal("0.00000001"), 0]
    assert made[1][1] == Decimal("0.000001")


def test_the_largest_storable_values_neither_overflow_nor_round_twice():
    nlv = Decimal("9999999999999999.9999")
    steps = [("0", "0.000001"), ("0.0001", "1"), ("9999999999999999.9998", "0.999999")]
    terms = [numbered(one, place) for place, one in enumerate((percent("1"), blended(steps), flat(str(nlv))))]

    made = ask_plain(terms, nlv)

    assert made == [tuple(line(one, nlv)[1:]) for one in terms]


def ask_plain(terms: list[Terms], nlv: Decimal) -> list[tuple]:
    schedules(terms)
    return ask(
        f"select ({sql.RATE})::numeric(9,6), {sql.AMOUNT} from applied s,"
        " (values (%s::numeric(20,4))) n(nlv) order by component",
        nlv,
    )


def test_an_effective_rate_a_hair_below_a_tie_is_rounded_down():
    # 0.0000005 of the value less one ten-billionth: 16 digits of the quotient cannot tell it from the tie.
    nlv = Decimal("6000000000000000.0000")
    bound = nlv / 2 - Decimal("0.0001")
    terms = [numbered(blended([("0", "0.000001"), (str(bound), "0")]), 1)]

    assert line(terms[0], nlv).rate == 0
    assert night_lines(terms, [nlv])[0][1] == 0


def test_a_period_end_fee_sums_its_segments_like_the_engine():
    chance = random.Random(21)
    charges, segments, closing = [], [], []
    for number in range(300):
        code = chance.choice(PERIOD_END_CODES)
        agreed = [some_terms(chance, code, number * 3 + place) for place in range(chance.randint(1, 3))]
        nlv = some_value(chance)
        made = [(one, chance.randint(1, 40)) for one in agreed]
        charges.append(at_period_end(code, nlv, made))
        segments += [(number, one.component, days) for one, days in made]
        closing.append((number, DAY, nlv, agreed))
    schedules([one for *_, agreed in closing for one in agreed])
    table("segment", "number int, component int, days int", segments)
    table("closing", "number int, nav_date date, nlv numeric(20,4)", [row[:3] for row in closing])

    made = ask(
        f"""select {sql.period_end_exact()}, {inputs.sql_period_end_inputs(rate=sql.RATE)}
        from closing n join segment g using (number) join applied s on s.component = g.component
        group by n.number order by n.number"""
    )

    assert [(str(exact), text) for exact, text in made] == [
        (str(charge.exact), inputs.inputs_text(charge)) for charge in charges
    ]


def at_period_end(code, nlv, made):
    return period_end_charge(
        method=code,
        closing=NavPoint(DAY, nlv),
        segments=[Segment(one.component, effective_rate(one, nlv), days, annual(one, nlv)) for one, days in made],
        period=SEPTEMBER_2025,
        currency="USD",
    )


def test_an_accrued_quarter_has_the_same_sum_text_and_fingerprint():
    chance = random.Random(3)
    changed = THIRD_QUARTER_2025.starts + timedelta(days=40)
    terms = [
        percent("0.0125", "PERCENTOFEQUITY_QUARTERLY", ends=changed, component=12),
        percent("0.0150", "PERCENTOFEQUITY_QUARTERLY", starts=changed, component=9),
    ]
    nav = [NavPoint(day, some_value(chance)) for day in NEW_YORK.between(*THIRD_QUARTER_2025)]
    charge = recompute(method=3, nav=nav, terms=terms, calendar=NEW_YORK, period=THIRD_QUARTER_2025, currency="USD")
    columns = "accrual_date date, base numeric(20,4), rate numeric(9,6), amount numeric(20,8), component int"
    table("accrued", columns, [tuple(one) for one in chance.sample(charge.accruals, len(charge.accruals))])

    [(text, exact, amount, sealed)] = ask(
        f"""with p as (select 'U1234567' account, 42 payee, 3::smallint as "method", %s::date starts, %s::date ends,
              'USD'::char(3) currency, {inputs.sql_accrued_inputs()} inputs, sum(a.amount) exact from accrued a)
        select p.inputs, p.exact, {sql.round_money("p.exact", "p.currency")},
          {inputs.sql_charge_fingerprint(amount=sql.round_money("p.exact", "p.currency"))} from p""",
        *THIRD_QUARTER_2025,
    )

    assert text == inputs.inputs_text(charge)
    assert (str(exact), str(amount)) == (str(charge.exact), str(charge.amount))
    assert sealed == inputs.charge_fingerprint(charge, account="U1234567", payee=42)


def test_accrued_lines_are_written_alike_whatever_the_columns_hold():
    day = DAY - timedelta(days=1)
    lines = [
        Accrual(DAY, Decimal(7), Decimal("0.5"), Decimal("1"), 10),
        Accrual(DAY, Decimal("1E+3"), Decimal(1), Decimal("0.1"), 9),
        Accrual(day, Decimal("-0.1"), Decimal(0), Decimal(0), 11),
    ]
    table("loose", "accrual_date date, base numeric, rate numeric, amount numeric, component int", lines)
    charge = accrued_charge(method=2, accruals=lines, period=SEPTEMBER_2025, currency="USD")

    [(text,)] = ask(f"select {inputs.sql_accrued_inputs()} from loose a")

    assert text == inputs.inputs_text(charge)
    assert text.splitlines()[1] == "2025-09-30 1000.0000 1.000000 0.10000000 9"


def test_money_is_rounded_alike():
    chance = random.Random(5)
    amounts = [Decimal(chance.randint(-(10**12), 10**12)).scaleb(-8) for _ in range(200)]
    ties = [Decimal(sign + tie) for sign in ("", "-") for tie in ("0.5", "7.005", "0.125", "1000000000.005", "0.004")]
    rows = [(amount, currency) for amount in amounts + ties for currency in CURRENCIES]
    table("owed", "amount numeric(20,8), currency text", rows)

    made = ask(f"select amount, currency, {sql.round_money('amount', 'currency')} from owed")

    assert len(made) == len(rows)
    assert all(str(rounded) == str(round_money(amount, currency)) for amount, currency, rounded in made)


def test_text_of_fields_is_framed_alike():
    fields = ["U1", None, "", "é,:\n", "名"]
    columns = [f"f{place}" for place in range(len(fields))]
    row = ", ".join(["%s::text"] * len(fields))

    [(sealed,)] = ask(
        f"select {sql_digest(sql_canonical(*columns))} from (values ({row})) f({', '.join(columns)})", *fields
    )

    assert sealed == fingerprint(fields)
    [(link,)] = ask(f"select {sql_digest(sql_canonical('null::text', 'd.d'))} from (values (%s)) d(d)", sealed)
    assert link == chain(None, sealed)
