"""A saved view of a leaver finds a free name whatever the colleague has, so that none is lost on the way."""

from django.db import migrations

MOVE = """
CREATE OR REPLACE FUNCTION portal_move_views(the_seat bigint, the_heir bigint) RETURNS void
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
          FROM (SELECT 1, one.name::text
                UNION ALL SELECT 2, left(one.name, 40) || ' (' || left(leaver, 16) || ')'
                UNION ALL SELECT k + 1, left(one.name, 36) || ' (' || left(leaver, 15) || ' ' || k || ')'
                            FROM generate_series(2, 1000) k) n (place, name)
         WHERE NOT EXISTS (SELECT 1 FROM portal_savedview v WHERE v.user_id = heir AND v.seat_id = the_heir
                              AND v.list = one.list AND v.name = n.name)
         ORDER BY n.place LIMIT 1;
    END LOOP;
    DELETE FROM portal_savedview WHERE seat_id = the_seat;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION portal_move_views(the_seat bigint, the_heir bigint) RETURNS void
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
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0013_remind_of_tasks")]

    operations = [migrations.RunSQL(MOVE, reverse_sql=BEFORE)]
