"""Fixtures of the journeys in real Chromium: pages are watched for errors and foreign requests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
]
_AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
# What moves on something that is taken off the page meanwhile may never tell that it has ended.
_STILL = """
() => Promise.race([
  new Promise(done => setTimeout(done, 2000)),
  Promise.all(document.getAnimations()
    .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map(one => one.finished.catch(() => null))),
])
"""
_WATCH = """
document.addEventListener('securitypolicyviolation', event =>
  console.error('policy violation: ' + event.violatedDirective + ' ' + event.blockedURI));
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("no Chromium: as root, bin/test installs it; otherwise ask for the Debian package chromium")
    return {**browser_type_launch_args, "executable_path": chromium, "args": _FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def page(page: Any, site: str) -> Iterator[Any]:
    """A page that fails its test when the console shows an error or a request leaves the portal."""
    problems: list[str] = []
    page.add_init_script(_WATCH)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: _note_foreign(request.url, site, problems))
    page.problems = problems
    yield page
    assert problems == []


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """The page's accessibility faults by WCAG 2.2 AA, or by one rule, one line each."""

    def run(page: Any, rule: str = "") -> list[str]:
        page.wait_for_load_state()
        page.evaluate(_STILL)  # a colour on its way from one scheme to the other has the contrast of neither
        page.evaluate(_AXE.read_text() + ";0")  # evaluated, because the policy rightly stops a script tag
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        only = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": tags}
        found = page.evaluate("only => axe.run(document, {runOnly: only, preload: false})", only)
        return [
            f"{fault['id']}: {node['target']} {node['html'][:120]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    return run


def overflow(page: Any) -> int:
    """By how many pixels a page that has come is wider than its window; nothing sticks out at 0 or less."""
    page.wait_for_load_state()
    # a locator waits for its element, which a document that has only begun does not have yet
    return page.locator("html").evaluate("root => root.scrollWidth - innerWidth")


def _note_foreign(url: str, site: str, problems: list[str]) -> None:
    if not url.startswith((site + "/", "data:", "about:", "blob:")):
        problems.append(f"request to {url}")
