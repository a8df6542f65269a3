"""Corporate actions in people's words."""

import pytest

from portal.news.corporate import sentence

RAW = "OPLX(US9180633524) SPLIT 3 FOR 1 (OPLX, OPALINE SOFTWARE INC, US9180633524)"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (("FS", "OPALINE SOFTWARE", RAW, 4), "Split 3:1, Opaline Software, 4 clients"),
        (("RS", "Acme", "SPLIT 1 FOR 10", 1), "Reverse split 1:10, Acme, 1 client"),
        (("TC", "Acme", "MERGED 1 FOR 2", 2), "Merger, Acme, 2 clients"),
        (("??", "ACME", "", 2), "Corporate action, Acme, 2 clients"),
    ],
)
def test_what_happened_to_whom_and_how_many_it_touches(facts, words):
    assert sentence(*facts) == words
