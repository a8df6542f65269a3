"""Prices of benchmarks: loaded once, corrected by a later row, known as they were at an instant."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from accounts.broker.prices.actions import record_prices
from accounts.broker.prices.models import ClosingPrice
from accounts.broker.prices.queries import closing_prices
from accounts.broker.prices.rules import Price, read
from portal.lib.words import english

DAY = date(2025, 9, 30)
FIRST, SECOND = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 10, 5, tzinfo=UTC)


def test_a_table_is_read_with_or_without_names():
    for text in ("symbol,day,price\nSPX,2025-09-30,6688.46\n", "SPX,2025-09-30,6688.46"):
        assert read(text) == ([Price("SPX", DAY, Decimal("6688.46"))], [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SPX,2025-09-30", "A line is symbol, day and price."),
        (",2025-09-30,1", "Name the benchmark in at most 60 characters."),
        ("SPX,30.09.2025,1", "'30.09.2025' is not a day like 2025-09-30."),
        ("SPX,2025-09-30,-1", "A price is above zero."),
        ("SPX,2025-09-30,1e3", "'1e3' has an exponent; write it in full."),
        ("SPX,2025-09-30,2\nSPX,2025-09-30,3", "SPX has two prices for 2025-09-30."),
    ],
)
def test_a_line_that_says_no_price_is_refused(line, words):
    assert [english(one.sentence) for one in read(line)[1]] == [words]


@pytest.mark.django_db
def test_a_correction_is_a_later_row_and_what_was_known_stays_known(world):
    price = Price("SPX", DAY, Decimal(400))
    assert record_prices([price], source="a.csv", at=FIRST) == 1
    assert record_prices([price], source="a.csv", at=SECOND) == 0
    assert record_prices([price._replace(price=Decimal(410))], source="b.csv", at=SECOND) == 1

    assert closing_prices([("SPX", DAY)]) == {("SPX", DAY): Decimal(410)}
    assert closing_prices([("SPX", DAY)], at=FIRST) == {("SPX", DAY): Decimal(400)}
    with pytest.raises(DatabaseError), transaction.atomic():
        ClosingPrice.unscoped.update(price=1)


@pytest.mark.django_db
def test_the_command_loads_what_it_can_and_names_the_rest(world, tmp_path, capsys):
    table = tmp_path / "index.csv"
    table.write_text("symbol,day,price\nSPX,2025-09-30,400\nSPX,today,1\n")

    with pytest.raises(SystemExit):
        call_command("import_prices", str(table), "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["prices"], told["new"], [one["line"] for one in told["refused"]]) == (1, 1, [3])
    assert ClosingPrice.unscoped.get().price == 400
