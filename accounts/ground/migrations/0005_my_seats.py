"""A person may read the names of all their own seats, whichever of them they are working from."""

from django.db import migrations


class Migration(migrations.Migration):
    """One function; the policies still show a practice only to the seat in use."""

    dependencies = [("accounts", "0004_keys_within_a_firm")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION app_my_seats() RETURNS TABLE (seat_id bigint, role text, name text)
                LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
                SELECT s.id, s.role::text, coalesce(p.name, a.title, y.legal_name, '')
                  FROM accounts_seat s
                  LEFT JOIN accounts_practice p ON p.id = s.practice_id
                  LEFT JOIN accounts_account a ON a.id = s.account_id
                  LEFT JOIN accounts_party y ON y.id = s.party_id
                 WHERE s.user_id = app_user() AND s.is_active ORDER BY s.id
            $$
            """,
            reverse_sql="DROP FUNCTION app_my_seats()",
        )
    ]
