"""What the back office asks the password for: sign-ins, seats, rights, the calendar, nights and answered holds."""

import pytest
from django.contrib import admin

from accounts.ground.people.models import ClientRight, Seat, User
from accounts.ground.runs.models import Hold, Run
from tests.world import PASSWORD

SENSITIVE = [
    ("user", "/office/accounts/user/", {"action": "renew_password"}),
    ("user", "/office/accounts/user/", {"action": "activate"}),
    ("user", "/office/accounts/user/", {"action": "end_seats"}),
    ("user", "/office/accounts/user/{user}/change/", {"email": "thief@evil.test", "language": "en"}),
    ("user", "/office/accounts/user/add/", {"username": "zoe", "language": "en"}),
    ("seat", "/office/accounts/seat/", {"action": "reopen"}),
    ("seat", "/office/accounts/seat/", {"action": "end"}),
    ("seat", "/office/accounts/seat/add/", {"user": "{user}", "role": "office"}),
    ("right", "/office/accounts/clientright/add/", {"may_sign": "on"}),
    ("right", "/office/accounts/clientright/{right}/delete/", {"post": "yes"}),
    ("day", "/office/accounts/calendarday/add/", {"day": "2027-03-03", "name": "Storm"}),
    ("hold", "/office/accounts/hold/", {"action": "retry"}),
    ("night", "/office/nights/run/", {"day": "2026-11-20"}),
    ("task", "/office/django_celery_beat/periodictask/1/change/", {"enabled": ""}),
]


@pytest.mark.parametrize(("kind", "path", "form"), SENSITIVE, ids=[f"{path} {form}" for _kind, path, form in SENSITIVE])
def test_a_session_alone_does_nothing_sensitive(browse, filled, kind, path, form):
    keys = {
        "user": filled.users["nina"].pk,
        "seat": filled.seats["frank"].pk,
        "right": ClientRight.unscoped.first().pk,
        "hold": Hold.unscoped.first().pk,
    }
    client, before = browse("olga"), facts()
    fields = {name: value.format(**keys) for name, value in form.items()}

    answer = client.post(path.format(**keys), {**fields, "_selected_action": str(keys.get(kind, 1))})

    assert answer.status_code == 403
    assert b"_password" in answer.content
    assert facts() == before


def facts():
    """All that these acts could have moved."""
    return [
        list(User.objects.order_by("pk").values()),
        list(Seat.unscoped.order_by("pk").values()),
        list(ClientRight.unscoped.order_by("pk").values()),
        list(Hold.unscoped.order_by("pk").values()),
        list(Run.unscoped.order_by("pk").values()),
    ]


def test_with_the_password_the_carried_form_goes_on(browse, world):
    nina = world.users["nina"]
    client = browse("olga")
    form = {"action": "renew_password", "_selected_action": str(nina.pk)}
    asked = client.post("/office/accounts/user/", form).content.decode()
    assert f'name="_selected_action" value="{nina.pk}"' in asked

    answer = client.post("/office/accounts/user/", {**form, "_password": PASSWORD})

    assert answer.status_code == 200
    nina.refresh_from_db()
    assert not nina.check_password(PASSWORD)


def test_the_lists_themselves_ask_nothing(browse, filled):
    client = browse("olga")

    assert (
        client.post("/office/accounts/outboxmessage/", {"action": "retry", "_selected_action": "x"}).status_code != 403
    )


def test_password_hashes_cannot_be_asked_for_letter_by_letter(browse):
    client = browse("olga")
    for lookup in ("password__startswith", "party__users__password__startswith", "seats__user__password__contains"):
        for start in ("argon2", "md5", "zzz"):
            assert client.get(f"/office/accounts/user/?{lookup}={start}").status_code == 400


def test_every_filter_beside_a_list_still_works(browse, filled):
    client = browse("olga")
    for model, page in admin.site._registry.items():
        path = f"/office/{model._meta.app_label}/{model._meta.model_name}/"
        shown = client.get(path)
        assert shown.status_code == 200, path
        for spec in shown.context_data["cl"].filter_specs:
            for choice in list(spec.choices(shown.context_data["cl"]))[:4]:
                assert client.get(path + choice["query_string"]).status_code == 200, (path, choice)
        assert page.date_hierarchy is None or client.get(f"{path}?{page.date_hierarchy}__year=2026").status_code == 200
