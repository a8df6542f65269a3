"""A broker that does not exist: it writes Flex statements of invented accounts and shares no code with what reads them.

`plan` lays out a firm's accounts, `write` writes their statements for any run of business days, `spoil` damages one."""

from .conduct import Instruction
from .faults import FAULTS, spoil
from .roster import Person, Plan, Planned, plan
from .writer import Branch, Written, file_name, write

__all__ = [
    "FAULTS",
    "Branch",
    "Instruction",
    "Person",
    "Plan",
    "Planned",
    "Written",
    "file_name",
    "plan",
    "spoil",
    "write",
]
