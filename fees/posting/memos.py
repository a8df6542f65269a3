"""What a statement line of the broker should say of a movement, by the row that the movement settles."""

MEMOS = """
    SELECT id AS source, CASE WHEN revision > 0 THEN 'ADVISORY FEE ADJUSTMENT ' ELSE 'ADVISORY FEE ' END
           || starts || ' TO ' || period_end_day AS memo FROM fees_charge
    UNION ALL
    SELECT id, concat_ws(' ', 'ADVISORY INVOICE ' || business_day, nullif(memo, '')) FROM fees_invoice
    UNION ALL
    SELECT id, concat_ws(' ', 'ADVISORY FEE REIMBURSEMENT ' || business_day, nullif(memo, ''))
      FROM fees_reimbursement
    UNION ALL
    SELECT id, concat_ws(' ', CASE kind WHEN 'allocation' THEN 'ALLOCATION MINIMUM' ELSE 'BROKER CHARGE' END,
                         CASE WHEN amount < 0 THEN 'BACK TO ADVISOR' ELSE 'PAID BY ADVISOR' END, charged_on,
                         nullif(description, ''))
      FROM fees_bornecharge
    UNION ALL
    SELECT c.id, concat_ws(' ', CASE WHEN c.reverses_id IS NULL THEN 'MAILBOX CHARGE' ELSE 'MAILBOX CHARGE BACK' END,
                           upper(c.item), c.charged_on, m.key)
      FROM desk_mailboxcharge c JOIN desk_mailbox m ON m.id = c.mailbox_id"""
