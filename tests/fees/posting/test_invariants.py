"""The thirty invariants: which check refuses the seal, which constraint refuses the row, which test proves the rest.

A check of the night is asked inside the transaction that seals; each has a lie of its own in tests/fees/posting/lies.
"""

from pathlib import Path

import pytest

from accounts.ground.access.context import as_role, cursor
from fees.posting.checks import CHECKS
from fees.posting.seal import days_are_chained

TESTS = Path(__file__).parents[2]
SEALING = {check.__name__ for check in CHECKS} | {days_are_chained.__name__}

ENGINE = "every_line_agrees_with_the_engine"

# Names of checks before the seal; `row:` a constraint or a key of the database; `test:` a file and its test.
HELD_BY = {
    "I01": ["transfers_fit_their_books", "movements_run_from_client_to_advisor", "row:transfer_positive"],
    "I02": [
        *("sweeps_equal_collected_fees", "every_reversal_takes_back_what_was_rejected"),
        *("no_more_goes_back_than_was_taken", "every_charge_written_off_was_rejected"),
    ],
    "I03": ["sweeps_equal_collected_fees"],
    "I04": ["clearing_is_empty"],
    "I05": [
        *("every_posted_charge_moved_once", "every_processed_invoice_moved_once"),
        *("every_processed_reimbursement_moved_once", "every_borne_charge_moved_once"),
        "every_mailbox_charge_moved_once",
        *("row:charge_once", "row:transfer_once_a_source"),
    ],
    "I06": ["row:invoice_one_a_client_and_day"],
    "I07": ["nothing_due_was_left", "test:night/test_killed.py:test_a_second_delivery_of_every_task_changes_nothing"],
    "I08": ["test:night/test_workers.py", "test:night/test_killed.py:test_two_workers_are_one"],
    "I09": ["test:night/test_killed.py:test_two_workers_are_one"],
    "I10": ["test:night/test_replay.py:test_the_ledger_is_the_same_from_the_inputs_alone"],
    "I11": ["movements_are_as_they_were_posted", "days_are_chained", "instruction_files_are_as_they_were_written"],
    "I12": [
        *("every_agreement_has_a_line_or_a_hold", "every_line_has_an_agreement", "every_execution_was_charged"),
        *("totals_agree_with_the_second_computation", "every_period_has_a_charge_or_a_hold", "row:seal_counts_add_up"),
        "every_broker_charge_was_decided",
    ],
    "I13": ["invoices_stay_within_their_limits"],
    "I14": ["invoices_stay_within_their_limits"],
    "I15": [
        *("results_stand_behind_their_charges", "row:charge_not_negative"),
        "test:fees/engine/test_profit_properties.py:test_a_fee_is_never_negative_and_never_above_the_highest_percentage",
    ],
    "I16": ["carried_losses_follow_from_results"],
    "I17": [ENGINE, "test:fees/engine/test_properties.py:test_i17_a_marginal_blend_has_no_jump_at_a_boundary"],
    "I18": [ENGINE, "test:fees/engine/test_properties.py:test_i18_more_value_never_costs_less"],
    "I19": [ENGINE, "charges_are_the_sum_of_their_lines", "test:fees/engine/test_properties.py:test_i19_cutting"],
    "I20": [ENGINE, "test:fees/engine/test_properties.py:test_i20_no_value_costs_nothing", "row:charge_zero_is_zero"],
    "I21": ["results_stand_behind_their_charges", "test:fees/engine/test_worked_cases.py"],
    "I22": ["row:schedule_automatic_is_signed", "every_line_has_an_agreement"],
    "I23": [ENGINE, "every_line_has_an_agreement"],
    "I24": ["no_more_than_half_went_back"],
    "I25": ["broker_charges_are_paid_by_whom_they_should"],
    "I26": ["invoices_count_for_their_business_day"],
    "I27": ["amounts_are_payable", "row:transfer_payable"],
    "I28": [
        *("charges_are_the_sum_of_their_lines", "charges_are_the_sum_of_their_trades"),
        *("results_stand_behind_their_charges", "notices_say_what_was_charged"),
        *("allocation_minimums_come_out_again", "mailbox_charges_come_out_again", "row:mailboxcharge_sums"),
    ],
    "I29": ["adjustments_make_their_fees_right"],
    "I30": ["every_movement_is_instructed_once", "test:house/test_matrix.py:test_both_walls"],
}


def test_every_invariant_is_named():
    assert list(HELD_BY) == [f"I{number:02}" for number in range(1, 31)]


def test_every_check_before_the_seal_stands_for_an_invariant():
    named = {name for names in HELD_BY.values() for name in names}
    # The rolling cap and draws are rules of the house and not among the thirty; what funds cost is computed twice.
    assert SEALING - named <= {
        *("fees_keep_below_the_cap", "fund_fees_come_out_again", "draws_are_what_masters_lacked"),
    }


@pytest.mark.parametrize(("invariant", "names"), HELD_BY.items())
def test_what_holds_an_invariant_is_there(db, invariant, names):
    with as_role("owner"), cursor() as cur:
        cur.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        rows = {name for (name,) in cur.fetchall()}
    for name in names:
        kind, _colon, rest = name.rpartition(":") if name.count(":") == 1 else name.partition(":")
        if kind == "row":
            assert rest in rows, f"{invariant}: no constraint {rest}"
        elif kind == "test":
            file, _colon, test = rest.partition(":")
            assert f"def {test or 'test'}" in (TESTS / file).read_text(), f"{invariant}: {rest}"
        else:
            assert name in SEALING, f"{invariant}: the seal does not ask {name}"
