"""Which kind is open to whom, from which age, and how heirs share; the days are those of the specification."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.desk.applying import rules
from accounts.desk.applying.kinds import BY_KEY, COUNTRIES, KINDS, Group, grouped
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.step_forms import steps_of
from accounts.desk.applying.tasklist import duties_of
from accounts.ground.tree.models import HOLDERS
from accounts.ground.tree.rules import TreeProblem, check_holder, is_person

INDIVIDUAL = BY_KEY["individual"]
BORN = date(2008, 3, 2)


def test_app_3_under_eighteen_there_is_no_account():
    with pytest.raises(ApplicationProblem, match="at least 18"):
        rules.check_born(BORN, date(2026, 3, 1))

    rules.check_born(BORN, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        (date(2026, 3, 2), ["cash"]),
        (date(2029, 3, 1), ["cash"]),
        (date(2029, 3, 2), ["cash", "margin", "portfolio"]),
    ],
)
def test_app_3_from_eighteen_cash_alone_until_twenty_one(day, offered):
    assert rules.margins_for(INDIVIDUAL, [BORN], day) == offered
    rules.check_margin(INDIVIDUAL, [BORN], "cash", day)
    if "margin" not in offered:
        with pytest.raises(ApplicationProblem, match="below 21"):
            rules.check_margin(INDIVIDUAL, [BORN], "margin", day)


def test_the_youngest_holder_of_a_joint_account_decides():
    joint, old = BY_KEY["joint_survivors"], date(1970, 1, 1)
    assert rules.margins_for(joint, [old, BORN], date(2026, 3, 2)) == ["cash"]
    assert "margin" in rules.margins_for(joint, [old], date(2026, 3, 2))


def test_app_4_iras_are_for_tax_residents_of_the_united_states():
    for kind in KINDS:
        if kind.key.startswith("ira"):
            with pytest.raises(ApplicationProblem, match="tax residents of the United States"):
                rules.check_kind(kind, country="USA", tax_country="CAN")
            rules.check_kind(kind, country="CAN", tax_country="USA")


def test_a_custodian_lives_in_the_united_states_and_has_cash_alone():
    ugma = BY_KEY["ugma"]
    # Where taxes are paid does not count (4.1: US residents only).
    for tax_country in ("USA", "CAN"):
        rules.check_kind(ugma, country="USA", tax_country=tax_country)
    with pytest.raises(ApplicationProblem, match="residents of the United States"):
        rules.check_kind(ugma, country="CAN", tax_country="USA")
    with pytest.raises(ApplicationProblem, match="cash account"):
        rules.check_margin(ugma, [date(1980, 1, 1)], "margin", date(2026, 3, 2))


def test_every_holder_that_is_applied_for_is_known_to_the_tree():
    assert {one.holder for one in KINDS} <= set(HOLDERS)
    for holder in ("RRSP", "RRSP Spousal", "TFSA", "ISA", "IRA Education"):
        assert is_person(holder)
    assert not is_person("JISA")
    with pytest.raises(TreeProblem, match="cash account"):
        check_holder(customer_type="JISA", born_on=None, margin_kind="margin", day=date(2026, 3, 2))


def test_a_minor_has_a_custodian_and_an_adult_none():
    rules.check_minor(BORN, date(2026, 3, 1))
    with pytest.raises(ApplicationProblem, match="own name"):
        rules.check_minor(BORN, date(2026, 3, 2))
    with pytest.raises(ApplicationProblem, match="future"):
        rules.check_minor(date(2027, 1, 1), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("shares", "is_right"),
    [([], True), (["100"], True), (["50", "50"], True), (["33.33", "33.33", "33.34"], True),
     (["50", "40"], False), (["50", "50.01"], False), (["99.99"], False)],
)  # fmt: skip
def test_app_10_shares_of_a_class_are_the_whole(shares, is_right):
    parts = [Decimal(one) for one in shares]
    if is_right:
        rules.check_shares(parts, are_primary=True)
    else:
        with pytest.raises(ApplicationProblem, match="primary beneficiaries must total 100"):
            rules.check_shares(parts, are_primary=True)
        with pytest.raises(ApplicationProblem, match="contingent beneficiaries must total 100"):
            rules.check_shares(parts, are_primary=False)


def test_who_left_an_inherited_account_has_lived_and_died():
    day = date(2026, 3, 2)
    rules.check_decedent(date(1940, 1, 1), date(2025, 12, 31), day)
    for born, died in ((date(2026, 1, 1), date(2025, 12, 31)), (date(1940, 1, 1), date(2026, 3, 3))):
        with pytest.raises(ApplicationProblem):
            rules.check_decedent(born, died, day)


def test_every_kind_is_offered_once_and_its_tasks_fit_it():
    assert len({one.key for one in KINDS}) == len(KINDS) == sum(len(rows) for _words, rows in grouped())
    assert len(COUNTRIES) == 249
    # The letters of the broker, in the order of its two lists.
    codes = {one.code for one in KINDS if one.code}
    assert codes == {"RI", "RO", "RT", "SP", "ED", "TH", "RH", "SH"}
    keys = {key: [duty.key for duty in duties_of(BY_KEY[key])] for key in BY_KEY}
    assert keys["individual"] == ["form", "agreement", "tax", "identity", "address", "review", "funding"]
    assert "trust" in keys["trust_other"] and "trust" not in keys["llc"]
    assert "signers" in keys["corporation"] and "minor" in keys["ugma"]
    assert "second" in keys["joint_common"] and "second" not in keys["ugma"]
    # On paper both holders sign the one form.
    assert "second" not in [one.key for one in duties_of(BY_KEY["joint_common"], on_paper=True)]
    assert "death" in keys["ira_inherited_roth"] and "death" not in keys["ira_roth"]
    for kind in KINDS:
        slugs = [step.slug for step in steps_of(kind)]
        assert ("heirs" in slugs) == (kind.group == Group.RETIREMENT)
        # One task is never required for the approval: the deposit comes after.
        assert [one.key for one in duties_of(kind) if not one.for_approval] == ["funding"]
