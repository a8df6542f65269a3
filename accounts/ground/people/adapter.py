"""How allauth behaves here: nobody signs up, mail goes by the outbox, and everyone lands where they sit."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.address import client_address
from accounts.ground.access.context import enter
from accounts.ground.access.middleware import UNKNOWN
from accounts.ground.addresses.actions import tell_refused
from accounts.ground.addresses.queries import is_turned_away
from accounts.ground.outbox.actions import owe_person
from accounts.ground.people import attempts
from accounts.ground.people.models import Role, Seat, User
from accounts.ground.people.sessions import CAME, came_from
from accounts.ground.writing import told_in


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "sign_in_disabled": _(
            "This login is disabled: ten wrong passwords were tried for it within a day. It opens on devices that have"
            " signed in before; to use it elsewhere, ask the back office to restore it."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the back office or an advisor creates people."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The dashboard, or the back office's own rooms; and remember whether there are seats to choose from."""
        # The request began as nobody's, so the database has to be told who it is now before it shows a seat.
        user_id = request.user.pk
        assert user_id is not None, "allauth asks after it has signed somebody in"
        who = enter(user_id, address=client_address(request) or UNKNOWN)
        request.session["seat_count"] = Seat.unscoped.filter(user_id=user_id, is_active=True).count()
        return "/office/" if who and who.role == Role.OFFICE else super().get_login_redirect_url(request)

    # --- Who is let in -------------------------------------------------------------------------------------------

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user of a right name and password. Unknown, wrong and switched off are one and the same answer."""
        user = self.with_right_password(request, **credentials)
        return None if user is None or self.is_elsewhere(request, user) else user

    def is_elsewhere(self, request: HttpRequest, user: User) -> bool:
        """Whether somebody may not work from here. Nobody learns that the password was right; its owner is told."""
        address = client_address(request)
        if not is_turned_away(user.pk, address or UNKNOWN):
            return False
        tell_refused(user=user, address=address, at=timezone.now())
        return True

    def with_right_password(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The same wherever it is: with the brakes and counts of signing in."""
        name, at = str(credentials.get("username", "")), timezone.now()
        device = attempts.device_of(request, name)
        address = client_address(request)
        self.pre_authenticate(request, **credentials)
        if not attempts.may_try(name, address=address, device=device, at=at):
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user is None:
            attempts.failed(name, address=address, device=device, at=at)
            return None
        self._rollback_login_failed_rl_usage()
        if attempts.is_disabled(name, device=device):
            raise self.validation_error("sign_in_disabled")
        attempts.succeeded(name, address=address, device=device)
        assert isinstance(user, User)
        return user

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Remember the device, so that wrong passwords tried elsewhere do not lock this person out of it."""
        request.session[CAME] = came_from(request, timezone.now())
        response = super().post_login(request, user, **more)
        attempts.remember(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        """What comes between a right password and being signed in."""
        return [*super().get_login_stages(), *settings.LOGIN_STAGES]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Nobody learns that a sign-in exists and is switched off."""
        return redirect("account_login")

    def set_password(self, user: Any, password: str) -> None:
        """The password alone: pages may not write the other columns of a sign-in."""
        user.set_password(password)
        user.save(update_fields=["password"])

    # --- Mail ------------------------------------------------------------------------------------------------------

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From the configured address: the Host header of whoever asks for a reset is not to be trusted."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL.rstrip("/") + path.replace("UID-KEY", quote(key))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """To the address in the books, not as it was typed: two spellings may look alike and be two mailboxes."""
        self._owe("account/email/password_reset_key", user, context)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell a person that the sign-in was changed."""
        facts = {"timestamp": timezone.now(), "ip": client_address(self.request)}
        self._owe(template_prefix, user, {**facts, **(context or {})})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing leaves for an address that is not a user's own."""

    def _owe(self, template_prefix: str, user: User, context: dict[str, Any]) -> None:
        """The link of a reset opens a sign-in, so its text is forgotten once it has left."""
        if not user.email:
            return
        with told_in(user.language):
            mail = self.render_mail(
                template_prefix, user.email, {**context, "user": user, "portal": settings.PUBLIC_URL}
            )
        owe_person(user_id=user.pk, subject=str(mail.subject), body=str(mail.body), natural_key=f"sign-in {uuid4()}")
