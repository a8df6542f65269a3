"""How allauth behaves here: nobody signs up by themselves, and everyone lands where their seat is."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.ground.access.context import enter
from accounts.ground.people.models import Role, Seat


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the back office or an advisor creates people."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The dashboard, or the back office's own rooms; and remember whether there are seats to choose from."""
        # The request began as nobody's, so the database has to be told who it is now before it shows a seat.
        user_id = request.user.pk
        assert user_id is not None, "allauth asks after it has signed somebody in"
        who = enter(user_id)
        request.session["seat_count"] = Seat.unscoped.filter(user_id=user_id, is_active=True).count()
        return "/office/" if who and who.role == Role.OFFICE else super().get_login_redirect_url(request)
