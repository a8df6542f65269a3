"""What is said of distributions: why there is an amount or none, which table, and what this is not."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.ground.dates import day_text
from portal.tools.rmd.rules import Reason, Requirement, Table

DISCLAIMER = gettext_lazy(
    "This is arithmetic with published tables, not tax or legal advice. Check it with a tax adviser before anybody"
    " relies on it."
)
TABLES: dict[Table, str | Promise] = {
    Table.UNIFORM: gettext_lazy("Uniform Lifetime"),
    Table.JOINT: gettext_lazy("Joint and Last Survivor"),
    Table.SINGLE: gettext_lazy("Single Life"),
}
SHORT: dict[Reason, str | Promise] = {
    Reason.DUE: pgettext_lazy("distribution", "Due"),
    Reason.NOT_YET: gettext_lazy("Not yet"),
    Reason.ROTH: gettext_lazy("None in the owner's lifetime"),
    Reason.NO_BALANCE: gettext_lazy("Prior year-end balance missing"),
    Reason.NO_BIRTH: gettext_lazy("Date of birth missing"),
    Reason.NO_FACTS: gettext_lazy("Inheritance not described"),
    Reason.OWNERS_YEAR: gettext_lazy("Year of the death"),
    Reason.NO_YEARLY: gettext_lazy("No yearly amount"),
    Reason.EMPTY: gettext_lazy("To be emptied"),
}


def sentences(due: Requirement) -> list[str]:
    """Why it is so, a sentence each."""
    said = [_REASONS[due.reason](due)]
    if due.is_waived:
        said.append(_("The IRS does not ask for yearly amounts of this rule that were missed until 2024."))
    if due.due and due.first_year == due.year:
        words = _("It is the first one, so it may wait until %(day)s; then two are due in that year.")
        said.append(words % {"day": day_text(due.due)})
    if due.empty_by and due.reason in (Reason.DUE, Reason.NO_YEARLY, Reason.OWNERS_YEAR):
        said.append(_("The account must be empty at the end of %(year)s.") % {"year": due.empty_by})
    return said


def _not_yet(due: Requirement) -> str:
    age = (due.first_year or 0) - due.year + (due.age or 0)
    return _("Distributions begin in %(year)s, the year in which the owner turns %(age)s.") % {
        "year": due.first_year,
        "age": age,
    }


_REASONS = {
    Reason.DUE: lambda due: _("The balance is divided by the factor of the table for the age reached in the year."),
    Reason.NOT_YET: _not_yet,
    Reason.ROTH: lambda due: _("A Roth IRA has no required distribution during the owner's lifetime."),
    Reason.NO_BALANCE: lambda due: _("Prior year-end balance missing: type it below, and the amount follows."),
    Reason.NO_BIRTH: lambda due: _("Nobody has said when the holder was born."),
    Reason.NO_FACTS: lambda due: _("Say below whose IRA it was and who has inherited it."),
    Reason.OWNERS_YEAR: lambda due: _("In the year of the death only what the owner still owed is due."),
    Reason.NO_YEARLY: lambda due: _("No amount is due in this year."),
    Reason.EMPTY: lambda due: _("All that is left must be taken out by the end of the year."),
}
