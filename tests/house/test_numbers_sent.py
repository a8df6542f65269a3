"""A number that somebody sends over the API reads as on the pages, whichever route it comes by."""

from decimal import Decimal

import pytest
from rest_framework import serializers

from accounts.broker.allocation.api import AllocationWish, NewBlock
from accounts.ground.access.api import AmountField, StrictSerializer
from tests.house.routes import routes

# Older than the strict ones, and read all the same.
ALSO_READ = (NewBlock, AllocationWish)


def numbers_of(field, name):
    """Every number below a field, named by where it stands."""
    if isinstance(field, serializers.DecimalField):
        yield name, field
    for key, part in getattr(field, "fields", {}).items():
        yield from numbers_of(part, f"{name}.{key}")
    if hasattr(field, "child"):
        yield from numbers_of(field.child, name)


def strict(kind=StrictSerializer):
    for one in kind.__subclasses__():
        yield one
        yield from strict(one)


def test_every_number_of_a_request_is_one_of_plain_digits():
    assert routes()  # all of the API is loaded
    found = dict(pair for kind in (*strict(), *ALSO_READ) for pair in numbers_of(kind(), kind.__name__))

    assert sorted(name for name, field in found.items() if not isinstance(field, AmountField)) == []
    assert {"PartSerializer.quantity", "PermissionFactsSerializer.income", "NewBlock.price"} <= set(found)


@pytest.mark.parametrize(
    "said", ["1_000", "1e2", "１００", "١٠٠", "1,000", "+1", "0x10", "NaN", "Infinity", "1.005", "9" * 14, "", True, []]
)
def test_what_a_page_would_refuse_is_refused(said):
    with pytest.raises(serializers.ValidationError):
        AmountField(15, 2).run_validation(said)


@pytest.mark.parametrize(("said", "meant"), [("100", "100.00"), (" 100.10 ", "100.10"), (100, "100.00"), (0.5, "0.50")])
def test_plain_digits_are_read(said, meant):
    assert AmountField(15, 2).run_validation(said) == Decimal(meant)
