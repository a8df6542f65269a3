"""A firm of many accounts with sealed days and people who can sign in: what bench/pages.py --accounts looks at.

A process of its own, because it writes as the owner what the pages then read as the web login.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = 3
CHARGED = 2


def main(count: int) -> None:
    """Fill the database that the environment names."""
    os.environ["PORTAL_PROCESS"] = "owner"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--no-input", verbosity=0)
    from accounts.ground.access.context import as_role
    from accounts.ground.clock import exchange_today
    from accounts.ground.days.actions import seed
    from accounts.ground.days.queries import calendar
    from bench import generate

    seed(first_year=2024, last_year=2030)
    # The history of transactions reaches back from today, so the firm's days are the latest.
    days = [calendar().previous(exchange_today())]
    while len(days) < DAYS:
        days.insert(0, calendar().previous(days[0]))
    generate.accounts(count)
    generate.values(days)
    with as_role("night"):
        _seal(days)
    with as_role("owner"):
        _charge(days[-1])
        _happen(days)
        _people()
        _owners()
        _told(days[-1])
    generate.analyze("fees_adviserdaily", "fees_charge", "broker_cashline", "broker_trade", "fees_notice")
    generate.analyze(
        "accounts_party", "accounts_clientright", "accounts_user", "accounts_seat", "accounts_outboxmessage"
    )


def _seal(days: list[date]) -> None:
    from accounts.ground.runs.models import Run, Seal
    from accounts.ground.tree.models import Firm
    from fees.accrual.rollup import rollup_stage

    firm = Firm.unscoped.get()
    for day in days:
        run = Run.unscoped.create(day=day, state="done")
        rollup_stage(run, day)
        figures = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
        Seal.unscoped.create(firm=firm, day=day, run=run, digest="0" * 64, **figures)


def _charge(day: date) -> None:
    """Two posted fees of every client, as rows only: the pages list and add them up."""
    from django.db import connections

    with connections["owner"].cursor() as cur:
        for back in range(CHARGED):
            starts = (day.replace(day=1) - timedelta(days=28 * back)).replace(day=1)
            cur.execute(
                """
                INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day,
                       currency, exact, amount, state, reason, due_on, posted_on, inputs, fingerprint, run_id, revision)
                SELECT gen_random_uuid(), firm_id, id, practice_id, 2, %s, %s, %s, 'USD', 10.12345678,
                       10.12 + id %% 100, 'posted', '', %s, %s, '', repeat('0', 64), 1, 0
                  FROM accounts_account WHERE kind = 'client'
                """,
                [starts, starts + timedelta(days=27), day, day, day],
            )


def _happen(days: list[date]) -> None:
    """A line of cash of every client and a trade of every fourth on each of the days, as the statements bring them."""
    from django.db import connections

    with connections["owner"].cursor() as cur:
        for day in days:
            cur.execute(
                """
                INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, report_on, symbol,
                       trade_id, reference, description, file_id)
                SELECT firm_id, id, 'c' || %s || id,
                       (ARRAY['Dividends', 'Deposits & Withdrawals', 'Broker Interest Paid'])[1 + id %% 3],
                       'USD', id %% 977 - 300, %s, '', '', '', '', 1
                  FROM accounts_account WHERE kind = 'client'
                """,
                [str(day), day],
            )
            cur.execute(
                """
                INSERT INTO broker_trade (firm_id, account_id, key, trade_id, kind, side, report_on, asset, symbol,
                       description, currency, quantity, net_cash, commission_currency, put_call, opens_or_closes, notes,
                       execution_id, order_id, file_id)
                SELECT firm_id, id, 't' || %s || id, '', 'ExchTrade', (ARRAY['BUY', 'SELL'])[1 + id %% 2], %s, 'STK',
                       'XYZ', '', 'USD', 10, id %% 1009 - 500, 'USD', '', '', '', '', '', 1
                  FROM accounts_account WHERE kind = 'client' AND id %% 4 = 0
                """,
                [str(day), day],
            )


def _owners() -> None:
    """Whoever owns each client, with a sign-in of its own that nobody knows the password of."""
    from django.db import connections

    quiet = ("accounts_party", "accounts_clientright", "accounts_user", "accounts_seat")
    with connections["owner"].cursor() as cur:
        for table in quiet:
            cur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cur.execute(
            """
            WITH party AS (
                INSERT INTO accounts_party (firm_id, practice_id, legal_name, is_organisation, residence, email,
                       language)
                SELECT firm_id, practice_id, number, false, 'USA', lower(number) || '@example.com', 'en'
                  FROM accounts_account WHERE kind = 'client' RETURNING id, firm_id, legal_name, email
            ), own AS (
                INSERT INTO accounts_clientright (firm_id, party_id, account_id, may_sign)
                SELECT p.firm_id, p.id, a.id, true FROM party p JOIN accounts_account a ON a.number = p.legal_name
            ), person AS (
                INSERT INTO accounts_user (username, password, email, party_id, first_name, last_name, is_superuser,
                       is_staff, is_active, date_joined, language, timezone, theme, menu_is_folded)
                SELECT 'bench-' || legal_name, '!', email, id, '', '', false, false, true, now(), 'en',
                       'America/New_York', 'system', false FROM party RETURNING id, party_id
            )
            INSERT INTO accounts_seat (user_id, role, firm_id, party_id, is_active, standing, abilities, holdings,
                   account_types, is_security_officer, is_account_representative, is_employee)
            SELECT u.id, 'client', p.firm_id, p.id, true, 'primary', '{}', 'all', '{}', false, false, false
              FROM person u JOIN party p ON p.id = u.party_id
            """
        )
        for table in quiet:
            cur.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _told(day: date) -> None:
    """The notice of the later fee of every client, by a mail to its owner that has left."""
    from django.db import connections

    with connections["owner"].cursor() as cur:
        cur.execute(
            """
            WITH notice AS (
                INSERT INTO fees_notice (charge_id, firm_id, account_id, practice_id, day, mode, language, brand,
                       amount, currency, document, sha256, run_id)
                SELECT id, firm_id, account_id, practice_id, posted_on, 'mail', 'en', 'Bench', amount, currency, '{}',
                       repeat('0', 64), 1 FROM fees_charge WHERE starts = %s RETURNING charge_id, firm_id, account_id
            )
            INSERT INTO accounts_outboxmessage (id, firm_id, person_id, channel, recipient, subject, body, natural_key,
                   attempts, delivered_at, last_error)
            SELECT gen_random_uuid(), n.firm_id, s.user_id, 'mail', u.email, '', '',
                   'fee notice:' || n.charge_id || ':' || s.user_id, 1, now(), ''
              FROM notice n JOIN accounts_clientright r ON r.account_id = n.account_id
              JOIN accounts_seat s ON s.party_id = r.party_id JOIN accounts_user u ON u.id = s.user_id
            """,
            [day.replace(day=1)],
        )


def _people() -> None:
    from accounts.ground.people import actions as people
    from accounts.ground.tree.models import Account

    for name, kind in (("top", "top_master"), ("second", "second_master")):
        master = Account.unscoped.filter(kind=kind).order_by("id").first()
        user = people.create_user(username=f"bench-{name}", password=os.urandom(16).hex())
        people.seat_advisor(user=user, master=master)
    at = datetime.now(ZoneInfo("UTC")).isoformat(timespec="seconds")
    sys.stderr.write(json.dumps({"ready": at}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
