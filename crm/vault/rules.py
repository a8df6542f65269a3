"""What a storage password must be, how often one may guess, and whose vaults there are."""

import gzip
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.gates import SIGNED_IN
from accounts.ground.access.scope import NotAllowed
from crm.vault.engine.keys import LONGEST_PASSWORD

# Who decides over others' keys has not opted out of the second proof.
PROVED = replace(SIGNED_IN, proved=True)
# What changes who can open it is confirmed with a device too; of the proofs typed beside, no fingerprint is made.
SECRET = frozenset({"storage_password", "again", "old", "code", "sheet_1", "sheet_2"})
SURE = replace(SIGNED_IN, step_up=True, secrets=SECRET)
SURE_AND_PROVED = replace(SURE, proved=True)
SHORTEST = 15
FEW = (5, timedelta(minutes=15))
DAILY = (20, timedelta(hours=24))
IN_ALL = 100
# Rows of keys and of the alphabet that people run along.
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789", "йцукенгшщзхъфывапролджэ")


class VaultProblem(Exception):
    """A sentence a person can read: why the vault did not do it. `counted` means a guess was counted and stays so."""

    def __init__(self, words: str, *, counted: bool = False) -> None:
        super().__init__(words)
        self.counted = counted


class TooBusy(VaultProblem):
    """So many storage passwords are being checked that this one waits: answered with 503 and when to try again."""

    wait = 5

    def __init__(self) -> None:
        super().__init__(_("Many people unlock at this moment. Try again in a few seconds."))


class Locked(NotAllowed):
    """The vault is locked in this browser, or there is none; answered with 403 and what to do.

    `opens` says whether the storage password would open it.
    """

    def __init__(self, words: object = "") -> None:
        super().__init__("view", words or _("Your client book is locked. Enter your storage password to open it."))
        self.opens = not words


def damaged() -> VaultProblem:
    """What is stored of the vault is not what its members signed."""
    return VaultProblem(_("What is stored of the client book was changed from outside. Nothing was opened or given."))


def member_seat(who: Who | None, *, in_part: bool = False) -> Who:
    """The seat of somebody who may have a part in their practice's vault; refuses everybody else in words.

    `in_part` lets in who works with some accounts only: they read what is about those, and manage no keys of others.
    """
    if who is None or not who.is_advisor:
        raise NotAllowed("view", _("Only the advisor's own people keep a client book."))
    if who.behind is not None:
        raise NotAllowed("view", _("You look as another user; storage passwords are nobody else's."))
    if who.is_narrowed and not in_part:
        raise NotAllowed(
            "view",
            _("You read the client book where it is about your accounts. Who works with all accounts changes it."),
        )
    return replace(who, manages=False) if who.is_narrowed else who


def check_password(password: str, again: str, *, near: Iterable[str] = ()) -> None:
    """Refuse what can be guessed. `near` are words that everybody knows of this person."""
    if password != again:
        raise VaultProblem(_("The two storage passwords differ."))
    if len(password) < SHORTEST:
        raise VaultProblem(_("A storage password has at least 15 characters. Several words are easiest to remember."))
    if len(password) > LONGEST_PASSWORD:
        raise VaultProblem(_("A storage password has at most 256 characters."))
    bare = _bare(password, near)
    if len(set(password.casefold())) < 5 or len(bare) < 5 or bare in _common() or _is_run(bare):
        raise VaultProblem(_("This storage password stands in lists that attackers try first. Choose another."))


def wait_words(wrong_at: Iterable[datetime], wrong: int, at: datetime) -> str:
    """Why no storage password may be tried now, in words; "" if it may."""
    times = list(wrong_at)
    if wrong >= IN_ALL:
        return _("After 100 wrong storage passwords only the recovery code opens your vault.")
    if sum(1 for one in times if one > at - FEW[1]) >= FEW[0]:
        return _("Too many wrong storage passwords. Wait 15 minutes.")
    if sum(1 for one in times if one > at - DAILY[1]) >= DAILY[0]:
        return _("Too many wrong storage passwords today. Come back tomorrow, or use your recovery code.")
    return ""


def tries_left(wrong_at: Iterable[datetime], wrong: int, at: datetime) -> int:
    """How many wrong ones are left before one has to wait."""
    times = list(wrong_at)
    recent = sum(1 for one in times if one > at - FEW[1])
    today = sum(1 for one in times if one > at - DAILY[1])
    return max(0, min(FEW[0] - recent, DAILY[0] - today, IN_ALL - wrong))


def _bare(password: str, near: Iterable[str]) -> str:
    """The password without what everybody adds: digits and signs around it, known names, repetitions of itself."""
    text = password.casefold()
    for word in sorted((one.casefold() for one in near if len(one) > 3), key=len, reverse=True):
        text = text.replace(word, "")
    text = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text) or text
    for size in range(1, len(text) // 2 + 1):
        if len(text) % size == 0 and text == text[:size] * (len(text) // size):
            return text[:size]
    return text


def _is_run(text: str) -> bool:
    return len(text) > 3 and any(text in run * 3 or text in run[::-1] * 3 for run in _RUNS)


@cache
def _common() -> frozenset[str]:
    """Passwords from breaches, as the framework ships them; nothing is asked of the network."""
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


def keeps_notes_on(who: Who, practice_id: int) -> bool:
    """Whether somebody is of the practice whose accounts they are, and may have a part in its client book."""
    return who.is_advisor and not who.is_narrowed and who.behind is None and who.practice_id == practice_id
