"""What a brand may be and from when it holds; no rows, no pages."""

import re
from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from accounts.desk.brand import pictures
from accounts.desk.brand.colours import clean_colour, is_readable
from accounts.desk.brand.pictures import HEIGHT, LARGEST, WIDTH, NotAPicture, Picture
from portal.lib.exchange import EXCHANGE_ZONE

CUT_OFF, LIVE = time(17), time(20)
BRAND_ID = re.compile(r"[A-Za-z0-9_]{6,10}")
DOOR_COOKIE = "brand"
HOST = re.compile(r"(?=.{4,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
LONGEST_WITH_SMS = 7
LONGEST_NAME = 60


class BrandProblem(Exception):
    """Why a brand is not taken, in words; `field` is where."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def effective_from(at: datetime) -> datetime:
    """20:00 New York of the same day when saved before 17:00, of the next day from 17:00 on."""
    here = at.astimezone(EXCHANGE_ZONE)
    day = here.date() if here.time() < CUT_OFF else here.date() + timedelta(days=1)
    return datetime.combine(day, LIVE, EXCHANGE_ZONE)


def check_id(brand_id: str, *, uses_sms: bool) -> None:
    """Six to ten letters, digits and underscores; seven at most where it stands in an SMS."""
    if not BRAND_ID.fullmatch(brand_id):
        raise BrandProblem("brand_id", _("6 to 10 characters: letters, digits and the underscore."))
    if uses_sms and len(brand_id) > LONGEST_WITH_SMS:
        raise BrandProblem("brand_id", _("With SMS at most 7 characters."))


def clean_name(name: str) -> str:
    """One line of plain text."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not plain:
        raise BrandProblem("name", _("The name under which your clients see you."))
    if len(plain) > LONGEST_NAME:
        raise BrandProblem("name", _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME})
    return plain


def check_colour(text: str) -> str:
    """A colour that white letters can be read on, or none."""
    if not text.strip():
        return ""
    colour = clean_colour(text)
    if not colour:
        raise BrandProblem("colour", _("A colour is six hexadecimal digits, such as #1f4e79."))
    if not is_readable(colour):
        raise BrandProblem("colour", _("White letters could not be read on it; choose a darker one."))
    return colour


def check_host(text: str) -> str:
    """A host name in small letters, or none."""
    host = text.strip().lower().removesuffix(".")
    if host and not HOST.fullmatch(host):
        raise BrandProblem("host", _("A host name is like clients.example.com, without https:// and path."))
    return host


def check_banner(content: bytes) -> Picture:
    """A JPEG or PNG, by what is in it, of exactly the size there is room for."""
    if len(content) >= LARGEST:
        raise BrandProblem("banner", _("A banner is smaller than 50 KB."))
    try:
        picture = pictures.read(content)
    except NotAPicture as error:
        raise BrandProblem("banner", _("That is not a JPEG or PNG picture.")) from error
    if (picture.width, picture.height) != (WIDTH, HEIGHT):
        words = _("A banner has 650 × 80 pixels; this one has %(width)s × %(height)s.")
        raise BrandProblem("banner", words % {"width": picture.width, "height": picture.height})
    return picture
