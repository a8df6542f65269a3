"""Fee templates: what a practice keeps, what an edit leaves alone, and what giving one to clients does to each."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.applications.actions import start
from accounts.ground.jobs.models import Job
from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.patterns import actions, queries
from fees.patterns.actions import TemplateRefused
from fees.patterns.models import FeeTemplate
from fees.patterns.tasks import give
from fees.proposals.models import Proposal
from fees.schedules.rules import ScheduleRefused
from tests.fees.posting.test_trades import key, per_trade
from tests.fees.proposals.conftest import ANA, CHIDI, KEN, at, percent, wanted
from tests.world import PASSWORD

BEFORE = ("automatic", date(2025, 1, 2), None)
LIST = reverse("fees:templates")


def page(name: str, pk) -> str:
    return reverse(f"fees:{name}", args=[pk])


def keep(table, name: str = "Standard", terms=None, *, by: str = "alice", **more) -> FeeTemplate:
    with table.acting(by) as who:
        return actions.create(who=who, name=name, wanted=terms or wanted(percent("0.010")), at=at(), **more)


def templates(number: str = ANA) -> dict[str, FeeTemplate]:
    with as_role("owner"):
        practice = Proposal._meta.get_field("account").related_model.unscoped.get(number=number).practice_id
        return {one.name: one for one in FeeTemplate.unscoped.filter(practice=practice)}


def work(job_page: str) -> dict[str, dict]:
    """Let the worker do what the page waits for; what became of each account."""
    job = Job.unscoped.get(pk=job_page.strip("/").split("/")[-1])
    give(str(job.pk), job.user_id, job.seat_id)
    job.refresh_from_db()
    return job.result["rows"]


def review(alice, template: FeeTemplate, *numbers: str, **fields) -> tuple[str, dict[str, dict]]:
    asked = alice.post(page("apply_template", template.pk), {"of": "chosen", "chosen": numbers, **fields})
    assert asked.status_code == 302, asked.content.decode()
    return asked["Location"], work(asked["Location"])


def send(alice, job_page: str, *numbers: str) -> dict[str, dict]:
    sent = alice.post(f"{job_page}send/", {"chosen": numbers, PASSWORD_FIELD: PASSWORD})
    assert sent.status_code == 302, sent.content.decode()
    return work(sent["Location"])


def test_every_practice_begins_with_a_blank_default_template(browse, table):
    for number in (ANA, CHIDI):
        (found,) = templates(number).values()
        assert (found.name, found.strategy, found.components) == ("Default", "none", [])
        assert (found.is_first, found.is_default) == (True, True)
    assert "Default" in browse("alice").get(LIST).content.decode()


def test_the_first_template_can_be_changed_and_never_deleted(browse, table):
    first = templates()["Default"]
    alice = browse("alice")

    changed = alice.post(
        page("template", first.pk),
        {"name": "Default", "seen": "1", "strategy": "automatic", "on": ["percent"], "percent-method": "4",
         "percent-rate": "1", PASSWORD_FIELD: PASSWORD})  # fmt: skip
    assert changed.status_code == 302
    alice.post(page("delete_template", first.pk), {"seen": "2", PASSWORD_FIELD: PASSWORD})

    kept = templates()["Default"]
    assert (kept.version, kept.strategy, kept.deleted_at) == (2, "automatic", None)
    with table.acting("alice") as who, pytest.raises(TemplateRefused, match="not deleted"):
        actions.delete(who=who, template=kept, seen=2, at=at())


def test_the_mark_moves_and_leaves_the_first_in_place(table):
    standard = keep(table, is_default=True)

    kept = templates()
    assert {name: one.is_default for name, one in kept.items()} == {"Default": False, "Standard": True}
    with table.acting("alice") as who:
        with pytest.raises(TemplateRefused, match="default first"):
            actions.delete(who=who, template=standard, seen=1, at=at())
        actions.make_default(who=who, template=kept["Default"], at=at())
        actions.delete(who=who, template=standard, seen=1, at=at())
        assert [one.name for one in queries.own(who)] == ["Default"]


def test_a_copy_has_a_name_of_its_own(browse, table):
    standard = keep(table)

    browse("alice").post(page("copy_template", standard.pk))
    browse("alice").post(page("copy_template", standard.pk))

    assert sorted(templates()) == ["Default", "Standard", "Standard (2)", "Standard (3)"]
    assert templates()["Standard (2)"].components == standard.components


@pytest.mark.parametrize(
    ("name", "terms", "field"),
    [
        ("", wanted(percent("0.01")), "name"),
        ("x" * 51, wanted(percent("0.01")), "name"),
        ("Default", wanted(percent("0.01")), "name"),
        ("New", wanted(percent("1.01")), "components.0.rate"),
        ("New", wanted(), "components"),
        ("New", wanted(percent("0.01"), percent("0.01", "PERCENTOFEQUITY")), "components"),
        ("New", wanted(percent("0.01"), cap_kind="PERCENTOFNLV_CAP", cap_rate="2"), "cap_rate"),
        ("New", wanted(percent("0.01"), asked_start=date(2026, 1, 2)), "asked_start"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_at_its_field(table, name, terms, field):
    with table.acting("alice") as who, pytest.raises(ScheduleRefused) as refused:
        actions.create(who=who, name=name, wanted=terms, at=at())

    assert field in [one.field for one in refused.value.problems]
    assert list(templates()) == ["Default"]


def test_names_are_matched_exactly(table):
    keep(table, "standard")
    keep(table, "Standard")
    keep(table, "Standard 2", by="bob")

    assert sorted(templates()) == ["Default", "Standard", "standard"]
    assert sorted(templates(CHIDI)) == ["Default", "Standard 2"]


def test_a_stale_version_is_refused_and_nothing_is_written_over(browse, table):
    standard = keep(table)
    form = {"name": "Standard", "seen": "1", "strategy": "automatic", "on": ["percent"], "percent-method": "4",
            PASSWORD_FIELD: PASSWORD}  # fmt: skip
    alice = browse("alice")
    assert alice.post(page("template", standard.pk), {**form, "percent-rate": "0.9"}).status_code == 302

    answer = alice.post(page("template", standard.pk), {**form, "percent-rate": "5"})

    assert answer.status_code == 422
    assert "Somebody has changed this template" in answer.content.decode()
    assert templates()["Standard"].components[0]["rate"] == "0.009"
    alice.post(page("delete_template", standard.pk), {"seen": "1", PASSWORD_FIELD: PASSWORD})
    assert "Standard" in templates()


def test_an_edit_changes_nobody_until_the_template_is_given_again(browse, table):
    """Ana is given 0.6 %, a decrease; the template then rises to 0.7 %; she goes on with 0.6 % and is asked anew."""
    alice, low = browse("alice"), keep(table, "Low", wanted(percent("0.006")))
    task, rows = review(alice, low, ANA)
    assert (rows[ANA]["outcome"], rows[ANA]["before"], rows[ANA]["after"]) == ("applies", "168.00", "126.00")
    assert table.kept()["schedules"] == [BEFORE], "looking changes nothing"
    assert send(alice, task, ANA)[ANA]["outcome"] == "applies"
    with as_role("owner"):
        given = Proposal.unscoped.select_related("schedule").get()
    assert (given.template_id, given.template_version, given.state) == (low.pk, 1, "approved")

    with table.acting("alice") as who:
        actions.change(who=who, template=low, name="Low", wanted=wanted(percent("0.007")), seen=1, at=at())
    after_edit = table.kept()
    assert len(after_edit["schedules"]) == 2 and after_edit["states"] == ["approved"]

    again = templates()["Low"]
    task, rows = review(alice, again, of="given")
    assert rows[ANA]["outcome"] == "waits"
    assert send(alice, task, ANA)[ANA]["outcome"] == "waits"
    assert table.kept()["states"] == ["approved", "proposed"]
    assert len(table.kept()["schedules"]) == 2


def test_each_account_has_its_own_consequence_and_its_own_result(browse, table):
    """Ana pays 0.8 % already, Ken nothing, and Ken's home is in the United States."""
    alice = browse("alice")
    with as_role("owner"):
        party = table.world.parties["ken"]
        party.residence = "USA"
        party.save(update_fields=["residence"])
    terms = wanted(percent("0.008"), per_trade(key("absolute_markup", "0.01")))
    task, rows = review(alice, keep(table, terms=terms), ANA, KEN)

    assert (rows[ANA]["outcome"], rows[KEN]["outcome"]) == ("waits", "refused")
    assert "United States" in rows[KEN]["words"][0]
    text = alice.get(task).content.decode()
    assert "United States" in text and "168.00" in text

    results = send(alice, task, ANA, KEN)
    assert list(results) == [ANA]
    assert table.kept()["states"] == ["proposed"]


def test_who_has_the_terms_already_is_asked_nothing(browse, table):
    task, rows = review(browse("alice"), keep(table, terms=wanted(percent("0.008"))), ANA)

    assert rows[ANA]["outcome"] == "same"
    refused = browse("alice").post(f"{task}send/", {"chosen": [ANA], PASSWORD_FIELD: PASSWORD})
    assert refused.status_code == 422
    assert table.kept()["states"] == []


def test_sending_asks_who_is_there(browse, table):
    task, _rows = review(browse("alice"), keep(table), ANA)

    assert browse("alice").post(f"{task}send/", {"chosen": [ANA]}).status_code == 403
    assert Job.unscoped.filter(kind="fee_apply").count() == 0
    assert table.kept()["states"] == []


def test_a_template_that_changed_meanwhile_is_not_sent(browse, table):
    alice, standard = browse("alice"), keep(table)
    task, _rows = review(alice, standard, ANA)
    with table.acting("alice") as who:
        actions.change(who=who, template=standard, name="Standard", wanted=wanted(percent("0.03")), seen=1, at=at())

    answer = alice.post(f"{task}send/", {"chosen": [ANA], PASSWORD_FIELD: PASSWORD})

    assert answer.status_code == 422
    assert "changed or deleted since" in answer.content.decode()
    assert table.kept()["states"] == []


def test_an_account_whose_terms_changed_meanwhile_is_left_alone(browse, table):
    """1.0 % was a rise for her when it was looked at; since then she has signed 1.2 %, and it would apply at once."""
    alice = browse("alice")
    task, rows = review(alice, keep(table), ANA)
    assert rows[ANA]["outcome"] == "waits"
    dearer = table.propose("alice", ANA, wanted(percent("0.012")), on=timezone.now())
    table.sign("ana", dearer, on=timezone.now())

    results = send(alice, task, ANA)

    assert results[ANA]["outcome"] == "refused"
    assert "changed since you looked" in results[ANA]["words"][0]
    assert table.kept()["states"] == ["approved"]


def test_sending_twice_asks_nobody_twice(browse, table):
    alice = browse("alice")
    task, _rows = review(alice, keep(table), ANA)
    send(alice, task, ANA)
    send(alice, task, ANA)

    assert table.kept()["states"] == ["proposed"]


@pytest.mark.parametrize("number", ["U9000001", "U9999999", "F100001", "x", "U1000001' OR 1=1"])
def test_no_account_but_ones_own_can_be_chosen(browse, table, number):
    answer = browse("alice").post(page("apply_template", keep(table).pk), {"of": "chosen", "chosen": [ANA, number]})

    assert answer.status_code == 422
    assert "not an account whose fees you set" in answer.content.decode()
    assert Job.unscoped.filter(kind="fee_review").count() == 0


@pytest.mark.parametrize("name", ["bob", "carol", "mallory"])
def test_another_practices_template_does_not_exist(browse, table, name):
    standard, other = keep(table), browse(name)

    for route in ("template", "apply_template"):
        assert other.get(page(route, standard.pk)).status_code == 404
    for route in (
        "template",
        "template_lines",
        "copy_template",
        "default_template",
        "delete_template",
        "apply_template",
    ):
        assert other.post(page(route, standard.pk), {"seen": "1", PASSWORD_FIELD: PASSWORD}).status_code == 404
    assert "Standard" not in other.get(LIST).content.decode()
    assert other.get(f"/api/v1/fee-templates/{standard.pk}/").status_code == 404
    kept = templates()
    assert sorted(kept) == ["Default", "Standard"] and kept["Default"].is_default


def test_a_top_level_does_not_look_into_a_second_levels_templates(browse, table):
    bright = keep(table, "Bright", by="bob")

    assert browse("alice").get(page("template", bright.pk)).status_code == 404
    with table.acting("alice"):
        assert not FeeTemplate.unscoped.filter(pk=bright.pk).exists(), "the second wall alone hides it"


@pytest.mark.parametrize("name", ["ana", "sam"])
def test_a_client_has_no_templates(browse, table, name):
    standard = keep(table)
    client = browse(name)

    assert client.get(LIST).status_code == 403
    assert client.post(page("delete_template", standard.pk), {"seen": "1"}).status_code in (403, 404)
    assert client.get("/api/v1/fee-templates/").status_code == 403
    with table.acting(name):
        assert not FeeTemplate.unscoped.exists()


def test_another_persons_job_does_not_exist(browse, table):
    task, _rows = review(browse("alice"), keep(table), ANA)

    for name in ("bob", "mallory", "ana"):
        assert browse(name).get(task).status_code in (403, 404)
        sent = browse(name).post(f"{task}send/", {"chosen": [ANA], PASSWORD_FIELD: PASSWORD})
        assert sent.status_code in (403, 404)
    assert table.kept()["states"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fees_template",
        "UPDATE fees_template SET is_first = false",
        "UPDATE fees_template SET practice_id = practice_id + 1",
        "INSERT INTO fees_template (id, firm_id, practice_id, name, version, is_first, is_default, strategy,"
        " components, commissions_to_master, other_fees_to_master, cap_kind)"
        " SELECT gen_random_uuid(), firm_id, id, 'Forged', 1, false, false, 'none', '[]', false, false, ''"
        " FROM accounts_practice WHERE level = 2",
    ],
)
def test_no_page_reaches_past_its_practice(table, statement):
    keep(table)
    with table.acting("alice"), pytest.raises(DatabaseError), transaction.atomic():
        from accounts.ground.access.context import cursor

        with cursor() as cur:
            cur.execute(statement)
            assert cur.rowcount == 0
            raise DatabaseError("no row was there to be written")

    assert sorted(templates()) == ["Default", "Standard"]
    assert sorted(templates(CHIDI)) == ["Default"]


def test_a_new_application_begins_with_the_default_template(table):
    """As a draft that the advisor sends; other templates, and a blank one, begin nothing."""
    keep(table, is_default=True)
    keep(table, "Other", replace(wanted(percent("0.02"))))
    day = date(2025, 10, 6)
    common = {"kind": "client", "title": "New, Client", "base_currency": "USD", "day": day}
    with table.acting("alice"):
        fresh = start(parent=table.world["F100001"], number="U1000077", **common)
    with table.acting("bob"):
        start(parent=table.world["F200002"], number="U1000078", **common)

    with as_role("owner"):
        (found,) = Proposal.unscoped.all()
        assert (found.account_id, found.state, found.components[0]["rate"]) == (fresh.pk, "draft", "0.010")
        assert found.template_id == templates()["Standard"].pk
        assert found.created_by_id == table.world.users["alice"].pk


def test_the_api_keeps_gives_and_sends(browse, table):
    alice = browse("alice")

    def call(method: str, path: str, body=None, **headers):
        return getattr(alice, method)(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json",
                                      headers=headers)  # fmt: skip

    sure = {"Confirm-Password": PASSWORD}

    terms = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.01"}]}
    made = call("post", "fee-templates/", {"name": "Standard", **terms}, **sure)
    assert (made.status_code, made.json()["version"], made.json()["components"][0]["rate"]) == (201, 1, "0.01")
    path = f"fee-templates/{made.json()['id']}/"
    terms["components"][0]["rate"] = "0.012"
    assert call("put", path, {"name": "Standard", "seen": 1, **terms}, **sure).json()["version"] == 2
    assert call("put", path, {"name": "Standard", "seen": 1, **terms, "strategy": "none"}, **sure).status_code in (
        400,
        409,
    )
    assert call("put", path, {"name": "Standard", "seen": 2, **terms, "components": []}, **sure).status_code == 400
    assert call("post", f"{path}review/", {"accounts": ["U9000001"]}).status_code == 409
    asked = call("post", f"{path}review/", {"accounts": [ANA]})
    assert asked.status_code == 202
    job = f"fee-template-jobs/{asked.json()['id']}/"
    work(job)
    assert alice.get(f"/api/v1/{job}").json()["rows"][ANA]["outcome"] == "waits"
    assert call("post", f"{job}send/", {"accounts": [ANA]}).status_code == 403
    sent = call("post", f"{job}send/", {"accounts": [ANA]}, **{"Confirm-Password": PASSWORD})
    assert sent.status_code == 202
    work(sent.json()["id"])
    assert table.kept()["states"] == ["proposed"]
    assert call("delete", path, {"seen": 1}, **sure).status_code == 409
    assert call("delete", path, {"seen": 2}, **sure).status_code == 204
    assert call("post", f"fee-templates/{templates()['Default'].pk}/default/", **sure).json()["is_default"]
