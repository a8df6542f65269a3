"""The page that names the cases of secure login names tests that there are."""

import re


def test_every_case_names_tests_that_there_are(checkout):
    page = (checkout / "docs/secure-login.md").read_text()
    named = re.findall(r"`([a-z0-9_/]+\.py): (test_\w+)`", page)
    missing = [(path, name) for path, name in named if f"\ndef {name}(" not in (checkout / "tests" / path).read_text()]
    assert not missing and {f"SEC-{number}" for number in range(1, 9)} <= set(re.findall(r"SEC-\d", page))
