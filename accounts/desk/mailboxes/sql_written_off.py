"""The walls of mailboxes once a charge may be written off: what goes the other way is the charge of a refused request,
or one that the broker rejected and somebody in the back office gave up."""

from accounts.desk.mailboxes.sql_setup import CHARGE_RULE, CHARGES, MAILBOXES, RATES
from accounts.ground.access.rls import anew, trailed

# What the trail keeps of a charge.
TRAILED = ("mailbox_id", "reverses_id", "item", "year_starts", "months", "rate", "amount", "moved_on")

WRITTEN_OFF = f"""
CREATE OR REPLACE FUNCTION desk_mailbox_charged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    the_month int := extract(month FROM NEW.charged_on);
    the_year int := extract(year FROM NEW.charged_on);
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT 1 FROM {CHARGES} c JOIN {MAILBOXES} m ON m.id = c.mailbox_id
                        WHERE c.id = NEW.reverses_id AND c.reverses_id IS NULL
                          AND (m.state = 'rejected' OR EXISTS (
                               SELECT 1 FROM accounts_transfer t JOIN broker_instruction i ON i.transfer_id = t.id
                                WHERE t.source = c.id AND t.kind = 'mailbox' AND i.answer = 'rejected'
                                  AND i.reverse_asked_at IS NOT NULL))
                          AND (c.mailbox_id, c.item, c.year_starts, c.months, c.rate, c.amount)
                              = (NEW.mailbox_id, NEW.item, NEW.year_starts, NEW.months, NEW.rate, NEW.amount)) THEN
            RAISE EXCEPTION 'what is given back is the charge of a refused request, or one that was given up'
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.year_starts <> make_date(the_year - CASE WHEN the_month < 5 THEN 1 ELSE 0 END, 5, 1)
       OR NEW.months <> (16 - the_month) % 12 + 1
       OR NEW.rate IS DISTINCT FROM (SELECT r.amount FROM {RATES} r WHERE r.item = NEW.item
                                        AND r.starts <= NEW.charged_on ORDER BY r.starts DESC LIMIT 1) THEN
        RAISE EXCEPTION 'this is not the price of that day' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
GRANT UPDATE (is_written_off) ON {CHARGES} TO portal_night;
DROP TRIGGER {CHARGES}_trail ON {CHARGES};
"""
WRITTEN_OFF_BACK = f"""
{anew(CHARGE_RULE)}
REVOKE UPDATE (is_written_off) ON {CHARGES} FROM portal_night;
{trailed(CHARGES, *TRAILED).sql};
"""
