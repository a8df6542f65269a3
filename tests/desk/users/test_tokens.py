"""API tokens: fewer rights than their owner's, for a time, never for what needs a confirmation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.ground.access import middleware
from accounts.ground.people.models import AccessRole, Seat
from accounts.ground.tokens.models import ApiToken
from tests.world import PASSWORD


@pytest.fixture
def token(browse):
    """Alice's token for statements and accounts."""
    form = {"name": "robot", "days": "30", "ability": ["view_accounts", "statements"], "_password": PASSWORD}
    answer = browse("alice").post("/settings/tokens/new/", form)
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode().split('class="secret">')[1].split("<")[0].strip()


def call(browse, token, path, method="get", who="", **more):
    return getattr(browse(who), method)(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_token_opens_its_functions_and_no_more(browse, token):
    assert call(browse, token, "/api/v1/accounts/").status_code == 200
    assert call(browse, token, "/api/v1/users/").status_code == 403
    row = ApiToken.unscoped.get()
    assert row.last_used_at
    assert token not in str(vars(row))
    assert token.encode() not in browse("alice").get("/settings/tokens/").content


def test_a_page_is_not_opened_by_a_token_nor_is_what_needs_a_confirmation(browse, token):
    assert call(browse, token, "/accounts/").status_code == 302
    wish = {"name": "more", "abilities": ["fees"]}
    answer = call(browse, token, "/api/v1/tokens/new/", "post", data=wish, content_type="application/json")
    assert answer.status_code == 403
    assert ApiToken.unscoped.count() == 1


def test_a_session_lends_a_token_nothing(browse, token):
    assert call(browse, token, "/api/v1/users/", who="alice").status_code == 403
    assert call(browse, "apt_wrong", "/api/v1/accounts/", who="alice").status_code == 401


def test_a_token_shrinks_with_its_owner(browse, token, world):
    """Alice becomes a user with funding only: her token's functions are none of these."""
    Seat.unscoped.filter(pk=world.seats["alice"].pk).update(standing="member", abilities=["transfer_funds"])

    assert call(browse, token, "/api/v1/accounts/").status_code == 403


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_revoked_and_expired_tokens_are_nobody(browse, token, change):
    ApiToken.unscoped.update(**change)

    assert call(browse, token, "/api/v1/accounts/").status_code == 401


def test_a_token_cannot_be_made_with_more_than_one_has(browse, world):
    form = {"name": "robot", "days": "30", "ability": ["trade"], "_password": PASSWORD}

    assert browse("tess").post("/settings/tokens/new/", form).status_code == 422
    assert not ApiToken.unscoped.exists()


def test_a_token_is_revoked_by_its_owner_alone(browse, token):
    row = ApiToken.unscoped.get()
    assert browse("tess").post(f"/settings/tokens/{row.pk}/revoke/").status_code == 404
    assert browse("mallory").delete(f"/api/v1/tokens/{row.pk}/").status_code == 404
    assert not ApiToken.unscoped.get().revoked_at
    assert browse("alice").post(f"/settings/tokens/{row.pk}/revoke/").status_code == 302
    assert call(browse, token, "/api/v1/accounts/").status_code == 401


@pytest.mark.filterwarnings("error::django.core.cache.CacheKeyWarning")
def test_calls_are_limited(browse, token, monkeypatch):
    monkeypatch.setattr(middleware, "CALLS_AN_HOUR", 3)
    answers = [call(browse, token, "/api/v1/accounts/") for _call in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3]["Retry-After"]) > 0


def test_a_token_lasts_a_year_at_most(world):
    from accounts.ground.access.context import enter
    from accounts.ground.tokens.actions import TokenProblem, create

    who, now = enter(world.users["alice"].pk), timezone.now()
    with pytest.raises(TokenProblem):
        create(who=who, name="x", abilities=["trade"], expires_at=now + timedelta(days=400), at=now)


def test_the_description_of_the_api_knows_tokens(browse):
    text = browse("alice").get("/api/schema/").content.decode()

    assert "bearer" in text
    assert "/api/v1/tokens/" in text
    assert AccessRole.unscoped.count() == 0
