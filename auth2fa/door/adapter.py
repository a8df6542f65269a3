"""The second proof as a stage of signing in: it comes after the password and before anybody is signed in."""

from datetime import timedelta
from typing import Any

from allauth.account.internal.stagekit import stash_login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core.internal.httpkit import headed_redirect_response
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.address import client_address
from accounts.ground.optouts.queries import waived
from accounts.ground.optouts.rules import WITHOUT_PROOF
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import TooMany, ask
from auth2fa.challenge.models import Challenge, Purpose
from auth2fa.challenge.wording import closed_words
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door, enrolled, is_protected
from auth2fa.devices.rules import must_enrol
from auth2fa.door.remembered import is_remembered

MUST_ENROL = "must_enrol"


class SecondProof(LoginStage):
    """Holds a sign-in until a device has answered; passes people without one, and browsers that are remembered."""

    key = "second_proof"
    urlname = "second_proof"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """None lets on."""
        user, at = self.login.user, timezone.now()
        at_door(user.pk)
        devices = enrolled(user.pk)
        choice = waived(user.pk, at)
        if choice is not None and choice.opens_the_door:
            # By their own signed choice; what it costs besides is asked of the database by the gates.
            self.request.session[WITHOUT_PROOF] = choice.until.isoformat()
            return None, True
        is_asked = is_protected(devices)
        self.request.session[MUST_ENROL] = must_enrol(
            policy=settings.SECOND_FACTOR,
            has_device=is_asked,
            joined=user.date_joined,
            grace=timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS),
            at=at,
        )
        if not is_asked or is_remembered(self.request, user.pk, at):
            return None, True
        able = [one for one in devices if one.disabled_at is None]
        if not able:
            # Wrong answers need the password alone, so closing a device with them must not open the door.
            messages.error(self.request, closed_words(devices))
            return headed_redirect_response("account_login"), True
        self.put(able[0], at)
        return headed_redirect_response("second_proof"), True

    def put(self, device: Device, at: Any) -> str:
        """Put the question to a device; why its code was not sent, or "" ."""
        try:
            told = _("Sign in as %(name)s.") % {"name": self.login.user.username}
            one = ask(device=device, purpose=Purpose.SIGN_IN, told=told, at=at)
        except TooMany:
            return "many"
        self.state["challenge"] = str(one.pk)
        stash_login(self.request, self.login)
        return self.order(one, "sms", at) if device.kind == Kind.TEXT else ""

    def order(self, one: Challenge, channel: str, at: Any) -> str:
        """Have the code sent; why it was not, or ""."""
        try:
            send(challenge=one, channel=channel, address=client_address(self.request), at=at)
        except CannotSend as problem:
            return problem.reason
        return ""


def waiting(request: HttpRequest) -> SecondProof | None:
    """The sign-in of this browser that waits for a second proof."""
    stage = LoginStageController.enter(request, SecondProof.key)
    if stage is not None:
        at_door(stage.login.user.pk)
    return stage
