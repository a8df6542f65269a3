"""Funds of the programme are no business of a money manager."""

from django.db import migrations

from accounts.desk.hedge_funds.sql_setup import FUNDS, READS_FUNDS, READS_FUNDS_NOW
from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [("desk", "0025_hedge_funds")]

    operations = [rls.read_by(FUNDS, now=READS_FUNDS_NOW, before=READS_FUNDS)]
