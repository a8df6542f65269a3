"""The gates: an unmarked view is refused, a stranger is sent to sign in, a sensitive task asks for the password."""

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.ground.access.gates import PUBLIC, SIGNED_IN, Gate, gate
from accounts.ground.stepup.models import StepUpGrant
from accounts.ground.trail.actions import record
from accounts.ground.trail.models import Event
from portal.urls import urlpatterns as portal_urls
from tests.world import OPENED, PASSWORD


def unmarked(request):
    return HttpResponse("never")


@gate(PUBLIC)
def public(request):
    return HttpResponse("public")


@gate(SIGNED_IN)
def signed_in(request):
    return HttpResponse(f"{request.seat and request.seat.role}")


@gate("set_fees")
def fees_only(request):
    return HttpResponse("fees")


@gate(Gate("view", step_up=True))
def sensitive(request):
    from accounts.ground.access.scope import account_for

    if request.method == "POST":
        account = account_for(request.seat, request.POST["number"])
        record(account=account, kind="test", title=request.POST.get("word", ""), day=OPENED)
        if request.POST.get("word") == "fail":
            return HttpResponse(status=422)
    return HttpResponse("done")


urlpatterns = [
    path("t/unmarked/", unmarked),
    path("t/public/", public),
    path("t/signed-in/", signed_in),
    path("t/fees/", fees_only),
    path("t/sensitive/", sensitive),
    *portal_urls,
]


@pytest.fixture(autouse=True)
def with_test_pages():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def done():
    return Event.unscoped.filter(kind="test").count()


@pytest.mark.parametrize("name", ["", "alice", "olga"])
def test_an_unmarked_view_is_refused_for_everybody(browse, name):
    answer = browse(name).get("/t/unmarked/")

    assert answer.status_code == 500
    assert b"never" not in answer.content


def test_nobody_gets_the_public_page_and_is_sent_to_sign_in_from_the_others(browse):
    assert browse("").get("/t/public/").content == b"public"
    answer = browse("").get("/t/signed-in/?a=1")
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/t/signed-in/%3Fa%3D1")


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("sam", 403), ("ana", 403), ("frank", 403), ("", 302)]
)
def test_a_page_asks_whether_the_role_has_the_function_at_all(browse, name, status):
    assert browse(name).get("/t/fees/").status_code == status


def test_a_sensitive_task_asks_for_the_password_and_nothing_has_moved(browse):
    answer = browse("alice").post("/t/sensitive/", {"number": "U1000001", "word": "a"})

    assert answer.status_code == 403
    assert b"_password" in answer.content
    assert b"U1000001" in answer.content
    assert done() == 0


def test_with_the_password_the_very_same_task_goes_on_once(browse):
    client = browse("alice")
    form = {"number": "U1000001", "word": "a", "_password": PASSWORD}

    assert client.post("/t/sensitive/", form).content == b"done"
    assert done() == 1
    assert client.post("/t/sensitive/", {"number": "U1000001", "word": "a"}).status_code == 403
    assert done() == 1


def test_a_wrong_password_moves_nothing_and_gives_no_grant(browse):
    answer = browse("alice").post("/t/sensitive/", {"number": "U1000001", "_password": "wrong"})

    assert answer.status_code == 403
    assert done() == 0
    assert not StepUpGrant.unscoped.exists()


def test_a_grant_for_one_task_does_not_open_another(browse):
    client = browse("alice")
    client.post("/t/sensitive/", {"number": "U1000001", "word": "fail", "_password": PASSWORD})

    assert client.post("/t/sensitive/", {"number": "U1000002", "word": "fail"}).status_code == 403
    assert done() == 0


def test_a_failed_task_takes_its_grant_and_its_rows_back(browse):
    answer = browse("alice").post("/t/sensitive/", {"number": "U1000001", "word": "fail", "_password": PASSWORD})

    assert answer.status_code == 422
    assert done() == 0
    assert not StepUpGrant.unscoped.exists()


def test_guessing_passwords_is_limited(browse):
    client = browse("alice")
    for _try in range(15):
        client.post("/t/sensitive/", {"number": "U1000001", "word": "a", "_password": "wrong"})

    assert client.post("/t/sensitive/", {"number": "U1000001", "_password": PASSWORD, "word": "a"}).status_code == 403
    assert done() == 0


def test_a_former_employee_with_a_living_session_is_nobody(browse, world):
    client = browse("alice")
    assert client.get("/t/fees/").status_code == 200
    world.seats["alice"].is_active = False
    world.seats["alice"].save()

    assert client.get("/t/fees/").status_code == 403


def test_a_disabled_user_is_signed_out(browse, world):
    client = browse("alice")
    world.users["alice"].is_active = False
    world.users["alice"].save()

    assert client.get("/t/signed-in/").status_code == 302


def test_signing_in_works_whatever_the_case_of_the_name_and_not_with_a_wrong_password(world):
    client = Client()
    assert client.post("/sign-in/login/", {"login": "alice", "password": "wrong"}).status_code == 200
    answer = client.post("/sign-in/login/", {"login": "Alice", "password": PASSWORD})
    assert answer.status_code == 302
