"""What somebody with the owner's password could change behind our back, for each check of the night."""

OF_NEXT = "accrual_date = '2025-10-01'"
FEES, SWEEPS = "day = '2025-10-01' AND kind = 'fee'", "day = '2025-10-01' AND kind = 'sweep'"
HOLD = """INSERT INTO accounts_hold (firm_id, practice_id, account_id, day, stage, reason, detail, resolution,
                                     resolved_at)
          SELECT firm_id, practice_id, id, '2025-10-01', '{stage}', 'planted', '', '', {resolved}
            FROM accounts_account WHERE number = 'U1000001';"""

# A smaller value for the day that was charged two days before, as an import writes it.
CORRECTED = """
INSERT INTO broker_navhistory (firm_id, account_id, nav_date, nlv, flow, currency, replaced_at, replaced_by_id)
SELECT a.firm_id, n.account_id, n.nav_date, n.nlv, n.flow, n.currency, clock_timestamp(), 0
  FROM broker_navdaily n JOIN accounts_account a ON a.id = n.account_id
 WHERE a.number = 'U1000001' AND n.nav_date = '2025-09-29';
UPDATE broker_navdaily SET nlv = 90000 WHERE nav_date = '2025-09-29'
   AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')"""

PAID_INVOICE = """
INSERT INTO fees_invoice (id, firm_id, account_id, practice_id, amount, currency, memo, business_day, state, reason,
                          needs_approval, submitted_at, submitted_by_id, processed_on, run_id)
SELECT gen_random_uuid(), firm_id, id, practice_id, 5, 'USD', '', '2025-10-01', 'processed', '', false,
       {sent}, 0, '2025-10-01', 0 FROM accounts_account WHERE number = 'U1000001'"""

# A fee that was rejected goes back whole, and as much once more in another way.
TAKEN_BACK_TWICE = f"""
UPDATE broker_instruction SET answer = 'rejected', answered_at = now(), reverse_asked_at = now(), reverse_asked_by = 7,
       reverse_reason = 'x'
 WHERE kind = 'fee' AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001') AND day = '2025-10-01';
INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount, currency,
                               day, source)
SELECT gen_random_uuid(), txn, firm_id, account_id, practice_id, back.word,
       (SELECT s.credit_id FROM accounts_transfer s WHERE s.kind = 'sweep' AND s.practice_id = t.practice_id
           AND s.currency = t.currency LIMIT 1), debit_id, back.times * amount, currency, day, source
  FROM accounts_transfer t CROSS JOIN (VALUES ('reversal', 1), ('reimburse', 100)) back (word, times)
 WHERE {FEES} AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')"""

# A mailbox, and a charge for it that is said to have moved; of so many months.
MAILBOX = """
WITH box AS (
    INSERT INTO desk_mailbox (id, firm_id, practice_id, account_id, batch, address, key, domain, name, is_archived,
                              state, state_at, requested_by, requested_at)
    SELECT gen_random_uuid(), firm_id, practice_id, id, gen_random_uuid(), 'a@b.com', 'a@b.com', 'b.com', 'A', false,
           '{state}', now(), 1, now() FROM accounts_account WHERE number = 'F100001' RETURNING *)"""
MAILBOX_CHARGE = """
INSERT INTO desk_mailboxcharge (id, firm_id, practice_id, account_id, mailbox_id, item, year_starts, months, rate,
                                amount, currency, charged_on, charged_at, moved_on, run_id)
SELECT gen_random_uuid(), firm_id, practice_id, account_id, id, 'mailbox', '2025-05-01', {months}, 1, {months}, 'USD',
       '2025-10-01', now(), '2025-10-01', 1 FROM box"""
PAID_MAILBOX = MAILBOX.replace("{state}", "active") + MAILBOX_CHARGE
# Such a charge of 7.00, written off although the broker's answer forbids it, or nobody has decided it.
WRITTEN_OFF = f"""
{MAILBOX}, charge AS ({MAILBOX_CHARGE.format(months=7)} RETURNING *),
moved AS (
    INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount,
                                   currency, day, source)
    SELECT gen_random_uuid(), gen_random_uuid(), firm_id, account_id, practice_id, way.word,
           (SELECT min(id) FROM accounts_book), (SELECT max(id) FROM accounts_book), amount, currency, moved_on, id
      FROM charge CROSS JOIN (VALUES ('mailbox'), ('mail_off')) way (word) RETURNING *)
INSERT INTO broker_instruction (id, firm_id, account_id, practice_id, transfer_id, attempt, file_id, day, kind, payer,
                                payee, amount, currency, memo, answer, answered_at, answer_words, again_asked_at)
SELECT gen_random_uuid(), firm_id, account_id, practice_id, id, 1,
       (SELECT min(f.id::text)::uuid FROM broker_instructionfile f WHERE f.firm_id = moved.firm_id), day, kind,
       'F100001', '', amount, currency, '', '{{answer}}', now(), '', {{again}} FROM moved WHERE kind = 'mailbox'"""

# For each check what it alone is there to see, and every way in which it may be seen.
LIES = {
    "transfers_fit_their_books": [
        f"UPDATE accounts_transfer SET currency = 'EUR' WHERE {FEES}",
        f"UPDATE accounts_transfer SET debit_id = (SELECT max(id) FROM accounts_book) WHERE {FEES}",
    ],
    "movements_run_from_client_to_advisor": [
        f"UPDATE accounts_transfer SET debit_id = credit_id, credit_id = debit_id WHERE {FEES}",
        f"UPDATE accounts_transfer SET debit_id = credit_id, credit_id = debit_id WHERE {SWEEPS}",
        f"UPDATE accounts_transfer SET account_id = (SELECT max(id) FROM accounts_account) WHERE {FEES}",
        f"UPDATE accounts_transfer SET practice_id = (SELECT max(id) FROM accounts_practice WHERE level = 2)"
        f" WHERE {SWEEPS}",
        "UPDATE accounts_transfer SET debit_id = credit_id, credit_id = debit_id WHERE kind = 'adjustment'",
    ],
    "sweeps_equal_collected_fees": [f"UPDATE accounts_transfer SET amount = amount - 1 WHERE {SWEEPS}"],
    "clearing_is_empty": [f"DELETE FROM broker_instruction; DELETE FROM accounts_transfer WHERE {SWEEPS}"],
    "amounts_are_payable": [
        f"UPDATE accounts_transfer SET amount = 0 WHERE {FEES}",
        f"UPDATE accounts_transfer SET amount = -1 WHERE {FEES}",
        f"UPDATE accounts_transfer SET currency = 'JPY', amount = 0.5 WHERE {FEES}",
    ],
    "every_line_agrees_with_the_engine": [HOLD.format(stage="check", resolved="NULL")],
    "every_agreement_has_a_line_or_a_hold": [
        f"DELETE FROM fees_accrual WHERE {OF_NEXT}",
        f"DELETE FROM fees_accrual WHERE {OF_NEXT}; " + HOLD.format(stage="accrue", resolved="now()"),
    ],
    "every_line_has_an_agreement": [
        f"UPDATE fees_accrual SET component_id = component_id + 1000000 WHERE {OF_NEXT}",
        f"UPDATE fees_accrual SET method = 2 WHERE {OF_NEXT}",
        f"UPDATE fees_accrual SET account_id = (SELECT id FROM accounts_account WHERE number = 'U4000002')"
        f" WHERE {OF_NEXT} AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')",
    ],
    "totals_agree_with_the_second_computation": [
        f"UPDATE fees_accrual SET amount = amount + 0.00000001 WHERE {OF_NEXT}",
        f"DELETE FROM fees_accrual WHERE {OF_NEXT} AND method = 1",
    ],
    "every_period_has_a_charge_or_a_hold": [
        "DELETE FROM fees_charge WHERE starts = '2025-10-01'",
        "DELETE FROM fees_charge WHERE starts = '2025-10-01'; " + HOLD.format(stage="close", resolved="now()"),
    ],
    "charges_are_the_sum_of_their_lines": [
        f"UPDATE fees_accrual SET amount = amount + 1 WHERE {OF_NEXT}",
        "UPDATE fees_charge SET exact = exact + 1 WHERE starts = '2025-10-01'",
    ],
    "results_stand_behind_their_charges": [
        "DELETE FROM fees_periodresult WHERE period = 8102",
        "UPDATE fees_periodresult SET surplus = surplus + 1 WHERE period = 8102",
        "UPDATE fees_periodresult SET carried = '[[8101, \"7.00000000\"]]' WHERE period = 8102",
        "UPDATE fees_charge SET inputs = inputs || ' ' WHERE method = 32",
    ],
    "carried_losses_follow_from_results": [
        "UPDATE fees_periodresult SET carried = '[]' WHERE period = 8101",
        "UPDATE fees_periodresult SET profit = profit - 1 WHERE period = 8101",
        "UPDATE fees_periodresult SET recovered = recovered + 1 WHERE period = 8102",
    ],
    "fund_fees_come_out_again": [
        "UPDATE fees_charge SET exact = exact + 1 WHERE method = 51",
        "UPDATE fees_charge SET inputs = replace(inputs, '0.012', '0.021') WHERE method = 51",
        "UPDATE fees_fundvalue SET value = value + 1",
        "DELETE FROM fees_fundvalue",
        'UPDATE fees_component SET terms = \'{"funds": [{"fund": "ALPHA", "rate": "0.011"}]}\' WHERE method = 51',
    ],
    "adjustments_make_their_fees_right": [
        "UPDATE fees_charge SET exact = exact + 1 WHERE revision = 1",
        "UPDATE fees_charge SET amount = amount - 1 WHERE revision = 1",
        "UPDATE fees_charge SET exact = exact + 1 WHERE id IN (SELECT f.id FROM fees_charge f JOIN fees_charge r"
        " USING (account_id, practice_id, method, starts) WHERE f.revision = 0 AND r.revision = 1)",
    ],
    "charges_are_the_sum_of_their_trades": [
        "UPDATE broker_trade SET exchange = 'NYSE'",
        "UPDATE fees_tradefee SET exact = exact + 1",
        "DELETE FROM fees_tradefee",
        "UPDATE fees_charge SET exact = exact + 1 WHERE method = 41",
    ],
    "every_execution_was_charged": ["DELETE FROM fees_tradefee"],
    "every_posted_charge_moved_once": [
        "UPDATE fees_charge SET amount = amount + 1 WHERE state = 'posted'",
        f"DELETE FROM broker_instruction; DELETE FROM accounts_transfer WHERE {FEES}",
        "UPDATE fees_charge SET state = 'written_off', posted_on = NULL WHERE state = 'posted'",
    ],
    "fees_keep_below_the_cap": ["UPDATE broker_navdaily SET nlv = 0.01"],
    "draws_are_what_masters_lacked": [
        "INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount,"
        " currency, day, source) SELECT gen_random_uuid(), txn, firm_id, account_id, practice_id, 'draw', debit_id,"
        f" credit_id, 1, currency, day, gen_random_uuid() FROM accounts_transfer t WHERE {FEES}"
        " AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')",
    ],
    "every_broker_charge_was_decided": ["DELETE FROM fees_bornecharge"],
    "every_borne_charge_moved_once": ["UPDATE fees_bornecharge SET amount = amount + 1"],
    "broker_charges_are_paid_by_whom_they_should": ["UPDATE fees_bornecharge SET balance = 1"],
    "allocation_minimums_come_out_again": [
        "INSERT INTO fees_bornecharge (id, firm_id, account_id, practice_id, kind, block_id, worked, description,"
        " charged_on, day, place, amount, currency, payer, master_currency, run_id)"
        " SELECT gen_random_uuid(), firm_id, id, practice_id, 'allocation', gen_random_uuid(), '{worked}', '',"
        " '2025-10-01', '2025-10-01', 0, 0.25, 'USD', 'client', 'USD', 0 FROM accounts_account"
        " WHERE number = 'U1000001'".replace("{worked}", worked)
        for worked in (
            '{"plan": "tiered", "quantity": "50", "value": "500", "minimum": "0.25", "commission": "0.20"}',
            '{"plan": "tiered", "quantity": "50", "value": "500", "minimum": "0.35", "commission": "0.25"}',
            '{"plan": "tiered", "quantity": "50", "value": "400", "minimum": "0.20", "commission": "0.25"}',
        )
    ],
    "every_mailbox_charge_moved_once": [PAID_MAILBOX.format(months=7)],
    "every_charge_written_off_was_rejected": [
        WRITTEN_OFF.format(state="rejected", answer="accepted", again="NULL"),
        WRITTEN_OFF.format(state="rejected", answer="rejected", again="now()"),
        WRITTEN_OFF.format(state="active", answer="rejected", again="NULL"),
    ],
    "mailbox_charges_come_out_again": [PAID_MAILBOX.format(months=6)],
    "every_processed_invoice_moved_once": [f"UPDATE accounts_transfer SET kind = 'invoice' WHERE {FEES}"],
    "every_processed_reimbursement_moved_once": [
        f"UPDATE accounts_transfer SET kind = 'reimburse' WHERE {FEES}",
        "INSERT INTO fees_reimbursement (id, firm_id, account_id, practice_id, amount, currency, memo, business_day,"
        " state, reason, submitted_at, submitted_by_id, processed_on, run_id, needs_approval)"
        " SELECT gen_random_uuid(), firm_id, id, practice_id, 1, 'USD', '', '2025-10-01', 'processed', '', now(), 1,"
        " '2025-10-01', 1, false FROM accounts_account WHERE number = 'U1000001'",
    ],
    "no_more_than_half_went_back": [f"UPDATE accounts_transfer SET kind = 'reimburse' WHERE {FEES}"],
    "notices_say_what_was_charged": [
        "INSERT INTO fees_notice (charge_id, firm_id, account_id, practice_id, day, mode, language, brand, amount,"
        " currency, document, sha256, run_id)"
        " SELECT id, firm_id, account_id, practice_id, posted_on, 'mail', 'en', '', amount + 1, currency, '{}', '', 1"
        " FROM fees_charge WHERE state = 'posted' AND posted_on = '2025-10-01'",
    ],
    "nothing_due_was_left": ["UPDATE fees_charge SET state = 'due', posted_on = NULL WHERE state = 'posted'"],
    "every_movement_is_instructed_once": [
        "UPDATE broker_instruction SET amount = amount + 1 WHERE kind = 'fee'",
        "DELETE FROM broker_instruction WHERE kind = 'sweep'; DELETE FROM broker_instruction",
        "UPDATE broker_instruction SET account_id = NULL WHERE kind = 'fee'",
    ],
    "every_reversal_takes_back_what_was_rejected": [
        "INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount,"
        " currency, day, source) SELECT gen_random_uuid(), txn, firm_id, account_id, practice_id, 'reversal',"
        " (SELECT s.credit_id FROM accounts_transfer s WHERE s.kind = 'sweep' AND s.practice_id = t.practice_id"
        "   AND s.currency = t.currency LIMIT 1), debit_id, amount, currency, day, source FROM accounts_transfer t"
        f" WHERE {FEES} AND account_id = (SELECT id FROM accounts_account WHERE number = 'U1000001')",
    ],
    "no_more_goes_back_than_was_taken": [TAKEN_BACK_TWICE],
    "instruction_files_are_as_they_were_written": [
        "UPDATE accounts_outboxmessage SET body = replace(body, '1.00', '9.00') || ' '",
        "UPDATE broker_instructionfile SET rows = rows + 1",
        "DELETE FROM accounts_outboxmessage",
    ],
    "movements_are_as_they_were_posted": [f"UPDATE accounts_transfer SET txn = gen_random_uuid() WHERE {FEES}"],
    "invoices_stay_within_their_limits": [PAID_INVOICE.format(sent="'2025-10-01 12:00-04'")],
    "invoices_count_for_their_business_day": [PAID_INVOICE.format(sent="'2025-10-01 17:30-04'")],
}
