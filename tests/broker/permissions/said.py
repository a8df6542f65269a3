"""What an owner says of the account when it asks for permissions."""

from decimal import Decimal

from accounts.broker.permissions.rules import Said

SAID = Said("growth", 3, income=Decimal(120_000), net_worth=Decimal("900000.50"), liquid_worth=Decimal(400_000))
MEANS = {"income": "120000", "net_worth": "900000.50", "liquid_worth": "400000"}
