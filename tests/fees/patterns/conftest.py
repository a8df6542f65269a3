"""The table of proposals, with templates."""

from tests.fees.proposals.conftest import table

__all__ = ["table"]
