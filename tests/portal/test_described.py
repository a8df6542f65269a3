"""The description of the API is written once by a process, and in the language and format that are asked for."""

import json

import pytest

from portal.api import Schema


@pytest.mark.slow
def test_it_is_written_once_for_each_language_and_format(browse, monkeypatch):
    monkeypatch.setattr(Schema, "_written", {})
    first = browse("alice").get("/api/schema/")
    assert first.status_code == 200
    assert first["Content-Type"].startswith("application/vnd.oai.openapi")
    assert first["Content-Disposition"] == 'inline; filename="Advisor Portal.yaml"'

    assert browse("mallory").get("/api/schema/?version=mine&lang=nonesuch").content == first.content
    in_json = json.loads(browse("alice").get("/api/schema/?format=json&lang=ru").content)
    assert in_json["info"]["title"] == "Advisor Portal"
    assert len(Schema._written) == 2

    monkeypatch.setattr(Schema, "_write", None)
    assert browse("bob").get("/api/schema/").content == first.content
