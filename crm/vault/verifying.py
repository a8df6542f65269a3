"""Checking what is stored of every vault: without a key the signatures and shapes, with the papers every record."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Count

from crm.vault.deposits import content_of
from crm.vault.engine import paper, people, ring, stream
from crm.vault.engine.encoding import HEADER, Unopened
from crm.vault.engine.ring import Ring
from crm.vault.engine.stored import StoredEpoch
from crm.vault.files import PURPOSE
from crm.vault.models import Deposit, Epoch, Grant, Member, MemberState, SealedFile, Unlocked, Vault
from crm.vault.pepper import peppers
from crm.vault.sealed import SealedRow
from crm.vault.stores import StoreFailed, store


@dataclass
class Found:
    """What was looked at, by kind, and what is wrong, in English for a log."""

    checked: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def look(self, kind: str, name: object, check: Callable[[], object]) -> bool:
        """Count one thing, and note it when it does not open."""
        self.checked[kind] = self.checked.get(kind, 0) + 1
        try:
            check()
        except (Unopened, StoreFailed, UnicodeDecodeError) as problem:
            self.wrong.append(f"{kind} {name}: {problem or type(problem).__name__}")
            return False
        return True


def check_stored() -> Found:
    """All vaults, without any key: who signed what, what is missing, whether a cost fell below the floor."""
    found = Found()
    for vault in Vault.unscoped.order_by("practice_id"):
        stored = vault.stored()
        found.look("vault", vault.pk, lambda stored=stored: ring.check_paper(stored))
        epochs = [one.stored() for one in Epoch.unscoped.filter(vault=vault).order_by("number")]
        # Before the founder has retyped the recovery code there is none.
        if epochs or Member.unscoped.filter(vault=vault, joined_at__isnull=False).exists():
            found.look(
                "epochs",
                vault.pk,
                lambda stored=stored, epochs=epochs: _some(ring.check_epochs(stored.root_public, stored, epochs)),
            )
        _check_members(found, vault, epochs)
    for one in Unlocked.unscoped.all():
        found.look("unlocked browser", one.pk, lambda one=one: _shape(bytes(one.wrapped)))
    for row in SealedFile.unscoped.order_by("pk").iterator():
        found.look("file", row.pk, lambda row=row: _beginning(row))
    return found


def needed_peppers() -> dict[str, int]:
    """How many storage passwords need each pepper of the file; one that nobody needs may go."""
    rows = Member.unscoped.exclude(state=MemberState.LEFT).values("pepper").annotate(number=Count("pk"))
    counted = {row["pepper"]: row["number"] for row in rows}
    return {name.decode(): counted.get(name.decode(), 0) for name in peppers().by_name}


def check_opened(vault: Vault, keys: Ring) -> Found:
    """Every record of one practice, opened with its keys; nothing of what they say leaves this function."""
    found = Found()
    for model in apps.get_models():
        if not issubclass(model, SealedRow):
            continue
        for row in model.unscoped.filter(practice_id=vault.practice_id).order_by("pk").iterator():
            found.look(model._meta.model_name or "", row.pk, lambda row=row: row.texts_with(keys))
    for one in Deposit.unscoped.filter(vault=vault, kept_at__isnull=False).order_by("pk").iterator():
        found.look("deposit", one.pk, lambda one=one: content_of(one, keys))
    for file in SealedFile.unscoped.filter(vault=vault).order_by("pk").iterator():
        found.look("file", file.pk, lambda file=file: _whole(file, keys))
    return found


def keys_of(vault: Vault, *, sheets: Iterable[str] = (), code: str = "", username: str = "") -> Ring:
    """The keys, by two sheets or by somebody's recovery code. Raises `Unopened`."""
    epochs = [one.stored() for one in Epoch.unscoped.filter(vault=vault)]
    if code:
        member = Member.unscoped.filter(vault=vault, user__username=username).exclude(state=MemberState.LEFT).first()
        if member is None:
            raise Unopened
        own = people.opened_by_code(member.stored(), paper.read(code))
        members = {one.pk: one.stored() for one in Member.unscoped.filter(vault=vault)}
        grants = [one.stored() for one in Grant.unscoped.filter(member=member)]
        return ring.open_ring(own, vault.stored(), members[member.pk], members, epochs, grants)
    one, other = [paper.read(sheet, length=33) for sheet in sheets]
    return ring.open_by_paper(vault.stored(), paper.join(one, other), epochs)[0]


def _check_members(found: Found, vault: Vault, epochs: Sequence[StoredEpoch]) -> None:
    known = {name.decode() for name in peppers().by_name}
    root, members = bytes(vault.root_public), {one.pk: one for one in Member.unscoped.filter(vault=vault)}
    for member in members.values():
        if member.state == MemberState.MEMBER:
            found.look("member", member.pk, lambda member=member: people.check_binding(member.stored(), root))
            if member.pepper not in known:
                found.wrong.append(f"member {member.pk}: the pepper {member.pepper} is not in the file")
            given = Grant.unscoped.filter(member=member).count()
            if given != len(epochs):
                found.wrong.append(f"member {member.pk}: {given} grants for {len(epochs)} epochs")
            if any(member.stored().print not in one.prints for one in epochs):
                found.wrong.append(f"member {member.pk}: not among those whom the epochs name")
        if not member.stored().cost.is_allowed:
            found.wrong.append(f"member {member.pk}: a guess costs less than the floor")
    for grant in Grant.unscoped.filter(vault=vault).order_by("pk"):
        found.look("grant", grant.pk, lambda grant=grant: _check_grant(grant, members, root))


def _check_grant(grant: Grant, members: dict[Any, Member], root: bytes) -> None:
    if grant.granter_id not in members or grant.member_id not in members:
        raise Unopened
    to, granter, stored = members[grant.member_id].stored(), members[grant.granter_id].stored(), grant.stored()
    people.check_binding(granter, root)
    ring.check_grant(stored, to, granter)


def _some(known: dict[int, Any]) -> None:
    if not known:
        raise Unopened


def _shape(sealed: bytes) -> None:
    if sealed[: len(HEADER)] != HEADER:
        raise Unopened


def _beginning(row: SealedFile) -> None:
    stream.plain_length(row.length)
    _shape(store().read(row.place, 0, stream.BEGIN))
    if len(store().read(row.place, row.length - 1, row.length + 1)) != 1:
        raise Unopened


def _whole(row: SealedFile, keys: Ring) -> None:
    key = keys.open_key(PURPOSE, row.pk, bytes(row.key_sealed))
    read = store().read
    for _chunk in stream.open_range(key, row.pk, lambda a, b: read(row.place, a, b), length=row.length):
        pass
