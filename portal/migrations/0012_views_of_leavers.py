"""Saved views of somebody who leaves go to the colleague who takes over; only a manager of the same place moves them."""

from django.db import migrations

from accounts.ground.access import rls

# A view whose name the colleague has already keeps its content under a name with whose it was.
FUNCTIONS = f"""
CREATE FUNCTION portal_views_of_leaver(the_seat bigint) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.name FROM portal_savedview v WHERE v.seat_id = the_seat AND app_is_leaver(the_seat) ORDER BY v.name, v.id
$$;
CREATE FUNCTION portal_move_views(the_seat bigint, the_heir bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one portal_savedview; leaver text; heir bigint;
BEGIN
    IF NOT app_is_leaver(the_seat) OR NOT (the_heir = app_seat() OR app_is_leaver(the_heir)) THEN
        RETURN;
    END IF;
    SELECT u.username INTO leaver FROM accounts_seat s JOIN accounts_user u ON u.id = s.user_id WHERE s.id = the_seat;
    SELECT s.user_id INTO heir FROM accounts_seat s WHERE s.id = the_heir;
    FOR one IN SELECT * FROM portal_savedview WHERE seat_id = the_seat ORDER BY id LOOP
        INSERT INTO portal_savedview (user_id, seat_id, list, name, query)
        SELECT heir, the_heir, one.list, n.name, one.query
          FROM (VALUES (1, one.name::text), (2, left(one.name, 40) || ' (' || left(leaver, 16) || ')')) n (place, name)
         WHERE NOT EXISTS (SELECT 1 FROM portal_savedview v WHERE v.user_id = heir AND v.seat_id = the_heir
                              AND v.list = one.list AND v.name = n.name)
         ORDER BY n.place LIMIT 1;
    END LOOP;
    DELETE FROM portal_savedview WHERE seat_id = the_seat;
END $$;
REVOKE ALL ON FUNCTION portal_views_of_leaver(bigint), portal_move_views(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_views_of_leaver(bigint), portal_move_views(bigint, bigint) TO {rls.READERS};
"""

BACK = "DROP FUNCTION portal_move_views(bigint, bigint); DROP FUNCTION portal_views_of_leaver(bigint);"


class Migration(migrations.Migration):
    dependencies = [("portal", "0011_remind_of_texts"), ("accounts", "0041_work_of_leavers")]

    operations = [migrations.RunSQL(FUNCTIONS, reverse_sql=BACK)]
