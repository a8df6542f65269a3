"""The SQL of leaving the book, kept as text for its migration: what ends with a membership, and with a seat."""

# SECURITY DEFINER, because feeds and keys are their owner's alone, and whoever lets somebody leave may be another.
AT_HOME_NO_MORE = """
CREATE OR REPLACE FUNCTION app_member_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM crm_vaultsession WHERE member_id = NEW.id;
    IF NEW.state = 'left' THEN
        DELETE FROM crm_grant WHERE member_id = NEW.id;
        DELETE FROM crm_feedcopy c USING crm_feed f
         WHERE c.feed_id = f.id AND f.user_id = NEW.user_id AND f.practice_id = NEW.practice_id;
        UPDATE crm_feed SET ended_at = now(), wrapped = ''
         WHERE user_id = NEW.user_id AND practice_id = NEW.practice_id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

-- What is not theirs any more by then was moved to the heir; private events stay where they are and remind nobody.
CREATE FUNCTION app_seat_left_book() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.practice_id IS NULL OR EXISTS (
        SELECT 1 FROM accounts_seat other WHERE other.user_id = NEW.user_id AND other.practice_id = NEW.practice_id
           AND other.id <> NEW.id AND other.ended_at IS NULL) THEN
        RETURN NULL;
    END IF;
    UPDATE crm_member SET state = 'left', left_at = NEW.ended_at
     WHERE user_id = NEW.user_id AND practice_id = NEW.practice_id AND state <> 'left';
    UPDATE crm_event SET people = array_remove(people, NEW.user_id::bigint)
     WHERE practice_id = NEW.practice_id AND people @> ARRAY[NEW.user_id::bigint];
    UPDATE crm_event SET remind_minutes = NULL, remind_at = NULL
     WHERE practice_id = NEW.practice_id AND owner_id = NEW.user_id AND visibility = 'private'
       AND remind_minutes IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER seat_leaves_book AFTER UPDATE OF ended_at ON accounts_seat
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION app_seat_left_book();
"""
AT_HOME_NO_MORE_BACK = """
DROP TRIGGER seat_leaves_book ON accounts_seat;
DROP FUNCTION app_seat_left_book();
CREATE OR REPLACE FUNCTION app_member_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM crm_vaultsession WHERE member_id = NEW.id;
    DELETE FROM crm_grant WHERE member_id = NEW.id AND NEW.state = 'left';
    RETURN NULL;
END $$;
"""
