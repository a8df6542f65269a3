"""The pages behind an invitation's link: confirm who you are, then choose a password. Nobody is signed in here."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.desk.users.forms import InvitedForm
from accounts.ground.access.gates import PUBLIC, gate
from accounts.ground.invitations import actions
from accounts.ground.invitations.models import InvitationState
from accounts.ground.people.models import User

# The address holds the link's secret: it stays out of caches, and other sites never learn it. Our own may: a page that
# names no referrer sends its forms without an origin, and these are refused.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


@gate(PUBLIC)
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is invited where; posted, the person's own reading of their data."""
    now = timezone.now()
    try:
        invited = actions.open_link(secret=secret, at=now)
        user = User.objects.get(pk=invited.user_id)
        with translation.override(user.language):
            return _confirm(request, secret, invited, user)
    except actions.InvitationGone:
        return _gone(request)


@gate(PUBLIC)
def password(request: HttpRequest, secret: str) -> HttpResponse:
    """The password that replaces the temporary sign-in; with it the link dies."""
    now, problems = timezone.now(), []
    try:
        invited = actions.open_link(secret=secret, at=now)
        if invited.state != InvitationState.STARTED:
            return redirect("users:invitation", secret=secret)
        if request.method == "POST":
            first, again = request.POST.get("password1", ""), request.POST.get("password2", "")
            try:
                if first != again:
                    raise ValidationError(_("The two passwords are not the same."))
                actions.choose_password(secret=secret, password=first, at=now)
            except ValidationError as problem:
                problems = problem.messages
            else:
                messages.success(request, _("Your password is set. Sign in with it."))
                return redirect("account_login")
    except actions.InvitationGone:
        return _gone(request)
    context = {"invited": invited, "problems": problems}
    return _answer(request, "users/invitation_password.html", context, 422 if problems else 200)


def _confirm(request: HttpRequest, secret: str, invited: actions.Invited, user: User) -> HttpResponse:
    now = timezone.now()
    begin = {name: getattr(user, name) for name in ("first_name", "last_name", "email", "language")}
    form = InvitedForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        actions.confirm_data(secret=secret, at=now, **form.cleaned_data)
        return redirect("users:invitation_password", secret=secret)
    if request.method != "POST":
        actions.move(secret=secret, state=InvitationState.OPENED, at=now)
    context = {"invited": invited, "person": user, "form": form}
    return _answer(request, "users/invitation.html", context, 422 if request.method == "POST" else 200)


def _gone(request: HttpRequest) -> HttpResponse:
    """A link that was used, replaced, cancelled or never was: the same answer for all."""
    return _answer(request, "users/invitation_gone.html", {}, 404)


def _answer(request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
    answer = render(request, template, context, status=status)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
