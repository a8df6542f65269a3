"""What the columns of other programs' tables mean: ours, Outlook's, Google's, Apple's, in English and Russian."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Meaning(NamedTuple):
    """Where a cell goes: a field, and for what is there several times which one and which part of it."""

    field: str
    turn: str = ""
    part: str = ""


_PLAIN: Mapping[str, str] = {
    **dict.fromkeys(("salutation", "prefix", "nameprefix", "honorific", "обращение"), "salutation"),
    **dict.fromkeys(("firstname", "givenname", "first", "forename", "имя"), "first_name"),
    **dict.fromkeys(("middlename", "additionalname", "middle", "отчество"), "middle_name"),
    **dict.fromkeys(("lastname", "familyname", "surname", "last", "фамилия"), "name"),
    **dict.fromkeys(("suffix", "namesuffix", "honorificsuffix"), "suffix"),
    **dict.fromkeys(("name", "fullname", "displayname", "contact", "contactname", "fileas", "фио"), "full_name"),
    **dict.fromkeys(("nickname", "alias"), "nickname"),
    **dict.fromkeys(
        ("company", "organization", "organisation", "companyname", "organizationname", "organization1name"),
        "organisation",
    ),
    **dict.fromkeys(("организация", "компания", "employer", "работодатель"), "organisation"),
    **dict.fromkeys(("department", "organizationdepartment", "organization1department", "отдел"), "department"),
    **dict.fromkeys(("jobtitle", "position", "organizationtitle", "organization1title", "должность"), "job_title"),
    **dict.fromkeys(("occupation", "profession", "профессия"), "occupation"),
    **dict.fromkeys(("birthday", "dateofbirth", "birthdate", "dob", "датарождения", "деньрождения"), "born_on"),
    **dict.fromkeys(("anniversary",), "anniversary"),
    **dict.fromkeys(("gender", "sex", "пол"), "gender"),
    **dict.fromkeys(("notes", "note", "comments", "заметки", "примечание", "примечания"), "note"),
    **dict.fromkeys(("categories", "groups", "groupmembership", "labels", "tags", "группы", "категории"), "groups"),
    **dict.fromkeys(("type", "kind", "contacttype", "тип"), "kind"),
    **dict.fromkeys(("id", "uid", "externalid"), "uid"),
    **dict.fromkeys(("webpage", "website", "url", "website1value", "сайт"), "urls"),
    **dict.fromkeys(("spouse", "супруг", "супруга"), "spouse"),
    **dict.fromkeys(("citizenship", "nationality", "гражданство"), "citizenship"),
    **dict.fromkeys(("residence", "countryoflegalresidence", "countryofresidence"), "residence"),
    **dict.fromkeys(("maritalstatus", "семейноеположение"), "marital"),
    **dict.fromkeys(("dependents", "numberofdependents"), "dependents"),
    **dict.fromkeys(("employment", "employmenttype", "employmentstatus"), "employment"),
    **dict.fromkeys(("source", "leadsource", "источник"), "source"),
    **dict.fromkeys(("annualnetincome", "income", "annualincome", "доход"), "income"),
    **dict.fromkeys(("networth",), "net_worth"),
    **dict.fromkeys(("liquidnetworth",), "liquid_net_worth"),
    **dict.fromkeys(("totalassets",), "total_assets"),
    **dict.fromkeys(("taxcountry", "countryoftaxresidence"), "tax_country"),
    **dict.fromkeys(("taxnumber", "tin", "taxid", "ssn", "инн"), "tax_number"),
    **dict.fromkeys(("account", "accountid", "accountnumber", "счет", "счёт"), "account"),
}
# Fields of the book that have no place of their own in a draft.
OF_THE_BOOK = (
    *("citizenship", "residence", "marital", "dependents", "family", "employment", "retires_in", "source", "income"),
    *("net_worth", "liquid_net_worth", "total_assets", "other_income", "wealth_work", "wealth_business"),
    *("wealth_inheritance", "wealth_property", "wealth_investments", "wealth_other", "objectives", "knows_stocks"),
    *("knows_bonds", "knows_funds", "knows_options", "knows_forex", "invests_for", "tax_country", "tax_number"),
    *("tax_country_2", "tax_number_2", "more_phones", "account"),
)
# What our own tables say beside, and what no import takes.
PASSED_OVER = "passed_over"
_OURS = {**{key.replace("_", ""): key for key in OF_THE_BOOK}, "lifecycle": PASSED_OVER}
_USES = {
    **dict.fromkeys(("business", "work", "office", "рабочий", "company"), "work"),
    **dict.fromkeys(("home", "домашний", "residential"), "home"),
    **dict.fromkeys(("mobile", "cell", "cellular", "мобильный"), "mobile"),
    **dict.fromkeys(("mailing", "postal"), "mailing"),
    **dict.fromkeys(("other", "primary", "main"), "other"),
}
_USE = "|".join(_USES)
_ADDRESS_PARTS = {
    **dict.fromkeys(("address", "street", "street1", "addressline1", "адрес", "улица", "formatted"), "street"),
    **dict.fromkeys(("street2", "addressline2", "extendedaddress", "apartment"), "extended"),
    **dict.fromkeys(("pobox",), "po_box"),
    **dict.fromkeys(("city", "town", "locality", "город"), "city"),
    **dict.fromkeys(("state", "region", "province", "county", "stateprovince", "регион", "область"), "region"),
    **dict.fromkeys(("postalcode", "zip", "zipcode", "postcode", "индекс"), "postal_code"),
    **dict.fromkeys(("country", "countryregion", "страна"), "country"),
}
_MAIL = re.compile(rf"(?P<use>{_USE})?(?:email|mail|электроннаяпочта|почта)(?P<turn>\d*)(?:address|value)?$")
_PHONE = re.compile(
    rf"(?P<use>{_USE})?(?P<fax>fax|факс)?(?:phone|telephone|tel|phonenumber|mobilephone|телефон)?(?P<turn>\d*)(?:number|value)?$"
)
_TYPE_OF = re.compile(r"(?P<what>email|phone|address|website)(?P<turn>\d+)(?:type|label)$")
_PLACE = re.compile(rf"(?P<use>{_USE})?(?:address)?(?P<turn>\d*)(?P<part>{'|'.join(_ADDRESS_PARTS)})$")
_FIELDS_OF_TYPES = {"email": "emails", "phone": "phones", "address": "addresses", "website": "urls"}


def meanings_of(header: Sequence[str]) -> list[Meaning | None]:
    """What each column means; None where nothing is known of it."""
    names = [re.sub(r"[\W_]+", "", cell.lower()) for cell in header]
    return [_meaning(name, names) for name in names]


def _meaning(name: str, names: Sequence[str]) -> Meaning | None:
    if name == "title":
        # Outlook's title is Mr. or Dr., and its position is the job title.
        return Meaning("salutation" if "jobtitle" in names else "job_title")
    if field := _PLAIN.get(name) or _OURS.get(name):
        return Meaning(field)
    if hit := _TYPE_OF.match(name):
        return Meaning(_FIELDS_OF_TYPES[hit["what"]], hit["turn"], "type")
    if hit := _MAIL.match(name):
        return Meaning("emails", f"{_use(hit)}{hit['turn']}", _use(hit))
    if hit := _PLACE.match(name):
        return Meaning("addresses", f"{_use(hit)}{hit['turn']}", _ADDRESS_PARTS[hit["part"]])
    if name and (hit := _PHONE.match(name)) and (hit["use"] or hit["fax"] or name[:3] in ("pho", "tel", "mob", "тел")):
        use = " ".join(part for part in (_use(hit), "fax" if hit["fax"] else "") if part)
        return Meaning("phones", f"{use}{hit['turn']}", "mobile" if name.startswith("mobile") else use)
    return None


def _use(hit: re.Match[str]) -> str:
    return _USES.get(hit["use"] or "", "")
