"""How long a link of a new user works, in the hours that it really does."""

import pytest

from portal.management.people import link_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(7200, "within 2 hours;"), (3600, "within 1 hour;"), (3 * 86400, "within 72 hours;"), (9000, "within 2 hours;")],
)
def test_a_link_says_its_hours(settings, seconds, words):
    settings.PASSWORD_RESET_TIMEOUT = seconds
    said = link_words("https://portal.example/x")
    assert words in said and said.endswith("\nhttps://portal.example/x")


def test_as_it_is_set_it_is_never_nought(settings):
    assert " 0 " not in link_words("x") and settings.PASSWORD_RESET_TIMEOUT % 3600 == 0
