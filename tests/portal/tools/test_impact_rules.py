"""Scores of what clients value, worked by hand from the spec, and files of scores as spreadsheets write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.csvtext import BadCsv
from portal.tools.impact import rules
from portal.tools.impact.reading import parse
from portal.tools.impact.rules import Part, Wishes
from portal.tools.impact.words import PRACTICES, VALUES

D = Decimal
LISTS = {"values": dict(VALUES), "practices": dict(PRACTICES)}
SCORES = st.decimals(0, 10, places=2)


def test_esg_1_importance_weights_the_values_and_worth_the_holdings():
    """8 three times and 4 once are 28 by 4; 75,000 at 7 and 25,000 at 3 are 600,000 by 100,000."""
    wishes = Wishes({"a": 3, "b": 1})

    assert rules.score_of(wishes, {"a": D(8), "b": D(4), "c": D(0)}) == D("7.00")
    found = rules.portfolio([Part(D(75_000), D("7.00")), Part(D(25_000), D("3.00"))])
    assert (found.score, found.coverage) == (D("6.00"), D(100))


def test_what_has_no_score_weighs_nothing_and_is_told_as_not_covered():
    """40,000 at 5 and 10,000 at 10 are 300,000 by 50,000; 50,000 of 80,000 are 62.5 percent."""
    found = rules.portfolio([Part(D(40_000), D(5)), Part(D(10_000), D(10)), Part(D(30_000), None)])

    assert (found.score, found.coverage) == (D(6), D("62.5"))
    assert rules.portfolio([Part(D(100), None)]).score is None
    assert rules.portfolio([]).coverage is None
    assert rules.score_of(Wishes({"a": 3}), {"b": D(9)}) is None
    assert rules.score_of(Wishes({"a": 3, "b": 1}), {"b": D(9)}) == D(9)
    assert rules.score_of(Wishes({}, frozenset({"weapons"})), {"a": D(9)}) is None


def test_esg_2_a_flag_to_avoid_is_a_conflict_whatever_the_score():
    wishes = Wishes({"a": 1}, frozenset({"animal_testing", "weapons"}))

    assert rules.conflicts(wishes, ["animal_testing", "violations"]) == ("animal_testing",)
    assert rules.conflicts(wishes, ["violations"]) == ()
    assert rules.conflicts(Wishes({"a": 1}), ["animal_testing"]) == ()


def test_a_swap_is_scored_anew_at_the_same_value():
    """25,000 go from 3 to 9: 75,000 at 7 and 25,000 at 9 are 750,000 by 100,000; what had no score is covered then."""
    parts = [Part(D(75_000), D(7)), Part(D(25_000), D(3)), Part(D(100_000), None)]

    assert rules.swapped(parts, 1, D(9)).score == D("7.5")
    assert rules.swapped(parts, 2, D(5)).coverage == D(100)
    assert rules.swapped(parts, 2, D(5)).score == D("5.5")  # 525,000 + 75,000 + 500,000 by 200,000


@given(
    weights=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(rules.IMPORTANCE), min_size=1), data=st.data()
)
def test_a_mean_lies_between_what_it_is_the_mean_of(weights, data):
    scores = {code: data.draw(SCORES) for code in weights}
    found = rules.score_of(Wishes(weights), scores)

    assert found is not None
    assert min(scores.values()) - D("1e-20") <= found <= max(scores.values()) + D("1e-20")


@given(
    st.lists(st.tuples(st.decimals("0.01", 10**12, places=2), st.none() | SCORES), min_size=1, max_size=12),
    SCORES,
    st.data(),
)
def test_a_better_security_never_makes_the_portfolio_worse(rows, score, data):
    parts = [Part(*row) for row in rows]
    place = data.draw(st.integers(0, len(parts) - 1))
    before, after = rules.portfolio(parts), rules.swapped(parts, place, score)

    assert before.total == after.total
    assert after.scored >= before.scored
    if parts[place].score is not None and score >= parts[place].score:
        assert after.score >= before.score - D("1e-20")


@pytest.mark.parametrize(
    "text",
    [
        "symbol,asset,conid,clean_air,Pure Water,flags\nAAPL,STK,265598,8,4.5,weapons|Animal Testing\n",
        "symbol;asset;conid;clean_air;Pure Water;flags\nAAPL;stk;265598;8,00;4,5;Weapons|animal testing\n",
        "Symbol\tAsset\tConid\tClean Air\tPure Water\tFlags\nAAPL\tSTK\t265598\t8\t4,5\tWeapons, Animal Testing\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_as_any_spreadsheet_writes_them(text, encoding):
    (one,) = parse(text.encode(encoding), **LISTS).securities

    assert (one.conid, one.symbol, one.asset) == (265598, "AAPL", "STK")
    assert one.scores == {"clean_air": "8.00", "pure_water": "4.50"}
    assert one.flags == ["animal_testing", "weapons"]


def test_each_row_has_its_own_verdict():
    rows = ["AAPL,STK,1,US0378331005,8", "MSFT,STK,2,,10.01", "IBM,STK,3,,nan", "GE,STK,,,5", "X,STK,1,,5"]
    rows += [
        "KO,STK,9,US123,5",
        "PEP,STK,10,,",
        "V,STK,11,,1e1",
        ",STK,12,,5",
        "T,STK,13,US0378331005,5",
        "Z,STK,14,,-1",
    ]
    found = parse("\n".join(["symbol,asset,conid,isin,clean_air", *rows]).encode(), **LISTS)

    assert [one.symbol for one in found.securities] == ["AAPL"]
    assert [one.line for one in found.refused] == list(range(3, 13))
    assert found.refused[3].params == {"line": "2"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"symbol,asset,conid\n",
        b"symbol,asset,clean_air\nAAPL,STK,5\n",
        b"symbol,asset,conid,clean_hair\nAAPL,STK,1,5\n",
        b"symbol,asset,conid,clean_air,Clean Air\nAAPL,STK,1,5,6\n",
        b"PK\x03\x04 a workbook",
        b"symbol,asset,conid,clean_air\nAAPL,STK,1,eleven\n",
        b"\x00\x00\x00",
    ],
)
def test_a_file_that_says_nothing_is_refused_as_a_whole(content):
    with pytest.raises(BadCsv):
        parse(content, **LISTS)
