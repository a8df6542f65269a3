"""Lists and documents stay in the house for who signs in with a password alone."""

from io import BytesIO

import pytest
from django.http import FileResponse, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from accounts.ground.access.gates import gate
from accounts.ground.optouts.models import OptOut
from portal.urls import urlpatterns as portal_urls
from tests.auth2fa.test_opt_out import chosen

NOWHERE = "00000000-0000-4000-8000-000000000000"
WORDS = "You have opted out of secure login"


@gate("view")
def unsaid(request):
    answer = HttpResponse("canary", content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="list.csv"'
    return answer


@gate("view")
def streamed(request):
    return FileResponse(BytesIO(b"canary"), as_attachment=True, filename="list.csv")


@gate("view")
def paper(request):
    return HttpResponse(b"canary", content_type="application/pdf")


handler403 = "portal.refusals.not_allowed"
urlpatterns = [path("t/unsaid/", unsaid), path("t/streamed/", streamed), path("t/paper/", paper), *portal_urls]


@pytest.fixture
def ana(world):
    return world.users["ana"]


@pytest.mark.parametrize("address", ["/t/unsaid/", "/t/streamed/", "/t/paper/"])
def test_a_file_whose_gate_forgets_it_is_held_back_as_well(ana, browse, address):
    with override_settings(ROOT_URLCONF=__name__):
        client = browse("ana")
        assert client.get(address).status_code == 200
        OptOut.unscoped.create(**chosen(ana, "partial"))
        assert client.get(address).status_code == 200
        OptOut.unscoped.update(ended_at=timezone.now())
        OptOut.unscoped.create(**chosen(ana, "full"))
        answer = client.get(address)
        assert answer.status_code == 403 and WORDS in answer.content.decode()
        assert "canary" not in answer.content.decode()


def addresses():
    from tests.house.test_files import PAGES, files

    nowhere = dict.fromkeys(
        ("pk", "file", "paper", "job", "report", "contact", "document", "event", "exam_pack"), NOWHERE
    )
    values = {"number": "U1000001", "month": "2026-10", "edition": 1, "mail": "1-1", "part": 1, **nowhere}
    return [one.url(**{name: values[name] for name in one.parameters}) for one in files() if one.name not in PAGES]


def test_every_file_is_refused_in_words_and_the_pages_beside_stay(world, ana, browse, settings):
    settings.OPT_OUT_ROLES = ["client", "top"]
    alice = world.users["alice"]
    for name, user in (("ana", ana), ("alice", alice)):
        client = browse(name)
        before = {address: client.get(address) for address in addresses()}
        assert all(WORDS not in str(answer.headers) for answer in before.values())
        OptOut.unscoped.create(**chosen(user, "full"))
        for address in addresses():
            answer = client.get(address)
            if before[address].status_code == 403:
                continue  # nothing for this role at all
            said = answer.content.decode() if not answer.streaming else ""
            assert answer.status_code == 403 and WORDS in said, f"{name} {address}: {answer.status_code}"
        assert client.get("/").status_code == 200
    assert browse("alice").get("/reports/margin/").status_code == 200
    assert browse("alice").get("/reports/margin/?as=csv").status_code == 403
