"""What is confirmed about webhooks in sentences: where messages of the practice will go."""

from django.utils.translation import gettext as _

from accounts.desk.hooks.queries import hooks
from portal.confirming.wish import Untold, Wish, one_of


def new(wish: Wish) -> str:
    """The whole address: whoever confirms lets news of the practice go there."""
    if not wish.text("url"):
        raise Untold
    return _("Tell %(url)s what happens at your practice.") % {"url": wish.text("url")}


def new_secret(wish: Wish) -> str:
    """Whose."""
    found = one_of(hooks(wish.seat), wish.place["hook"])
    return _("Make a new secret for the webhook %(name)s.") % {"name": found.name}
