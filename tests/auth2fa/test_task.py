"""A proof of identity is for one wish, to the last byte of it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from auth2fa.stepup.views import _task


def json_post(rf, body, path="/api/v1/x/", **more):
    return _task(rf.post(path, body, content_type="application/json", **more))


def test_the_same_wish_is_the_same_task(rf):
    assert json_post(rf, '{"amount": "1"}') == json_post(rf, '{"amount": "1"}')
    assert _task(rf.post("/x/?a=1", {"b": "2"})) == _task(rf.post("/x/?a=1", {"b": "2", "_password": "p"}))


def test_both_encodings_of_a_form_are_one_wish(rf):
    plain = rf.post("/x/", "b=2", content_type="application/x-www-form-urlencoded")

    assert _task(rf.post("/x/", {"b": "2"})) == _task(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"path": "/x/?amount=1"}, {"path": "/x/?amount=999"}),
        ({"path": "/x/"}, {"path": "/y/"}),
        ({"data": {"a": "1"}}, {"data": {"a": "2"}}),
        ({"data": {"a": "1", "b": "2"}}, {"data": {"a": "1b", "": "2"}}),
        ({"data": {"a": ["1", "2"]}}, {"data": {"a": ["1"]}}),
    ],
)
def test_another_address_or_field_is_another_wish(rf, one, other):
    usual = {"path": "/x/", "data": {"a": "1"}}

    assert _task(rf.post(**{**usual, **one})) != _task(rf.post(**{**usual, **other}))


def test_another_body_method_or_kind_is_another_wish(rf):
    first = json_post(rf, '{"amount": "1"}')

    assert first != json_post(rf, '{"amount": "999999"}')
    assert first != json_post(rf, '{"amount": "1"}', path="/api/v1/x/?a=1")
    assert first != _task(rf.put("/api/v1/x/", '{"amount": "1"}', content_type="application/json"))
    assert first != _task(rf.post("/api/v1/x/", '{"amount": "1"}', content_type="text/plain"))


def test_another_file_is_another_wish_and_the_file_is_still_there(rf):
    def upload(name, content):
        return rf.post("/x/", {"f": SimpleUploadedFile(name, content)})

    request = upload("a.csv", b"1")
    tasks = {_task(request), _task(upload("a.csv", b"9")), _task(upload("b.csv", b"1"))}

    assert len(tasks) == 3
    assert request.FILES["f"].read() == b"1"


def test_no_fingerprint_is_made_over_a_typed_storage_password(rf):
    """Its fingerprint in a row would be a quicker way to try passwords than the vault's own."""
    secrets = frozenset({"storage_password"})

    def form(password, **more):
        return _task(rf.post("/x/", {"storage_password": password, **more}), secrets)

    def program(password, name="abel"):
        body = json.dumps({"name": name, "storage_password": password})
        return _task(rf.post("/x/", body, content_type="application/json"), secrets)

    broken = [rf.post("/x/", f'{{"storage_password": "{one}",}}', content_type="application/json") for one in "ab"]

    assert form("one") == form("another") and program("one") == program("another")
    assert form("one", name="abel") != form("one", name="bella") and program("one") != program("one", "bella")
    assert _task(broken[0], secrets) == _task(broken[1], secrets)
