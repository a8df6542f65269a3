"""Money and history are looked at in the back office, never changed: by no page, no forged form and no SQL."""

import pytest
from django.contrib import admin
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.ground.access.admin import ReadOnlyAdmin, rows_of
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.runs.models import Seal
from accounts.ground.trail.models import Event, TrailEntry

READ_ONLY = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)),
    key=lambda model: model._meta.label,
)
# What the database itself refuses to the office's login.
KEPT = (Transfer, Book, Seal, Event, TrailEntry)


def everything(model):
    return sorted(map(str, rows_of(model).values_list()))


def test_a_forged_form_moves_nothing(world, filled):
    client = Client(raise_request_exception=False)
    client.force_login(world.users["olga"])

    for model in READ_ONLY:
        before = unrefused(model)
        assert set(forge(client, model, rows_of(model).first())) <= {403}, model
        assert unrefused(model) == before, model


def unrefused(model):
    """Everything but the notes of refusals, which are made by refusing."""
    return [row for row in everything(model) if model is not TrailEntry or "'refused'" not in row]


def forge(client, model, row):
    """Status of each answer to forms that the pages never show."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    form = {field.name: "1" for field in model._meta.fields} | {"amount": "999999.00", "_save": "1"}
    yield client.post(reverse(f"{name}_add"), form).status_code
    if row is not None:
        yield client.post(reverse(f"{name}_change", args=[row.pk]), form).status_code
        yield client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code
        for listed in (
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
            {"form-0-amount": "9", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "1"},
        ):
            client.post(reverse(f"{name}_changelist"), listed)


def test_money_is_read_only():
    assert {Transfer, Book, Seal} <= set(READ_ONLY)


def test_the_offices_login_could_not_change_it_either(filled, as_role):
    for model in KEPT:
        table, before = model._meta.db_table, everything(model)
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            refused = pytest.raises(ProgrammingError, match="permission denied")
            with as_role("portal_office"), refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert everything(model) == before


def test_a_page_that_may_be_changed_takes_only_its_own_fields(office, filled):
    account = filled["U1000001"]

    office.post(
        reverse("admin:accounts_account_change", args=[account.pk]),
        {"title": "Ruiz-Lang, Ana", "number": "U9999999", "status": "C", "firm": filled["F900001"].firm_id},
    )

    account.refresh_from_db()
    assert (account.title, account.sort_key) == ("Ruiz-Lang, Ana", "ruiz-lang, ana")
    assert (account.number, account.status, account.firm_id) == ("U1000001", "O", filled["F100001"].firm_id)


def test_lists_do_not_filter_by_what_is_not_shown(world):
    """A lookup through relations could read a column one letter at a time."""
    client = Client(raise_request_exception=False)
    client.force_login(world.users["olga"])

    answer = client.get(reverse("admin:accounts_seat_changelist"), {"user__password__startswith": "argon2"})

    assert answer.status_code == 400
