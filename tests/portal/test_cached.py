"""The shared cache, as deployed: over the real Valkey, with what somebody else may have written into it."""

import pickle

import pytest
from django.conf import settings
from django.core.cache.backends.redis import RedisCache

RAN = []


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return RAN.append, ("it ran",)


@pytest.fixture
def cache():
    shared = RedisCache(
        settings.SHARED_CACHE["LOCATION"], {"OPTIONS": settings.SHARED_CACHE["OPTIONS"], "KEY_PREFIX": "t"}
    )
    yield shared
    shared.clear()


@pytest.mark.parametrize("value", [1, 0, -5, True, "слово", [1.5, 2.5], {"a": [1]}, None])
def test_what_is_kept_comes_back(cache, value):
    cache.set("a", value)

    assert cache.get("a", "nothing") == value


def test_counting_works(cache):
    cache.add("n", 0, 60)
    cache.incr("n")

    assert cache.incr("n") == 2
    assert cache.get("n") == 2


def test_nothing_that_somebody_put_there_is_ever_run(cache):
    raw = cache._cache.get_client(None, write=True)
    raw.set(cache.make_key("evil"), pickle.dumps(Bomb()))

    assert cache.get("evil") is None
    assert RAN == []


def test_what_json_would_change_is_refused(cache):
    for value in ({1, 2}, b"x", float("nan")):
        with pytest.raises((TypeError, ValueError)):
            cache.set("a", value)
