"""The description of the API shows an example of every body, and each is what it says it takes or answers."""

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers

from portal.described import Described
from portal.examples import JSON


def plain(said, left_out):
    """As JSON Schema says that there may be nothing, and that a field of the other direction need not be there."""
    if isinstance(said, list):
        return [plain(one, left_out) for one in said]
    if not isinstance(said, dict):
        return said
    told = {name: plain(one, left_out) for name, one in said.items() if name != "nullable"}
    if isinstance(said.get("required"), list):
        fields = said.get("properties", {})
        told["required"] = [name for name in said["required"] if not fields.get(name, {}).get(left_out)]
    return {"anyOf": [told, {"type": "null"}]} if said.get("nullable") is True else told


@pytest.mark.slow
def test_every_body_has_an_example_that_its_schema_and_its_serializer_take(db, monkeypatch):
    read = {}
    plainly = Described._get_request_body

    def noted(self, *args, **kwargs):
        body = plainly(self, *args, **kwargs)
        if body is not None:
            read[self.method.lower(), self.path] = self.get_request_serializer()
        return body

    monkeypatch.setattr(Described, "_get_request_body", noted)
    told = SchemaGenerator().get_schema(request=None, public=True)
    known = {one: {"components": plain(told["components"], one)} for one in ("readOnly", "writeOnly")}
    without, wrong, checked = [], [], 0
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            bodies = [
                (JSON, code, one["content"][JSON])
                for code, one in operation["responses"].items()
                if code.startswith("2") and JSON in one.get("content", {})
            ]
            asked = operation.get("requestBody", {}).get("content", {})
            bodies += [(kind, "request", one) for kind, one in asked.items()]
            for kind, code, body in bodies:
                label = f"{method} {path} {code}"
                shown = [one["value"] for one in body.get("examples", {}).values()]
                shown += [body["example"]] if "example" in body else []
                if not shown:
                    without.append(label)
                    continue
                left_out = "readOnly" if code == "request" else "writeOnly"
                checker = jsonschema.Draft4Validator({**plain(body["schema"], left_out), **known[left_out]})
                for one in shown:
                    checked += 1
                    wrong += [
                        f"{label}: {list(fault.path)} {fault.message[:120]}" for fault in checker.iter_errors(one)
                    ]
                if code == "request" and kind == JSON:
                    wrong += [f"{label}: {fault}" for one in shown for fault in refused(read.get((method, path)), one)]
    assert without == []
    assert wrong == []
    assert checked > 600


def refused(asked, said):
    """What the serializer that reads it says against it."""
    is_many = isinstance(asked, serializers.ListSerializer)
    one = asked.child if is_many else asked
    kind = one if isinstance(one, type) else type(one)
    if not issubclass(kind, serializers.Serializer):
        return ["no serializer"]
    again = kind(data=said, many=is_many)
    return [] if again.is_valid() else [str(again.errors)]
