"""Storage passwords that are checked while the host has no room for one more."""

from crm.vault.engine import people
from crm.vault.engine.turns import Busy
from crm.vault.models import Member
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, SURE, begun, is_open, unlock


def test_who_comes_when_too_many_derive_is_asked_to_come_again(world, browse, monkeypatch):
    """503 with a time, on the page that asked; no guess is counted, and nothing is done by half."""
    alice = browse("alice")
    begun(alice)
    before = Member.unscoped.values_list("wrong", "blob", "recovery_blob").get()

    def busy(*_args, **_named):
        raise Busy

    new = {"storage_password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    with monkeypatch.context() as crowd:
        crowd.setattr(people, "password_key", busy)
        answers = [unlock(alice), alice.post(HOME + "change/", {**new, "old": PASSWORD}, **SURE)]
        program = alice.post("/api/v1/vault/unlock/", {"storage_password": PASSWORD}, content_type="application/json")
    assert all("Many people unlock at this moment" in answer.content.decode() for answer in answers)
    for answer in (*answers, program):
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert program.headers["Content-Type"] == "application/problem+json"
    assert Member.unscoped.values_list("wrong", "blob", "recovery_blob").get() == before and not is_open(alice)
    assert unlock(alice).status_code == 302


def test_unlocking_does_without_renewing_while_too_many_derive(world, browse, monkeypatch, settings):
    alice = browse("alice")
    begun(alice)
    settings.VAULT_MEMORY_MIB += 1
    before = Member.unscoped.get().memory

    def busy(*_args, **_named):
        raise Busy

    with monkeypatch.context() as crowd:
        crowd.setattr(people, "wrapped", busy)
        assert unlock(alice).status_code == 302 and is_open(alice)
    assert Member.unscoped.get().memory == before
    assert unlock(alice).status_code == 302 and Member.unscoped.get().memory == before + 1024
