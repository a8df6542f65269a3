"""Which addresses can have a mailbox: on a registered domain of one's own, never one that everybody can have an address
at. Nothing is asked of the network; the list of suffixes is the one that was installed.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

from accounts.desk.mailboxes.rules import MailboxProblem

LONGEST = 254

# Providers by the registered label, in whatever country: yahoo.co.uk and outlook.com.br are of the same providers.
FAMILIES = frozenset(
    (
        *("gmail", "googlemail", "yahoo", "ymail", "rocketmail", "hotmail", "outlook", "live", "msn", "passport"),
        *("aol", "aim", "icloud", "me", "gmx", "proton", "protonmail", "yandex", "rambler", "fastmail", "zohomail"),
        *("tutanota", "tuta", "hushmail", "mailinator"),
    )
)
# Providers whose label alone says nothing.
DOMAINS = frozenset(
    (
        *("mac.com", "pm.me", "mail.com", "email.com", "usa.com", "hey.com", "duck.com", "web.de", "t-online.de"),
        *("ya.ru", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "qq.com", "163.com", "126.com"),
        *("naver.com", "orange.fr", "free.fr", "libero.it", "comcast.net", "zoho.com"),
    )
)
# Letters of other scripts that look like Latin ones.
LOOKS_LIKE = str.maketrans("авеіјкмнорсԁтухѕһӏԛԝαεικνορτυχɡıⅼ", "abeijkmhopcdtyxshlqwaeikvoptuxgil")


@dataclass(frozen=True)
class Address:
    """An address as it is shown, the domain as name servers know it, and what it is compared by."""

    text: str
    key: str
    domain: str
    registered: str
    warning: str = ""


def clean_address(text: str) -> Address:
    """The address in one form; MailboxProblem says why it can have no mailbox."""
    if len(text) > LONGEST:
        raise MailboxProblem(_("An e-mail address has at most %(most)s characters.") % {"most": LONGEST})
    try:
        parts = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as problem:
        raise MailboxProblem(_("This is no e-mail address that can receive mail.")) from problem
    domain = parts.ascii_domain.lower()
    registered = suffixes().privatesuffix(domain)
    if registered is None:
        raise MailboxProblem(_("The part after the @ is no domain that can be registered."))
    label = registered.split(".", 1)[0]
    if label in FAMILIES or registered in DOMAINS:
        raise MailboxProblem(_("Public domains are not allowed: %(domain)s.") % {"domain": registered})
    local = parts.local_part.lower()
    return Address(
        text=f"{parts.local_part}@{parts.domain.lower()}",
        key=f"{local.split('+', 1)[0] or local}@{domain}",
        domain=domain,
        registered=registered,
        warning=_looks_public(parts.domain.lower(), domain),
    )


def _looks_public(shown: str, domain: str) -> str:
    """What to say of a name in another script that looks like a public provider's."""
    if shown == domain:
        return ""
    looks = unicodedata.normalize("NFKC", shown).translate(LOOKS_LIKE)
    registered = suffixes().privatesuffix(looks) if looks.isascii() else None
    if registered is None or not (registered.split(".", 1)[0] in FAMILIES or registered in DOMAINS):
        return ""
    said = {"looks": registered, "domain": domain}
    return _("The domain looks like %(looks)s, but it is %(domain)s, written with letters of another script.") % said


@cache
def suffixes() -> PublicSuffixList:
    """The list that came with the installation."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)
