"""The portfolio report: every figure by hand, what is held and not itemised, a benchmark, files, and whose it is."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.http import QueryDict

from accounts.broker.activity.models import CashLine
from accounts.broker.feed.models import FxRate, StatementFile
from accounts.broker.holdings.models import CashBalance, Position
from accounts.broker.prices.models import ClosingPrice
from portal.performance.rules import DayValue, returns
from portal.reports.risk import risk
from portal.reports.wishes import Kind, Wish
from tests.house.written import fingerprint_of_rows
from tests.portal.reports.test_pages import (  # noqa: F401 (fixtures)
    AUGUST,
    FIRST,
    LAST,
    SEPTEMBER,
    asked,
    nights,
    sealed,
    table,
    valued,
)

pytestmark = pytest.mark.django_db
ANA = "accounts=U1000001"


def points(*values):
    return returns(DayValue(date(2025, 9, 1 + place), D(value)) for place, value in enumerate(values))


def test_volatility_sharpe_and_fall_by_hand():
    """docs/returns.md: 1 %, -2 %, 3 %, 0 %; the square root of 1092 is 33.0454; 126 and 124 over it."""
    series = points("100", "101", "98.98", "101.9494", "101.9494")
    found = risk(series, D(0))
    assert (found.days, round(found.volatility * 100, 4), round(found.sharpe, 4)) == (4, D("33.0454"), D("3.8129"))
    assert (found.fall, found.peak, found.trough) == (D("-0.02"), date(2025, 9, 2), date(2025, 9, 3))
    assert round(risk(series, D("0.02")).sharpe, 4) == D("3.7524")


def test_what_has_no_risk_says_so():
    assert risk([], D(0)) is None and risk(points("100", "-1"), D(0)) is None
    short = risk(points("100", "90"), D(0))
    assert (short.days, short.volatility, short.sharpe, short.fall) == (1, None, None, D("-0.1"))
    flat = risk(points("100", "100", "100"), D(0))
    assert (flat.volatility, flat.sharpe, flat.fall) == (0, None, 0)


def test_days_that_begin_with_nothing_do_not_thin_the_others():
    """Opened with nothing, funded on the third day, then the four returns of the example."""
    values = ("0", "0", "100", "101", "98.98", "101.9494", "101.9494")
    series = returns(
        DayValue(date(2025, 9, 1 + place), D(value), D(100) if place == 2 else D(0))
        for place, value in enumerate(values)
    )
    assert (risk(series, D(0)).days, round(risk(series, D(0)).volatility * 100, 4)) == (4, D("33.0454"))


def test_a_rate_is_typed_with_either_decimal_sign():
    assert [Wish.of(Kind.PORTFOLIO, QueryDict(f"free={text}")).risk_free for text in ("4,5", "4.5")] == [D("0.045")] * 2


@pytest.fixture
def held(valued, world):  # noqa: F811
    """110 dollars: 50 in shares, 20 of them 10 euros at 2; 15 in a bond, 25 in cash, and 20 that nobody itemises."""
    source = StatementFile.unscoped.create(
        sha256="1" * 64, name="a.xml", kind="flex", size=1, imported_at=datetime(2025, 10, 1, tzinfo=UTC)
    )
    ana = world["U1000001"]
    same = {"account": ana, "day": LAST, "quantity": D(1), "file": source, "level": "SUMMARY", "side": "Long"}
    for key, asset, symbol, currency, value in (
        ("1", "STK", "ACME", "USD", "30"),
        ("2", "STK", "BETA", "EUR", "10"),
        ("3", "BOND", "GILT", "USD", "15"),
    ):
        Position.unscoped.create(key=key, asset=asset, symbol=symbol, currency=currency, value=D(value), **same)
    lot = {**same, "level": "LOT"}
    Position.unscoped.create(key="1 lot", asset="STK", symbol="ACME", currency="USD", value=D(30), **lot)
    FxRate.unscoped.create(day=LAST, from_currency="EUR", to_currency="USD", rate=D(2), file=source)
    for currency, is_total, ending in (("USD", False, "25"), ("USD", True, "25")):
        CashBalance.unscoped.create(
            account=ana,
            day=LAST,
            currency=currency,
            is_total=is_total,
            ending=D(ending),
            settled=D(ending),
            file=source,
        )
    for key, kind, amount in (("a", "Dividends", "7"), ("b", "Dividends", "1.50"), ("c", "Advisor Fees", "-3")):
        CashLine.unscoped.create(
            account=ana,
            firm_id=ana.firm_id,
            key=key,
            kind=kind,
            currency="USD",
            amount=D(amount),
            report_on=LAST,
            file=source,
        )
    for day, price in ((AUGUST, "200"), (FIRST, "150"), (LAST, "210")):
        ClosingPrice.unscoped.create(
            symbol="SPX", day=day, price=D(price), recorded_at=datetime(2025, 10, 1, tzinfo=UTC), source="test"
        )
    return world


def section(found, title):
    return next(one for one in found["sections"] if one["title"] == title)


def test_a_benchmark_is_measured_over_the_days_of_the_accounts(held, browse):
    """They begin on 29 August at 200: 210 is 5 %, whatever the index did in July."""
    ClosingPrice.unscoped.create(
        symbol="SPX", day=date(2025, 7, 31), price=D(100), recorded_at=datetime(2025, 10, 1, tzinfo=UTC), source="test"
    )
    found = asked(browse, "alice", "portfolio", f"{ANA}&benchmark=SPX&period=custom&first=2025-08-01&last=2025-09-30")
    returned = section(found, "Returns")
    assert returned["totals"] == [["The whole period", "10.00", "5.00"]]
    assert any("from 2025-08-29 on" in note for note in returned["notes"])


def test_every_section_by_hand(held, browse):
    found = asked(browse, "alice", "portfolio", f"{ANA}&benchmark=SPX&free=2")
    figures = section(found, "Key figures")
    row = dict(zip(figures["columns"], figures["rows"][0], strict=True))
    assert [row[name] for name in ("Value at the beginning", "Value at the end")] == ["100.00", "110.00"]
    assert (row["Gain or loss after costs"], row["Time-weighted"], row["Money-weighted"]) == ("10.00", "10.00", "10.00")
    assert section(found, "Returns")["totals"] == [["The whole period", "10.00", "5.00"]]
    assert section(found, "By asset class")["rows"] == [
        ["Stock", "50.00", "45.45"],
        ["Cash", "25.00", "22.73"],
        ["Bond", "15.00", "13.64"],
        ["Not itemised in the statements", "20.00", "18.18"],
    ]
    assert section(found, "By asset class")["totals"] == [["Total", "110.00", "100.00"]]
    assert section(found, "By currency")["rows"] == [
        ["USD", "70.00", "63.64"],
        ["EUR", "20.00", "18.18"],
        ["Not itemised in the statements", "20.00", "18.18"],
    ]
    assert section(found, "Largest holdings")["rows"] == [
        ["ACME", "Stock", "30.00", "27.27"],
        ["BETA", "Stock", "20.00", "18.18"],
        ["GILT", "Bond", "15.00", "13.64"],
    ]
    assert section(found, "What came and went")["rows"] == [["Advisor Fees", "-3.00"], ["Dividends", "8.50"]]
    # 21 returns, 20 of them nothing and the last 10 %: m = 10/21 %, s² = 100/21 (%²), volatility = √(100/21 × 252)
    # = √1200 = 34.64 %; (10/21 × 252 − 2) ÷ 34.641 = 118 ÷ 34.641 = 3.41.
    assert section(found, "Risk")["rows"] == [["2025-09-01 – 2025-09-30", "21", "34.64", "3.41", "0.00", None, None]]
    assert "2.00%" in section(found, "Risk")["notes"][0]
    assert section(found, "Accounts")["rows"] == [["U1000001", "Ruiz, Ana Kestrel", "110.00", "USD"]]


def test_several_accounts_are_one_and_what_has_no_rate_is_in_no_sum(held, browse):
    FxRate.unscoped.all().delete()
    found = asked(browse, "alice", "portfolio", "accounts=U1000001 I4000001&currency=USD")
    row = section(found, "Key figures")["rows"][0]
    assert (row[1], row[5], row[7]) == ("1000.00", "1010.00", "1.00")
    shares = section(found, "By asset class")
    assert ["Stock", "30.00", "2.97"] in shares["rows"] and any("EUR" in one for one in shares["notes"])
    assert shares["totals"] == [["Total", "1010.00", "100.00"]]


def test_page_and_files_are_one_report(held, browse):
    alice = browse("alice")
    page = alice.get(f"/reports/portfolio/?{SEPTEMBER}&{ANA}&benchmark=SPX").content.decode()
    assert 'class="spark plot-wide"' in page and "45.45%" in page and "<option selected>SPX" in page
    address = f"/reports/file/?report=portfolio&{SEPTEMBER}&{ANA}"
    rows = table(alice.post(address, {"format": "csv"}))
    assert ["Stock", "50.00", "45.45"] in [list(one) for one in rows]
    assert alice.post(address, {"format": "pdf"}).content.startswith(b"%PDF")
    assert alice.post(address, {"format": "xlsx"}).content.startswith(b"PK")
    russian = alice.get(f"/reports/portfolio/?{SEPTEMBER}&{ANA}&language=ru").content.decode()
    assert "По классам активов" in russian and "Дивиденды" in russian


@pytest.mark.parametrize(
    ("name", "status"), [("ana", 200), ("bob", 404), ("ken", 404), ("mallory", 404), ("tess", 403), ("frank", 403)]
)
def test_whose_it_is(held, browse, name, status):
    visitor, before = browse(name), fingerprint_of_rows()
    assert visitor.get(f"/reports/portfolio/?{SEPTEMBER}&{ANA}").status_code == status
    assert visitor.get(f"/api/v1/reports/figures/?report=portfolio&{SEPTEMBER}&{ANA}").status_code == status
    assert status == 200 or fingerprint_of_rows() == before


@pytest.mark.parametrize(
    ("typed", "kept"), [("2", "2"), ("2.5", "2.5"), ("-1", ""), ("100", ""), ("NaN", ""), ("٢", "")]
)
def test_a_rate_is_a_rate(typed, kept):
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    query["free"] = typed
    wish = Wish.of(Kind.PORTFOLIO, query)
    assert wish.free == kept and Wish.at(wish.address) == wish
