"""What a first visit to the dashboard costs on the wire, compressed as it is published."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders

MOST = 160 * 1024
MOST_ON_REPEAT = 25 * 1024
# Found by the style sheets rather than by the page.
FETCHED_BY_CSS = ("npm/tabler.min.css", "npm/geist-latin.woff2", "npm/geist-cyrillic.woff2")


@pytest.mark.django_db
def test_a_first_visit_and_a_repeat_stay_light(client, world):
    client.force_login(world.users["alice"])
    page = client.get("/").content
    names = set(re.findall(rb'/static/([^"#?]+)', page))
    files = {name.decode() for name in names} | set(FETCHED_BY_CSS)

    weights = {name: compressed(name) for name in files}
    on_repeat = len(brotli.compress(page, quality=5))

    assert on_repeat <= MOST_ON_REPEAT
    assert sum(weights.values()) + on_repeat <= MOST, sorted(weights.items(), key=lambda one: -one[1])


@pytest.mark.parametrize("name", ["shell", "keys", "dialog", "chart", "countdown", "find", "rows"])
def test_each_module_of_ours_is_under_three_kilobytes(name):
    assert compressed(f"js/{name}.js") < 3 * 1024


def compressed(name: str) -> int:
    found = finders.find(name)
    assert found, name
    raw = Path(found).read_bytes()
    return len(raw) if name.endswith(".woff2") else len(brotli.compress(raw))
