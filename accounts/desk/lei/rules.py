"""What a legal entity identifier is by ISO 17442, and who has to elect; no rows."""

import re

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import Product
from accounts.desk.lei.models import LEI_PATTERN
from accounts.ground.tree.models import CUSTODIAL, IRA

# The company of the broker whose clients report derivatives that are traded on no exchange, and which these are.
REPORTING_COMPANY = "IBAU"
OVER_THE_COUNTER = (Product.CFDS,)
# Accounts in the name of one person; one of two persons counts as an entity.
OF_ONE_PERSON = ("Individual", IRA, CUSTODIAL)

_SHAPE = re.compile(LEI_PATTERN)
_MODULUS, _REMAINDER = 97, 1


class LeiProblem(ValueError):
    """A sentence a person can read: why this cannot be elected."""


class LeiConflict(LeiProblem):
    """What was elected stands already."""


def clean_lei(text: str) -> str:
    """The identifier in capitals; raises LeiProblem where it is none. The check digits follow ISO 7064, mod 97-10."""
    lei = "".join(text.split()).upper()
    if not _SHAPE.fullmatch(lei):
        raise LeiProblem(_("An LEI has 20 characters: letters and digits, the last two digits."))
    if int("".join(str(int(sign, 36)) for sign in lei)) % _MODULUS != _REMAINDER:
        raise LeiProblem(_("The check digits of this LEI are wrong; please compare it with your certificate."))
    return lei
