"""Saving a brand: a new version that holds from the evening on."""

import hashlib
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.queries import latest
from accounts.desk.brand.rules import (
    BrandProblem,
    check_banner,
    check_colour,
    check_host,
    check_id,
    clean_name,
    effective_from,
)
from accounts.ground.access.authority import REGISTERED_ONLY, Function, is_for_registered
from accounts.ground.access.context import Who, current_alias
from accounts.ground.tree.models import Practice


def save_brand(
    *,
    who: Who,
    practice: Practice,
    brand_id: str,
    name: str,
    uses_sms: bool,
    banner: bytes | None,
    at: datetime,
    colour: str = "",
    host: str = "",
) -> BrandVersion:
    """`banner` None keeps the one there is. Registered advisors only; an id and a host name belong to one practice."""
    _check_registered(practice)
    check_id(brand_id, uses_sms=uses_sms)
    fields: dict[str, object] = {"brand_id": brand_id, "uses_sms": uses_sms, "name": clean_name(name)}
    fields |= {"colour": check_colour(colour), "host": check_host(host)}
    before = latest(who)
    if banner is not None:
        picture = check_banner(banner)
        fields |= {
            "banner": picture.content,
            "banner_kind": picture.kind,
            "banner_sha256": hashlib.sha256(picture.content).hexdigest(),
        }
    elif before is not None:
        fields |= {name: getattr(before, name) for name in ("banner", "banner_kind", "banner_sha256")}
    return _store(who, practice, at, fields)


def withdraw(*, who: Who, practice: Practice, at: datetime) -> BrandVersion:
    """Go back to the name of the level above, or of the firm; the id stays the practice's."""
    before = latest(who)
    if before is None:
        raise BrandProblem("name", _("There is no brand to take back."))
    return _store(who, practice, at, {"brand_id": before.brand_id, "uses_sms": before.uses_sms, "name": ""})


def _store(who: Who, practice: Practice, at: datetime, fields: dict[str, object]) -> BrandVersion:
    try:
        with transaction.atomic(using=current_alias.get()):
            return BrandVersion.unscoped.create(
                firm_id=practice.firm_id,
                practice=practice,
                saved_by=who.user_id,
                saved_at=at,
                effective_at=effective_from(at),
                **fields,
            )
    except DatabaseError as refusal:
        # The second wall does not let us look whose it is; the constraint knows.
        if "brand_id_of_one_practice" in str(refusal):
            raise BrandProblem("brand_id", _("This id is taken.")) from refusal
        if "brand_host_of_one_practice" in str(refusal):
            raise BrandProblem("host", _("This host name is taken.")) from refusal
        raise


def _check_registered(practice: Practice) -> None:
    if is_for_registered(Function.BRAND, is_registered=practice.is_registered):
        raise BrandProblem("name", str(REGISTERED_ONLY))
