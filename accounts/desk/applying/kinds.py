"""The kinds of customers and accounts that can be applied for, and whom each is open to. No rows."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

USA, CANADA, AUSTRALIA, BRITAIN = "USA", "CAN", "AUS", "GBR"


class Group(StrEnum):
    """What kinds have in common: who signs, what is asked, which papers are needed."""

    INDIVIDUAL = "individual"
    JOINT = "joint"
    RETIREMENT = "retirement"
    TRUST = "trust"
    CUSTODIAL = "custodial"
    ORGANISATION = "organisation"


GROUP_WORDS: dict[str, object] = {
    Group.INDIVIDUAL: _("Individual"),
    Group.JOINT: _("Joint"),
    Group.RETIREMENT: _("Retirement and savings"),
    Group.TRUST: _("Trust"),
    Group.CUSTODIAL: _("For a minor"),
    Group.ORGANISATION: _("Organisation"),
}


@dataclass(frozen=True)
class AccountKind:
    """One kind: its holder in the broker's words, and where it is offered (nowhere named: everywhere)."""

    key: str
    group: Group
    holder: str
    words: object
    code: str = ""
    residence: str = ""
    us_tax_only: bool = False
    is_cash_only: bool = False
    is_inherited: bool = False

    @property
    def is_of_persons(self) -> bool:
        """Whether whoever holds it has a date of birth, and an age that decides."""
        return self.group in (Group.INDIVIDUAL, Group.JOINT, Group.RETIREMENT, Group.CUSTODIAL)

    @property
    def has_heirs(self) -> bool:
        """Whether beneficiaries are named in the application."""
        return self.group == Group.RETIREMENT


def _ira(key: str, code: str, holder: str, words: object, *, is_inherited: bool = False) -> AccountKind:
    return AccountKind(key, Group.RETIREMENT, holder, words, code, us_tax_only=True, is_inherited=is_inherited)


def _joint(key: str, words: object, residence: str = "") -> AccountKind:
    return AccountKind(key, Group.JOINT, "Joint", words, residence=residence)


KINDS: tuple[AccountKind, ...] = (
    AccountKind("individual", Group.INDIVIDUAL, "Individual", _("Individual")),
    _joint("joint_survivors", _("Joint tenants with rights of survivorship")),
    _joint("joint_common", _("Tenants in common")),
    _joint("joint_community", _("Community property")),
    _joint("joint_entirety", _("Tenancy by the entirety")),
    _joint("joint_australia", _("Joint, Australia"), AUSTRALIA),
    _ira("ira_traditional", "RI", "IRA Traditional", _("Traditional IRA")),
    _ira("ira_rollover", "RO", "IRA Rollover", _("Rollover IRA")),
    _ira("ira_roth", "RT", "IRA Roth", _("Roth IRA")),
    _ira("ira_sep", "SP", "IRA SEP", _("SEP IRA")),
    _ira("ira_education", "ED", "IRA Education", _("Education IRA")),
    _ira("ira_inherited", "TH", "IRA Inherited", _("Inherited traditional IRA"), is_inherited=True),
    _ira("ira_inherited_roth", "RH", "IRA Inherited", _("Inherited Roth IRA"), is_inherited=True),
    _ira("ira_inherited_sep", "SH", "IRA Inherited", _("Inherited SEP IRA"), is_inherited=True),
    AccountKind("rrsp", Group.RETIREMENT, "RRSP", _("RRSP"), residence=CANADA),
    AccountKind("rrsp_spousal", Group.RETIREMENT, "RRSP Spousal", _("Spousal RRSP"), residence=CANADA),
    AccountKind("tfsa", Group.RETIREMENT, "TFSA", _("TFSA"), residence=CANADA),
    AccountKind("isa", Group.RETIREMENT, "ISA", _("ISA"), residence=BRITAIN, is_cash_only=True),
    AccountKind("trust_revocable", Group.TRUST, "Trust", _("Revocable trust")),
    AccountKind("trust_irrevocable", Group.TRUST, "Trust", _("Irrevocable trust")),
    AccountKind("trust_testamentary", Group.TRUST, "Trust", _("Testamentary trust")),
    AccountKind("trust_retirement", Group.TRUST, "Trust", _("Retirement trust (ERISA)")),
    AccountKind("trust_smsf", Group.TRUST, "Trust", _("Self-managed super fund (SMSF)"), residence=AUSTRALIA),
    AccountKind("trust_other", Group.TRUST, "Trust", _("Other trust")),
    AccountKind("ugma", Group.CUSTODIAL, "UGMA/UTMA", _("UGMA/UTMA"), residence=USA, is_cash_only=True),
    AccountKind("jisa", Group.CUSTODIAL, "JISA", _("Junior ISA"), residence=BRITAIN, is_cash_only=True),
    AccountKind("corporation", Group.ORGANISATION, "Corporation", _("Corporation")),
    AccountKind("llc", Group.ORGANISATION, "LLC", _("Limited liability company")),
    AccountKind("partnership", Group.ORGANISATION, "Partnership", _("Partnership")),
    AccountKind("business", Group.ORGANISATION, "Unincorporated business", _("Unincorporated business")),
)
BY_KEY = {one.key: one for one in KINDS}
CHOICES = [(one.key, one.words) for one in KINDS]


def grouped() -> list[tuple[object, list[tuple[str, object]]]]:
    """The kinds as a list to choose from, one heading a group."""
    return [
        (words, [(one.key, one.words) for one in KINDS if one.group == group]) for group, words in GROUP_WORDS.items()
    ]


# ISO 3166-1 alpha-3.
_CODES = """
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH
BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB
CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO
GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN
IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA
MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER
NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU
RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA
TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT
WLF WSM YEM ZAF ZMB ZWE
"""
COUNTRIES = frozenset(_CODES.split())
