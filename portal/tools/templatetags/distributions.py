"""Template tags of required distributions: their words."""

from django import template

from portal.tools.rmd.rules import Requirement, Table
from portal.tools.rmd.words import DISCLAIMER, SHORT, TABLES, sentences

register = template.Library()


@register.simple_tag
def disclaimer() -> str:
    """What all of it is not."""
    return str(DISCLAIMER)


@register.filter
def why(due: Requirement) -> str:
    """Why there is no amount, in a few words."""
    return str(SHORT[due.reason])


@register.filter
def reasons(due: Requirement) -> list[str]:
    """How the amount comes about, a sentence each."""
    return sentences(due)


@register.filter
def table_name(table: Table) -> str:
    """The name that the IRS gives a table."""
    return str(TABLES[table])
