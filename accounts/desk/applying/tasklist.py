"""What has to be done for each kind of application. No rows."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.desk.applying.kinds import AccountKind, Group

CLIENT, BROKER = "client", "broker"


@dataclass(frozen=True)
class Duty:
    """One task: its words and form number, whose it is, and what it is required for."""

    key: str
    words: object
    form_number: str = ""
    owner: str = CLIENT
    for_approval: bool = True
    for_trading: bool = True
    takes_file: bool = False
    groups: tuple[Group, ...] = tuple(Group)
    of_inherited: bool = False
    of_paper: bool = False
    of_link: bool = False


FORM, AGREEMENT, TAX = "form", "agreement", "tax"
# The form that a client has signed by hand.
SIGNED = "signed"
# Done the moment the client has signed.
BY_SIGNING = (FORM, AGREEMENT, TAX)

DUTIES: tuple[Duty, ...] = (
    Duty(FORM, _("Account application"), "AP-1"),
    Duty(AGREEMENT, _("Client agreement and signature"), "AP-2"),
    Duty(TAX, _("Tax residency certificate"), "W-9 / W-8BEN"),
    Duty(SIGNED, _("Signed application form"), "AP-3", takes_file=True, of_paper=True),
    # One hand signs behind a link; on paper both sign the one form.
    Duty(
        "second",
        _("Agreement signed by the second holder"),
        "AP-4",
        takes_file=True,
        groups=(Group.JOINT,),
        of_link=True,
    ),
    Duty("identity", _("Proof of identity and of date of birth"), "AP-10", takes_file=True),
    Duty("address", _("Proof of address"), "AP-11", takes_file=True),
    Duty("trust", _("Trust agreement"), "AP-20", takes_file=True, groups=(Group.TRUST,)),
    Duty(
        "formation", _("Proof of existence of the organisation"), "AP-21", takes_file=True, groups=(Group.ORGANISATION,)
    ),
    Duty("signers", _("Resolution naming who may sign"), "AP-22", takes_file=True, groups=(Group.ORGANISATION,)),
    Duty("minor", _("Proof of date of birth of the minor"), "AP-23", takes_file=True, groups=(Group.CUSTODIAL,)),
    Duty("death", _("Death certificate"), "AP-24", takes_file=True, groups=(Group.RETIREMENT,), of_inherited=True),
    Duty("review", _("Review of the application"), "AP-30", owner=BROKER),
    Duty("funding", _("First deposit or transfer"), owner=BROKER, for_approval=False),
)
BY_KEY = {one.key: one for one in DUTIES}


def duties_of(kind: AccountKind, *, on_paper: bool = False) -> list[Duty]:
    """The tasks of an application of this kind, in their order; one that is signed on paper is handed in so."""
    fitting = [one for one in DUTIES if kind.group in one.groups and (kind.is_inherited or not one.of_inherited)]
    return [one for one in fitting if not (one.of_link if on_paper else one.of_paper)]


def words_of(key: str) -> object:
    """A task in words."""
    return BY_KEY[key].words if key in BY_KEY else key
