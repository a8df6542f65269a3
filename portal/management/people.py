"""People made at the shell: with a password from standard input, or with a link by which they choose one themselves."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.access.context import as_role
from accounts.ground.people import actions as people
from accounts.ground.people.models import User
from accounts.ground.tree.rules import TreeProblem


def ask_for(parser: CommandParser) -> None:
    """The options that describe a person."""
    parser.add_argument("--email", default="", help=_("for lost passwords and notices"))
    parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("take the password from the first line of standard input instead of printing a link"),
    )


@contextmanager
def in_the_office() -> Iterator[None]:
    """One transaction of the office's login, as in the admin; what the actions refuse is said in their words."""
    try:
        with as_role("office"), transaction.atomic(using="office"):
            yield
    except TreeProblem as problem:
        raise CommandError(str(problem)) from problem
    except ValidationError as problem:
        raise CommandError(" ".join(problem.messages)) from problem


def make(username: str, options: dict[str, Any]) -> User:
    """A sign-in; without a password from standard input it has one that nobody knows, until the link is used."""
    username = username.strip()
    User.username_validator(username)
    if User.objects.filter(username__iexact=username).exists():
        raise CommandError(_("Somebody signs in as %(name)s already.") % {"name": username})
    password = secrets.token_urlsafe(32)
    if options["password_stdin"]:
        password = sys.stdin.readline().rstrip("\n")
    return people.create_user(
        username=username, password=password, email=options["email"], language=options["language"]
    )


def link(user: User, options: dict[str, Any]) -> str:
    """Where the person chooses a password, once; empty where there is one already."""
    if options["password_stdin"]:
        return ""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


def link_words(address: str) -> str:
    """The link, and how long it works; a rest of an hour counts as none."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    words = ngettext(
        "Choose a password here, within %(hours)d hour; the link works once:",
        "Choose a password here, within %(hours)d hours; the link works once:",
        hours,
    )
    return words % {"hours": hours} + f"\n{address}"
