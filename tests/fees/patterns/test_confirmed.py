"""Fee templates are kept, changed, chosen and deleted by who proves to be there."""

import json

import pytest
from django.urls import reverse

from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.patterns.models import FeeTemplate
from tests.fees.patterns.test_templates import keep, page, templates
from tests.world import PASSWORD


@pytest.mark.parametrize("way", ["page", "program"])
@pytest.mark.parametrize("task", ["new", "change", "default", "delete"])
def test_a_template_is_kept_changed_and_deleted_by_who_proves_to_be_there(browse, table, task, way):
    standard = keep(table)
    before = {name: (one.version, one.is_default, one.components) for name, one in templates().items()}
    alice = browse("alice")
    form = {"name": "Other", "seen": "1", "strategy": "automatic", "on": ["percent"], "percent-method": "4",
            "percent-rate": "5"}  # fmt: skip
    terms = {"name": "Other", "seen": 1, "strategy": "automatic",
             "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.05"}]}  # fmt: skip
    place = "/api/v1/fee-templates/"

    def act(**proof):
        if way == "page":
            names = {"new": reverse("fees:new_template"), "change": page("template", standard.pk)}
            path = names.get(task) or page(f"{task}_template", standard.pk)
            return alice.post(path, form | ({PASSWORD_FIELD: PASSWORD} if proof else {}))
        method, path, body = {
            "new": ("post", place, terms),
            "change": ("put", f"{place}{standard.pk}/", terms),
            "default": ("post", f"{place}{standard.pk}/default/", {}),
            "delete": ("delete", f"{place}{standard.pk}/", {"seen": 1}),
        }[task]
        return getattr(alice, method)(path, json.dumps(body), content_type="application/json", headers=proof)

    assert act().status_code == 403
    assert {name: (one.version, one.is_default, one.components) for name, one in templates().items()} == before
    assert act(**{"Confirm-Password": PASSWORD}).status_code in (200, 201, 204, 302)
    after = {name: (one.version, one.is_default, one.components) for name, one in templates().items()}
    assert after != before or FeeTemplate.unscoped.get(pk=standard.pk).deleted_at


def test_a_line_more_asks_nobody_and_saves_nothing(browse, table):
    standard = keep(table)
    form = {"name": "Other", "strategy": "automatic", "on": ["percent"], "percent-method": "4", "percent-rate": "5"}
    for path in (reverse("fees:new_template_lines"), page("template_lines", standard.pk)):
        answer = browse("alice").post(path, form | {"do": "line"})
        assert answer.status_code == 200 and b'name="name" value="Other"' in answer.content
    assert (templates()["Standard"].version, len(templates())) == (1, 2)
