"""What the back office types about tickets."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.forms import ReplyForm
from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Side, ThreadState
from accounts.ground.people.queries import desk_users

ASKED = ((Side.OWNER.value, _("The account's owners")), (Side.PRACTICE.value, _("The account's advisor")))
AFTER = (
    (ThreadState.WAITING.value, _("Send and wait for an answer")),
    (ThreadState.OPEN.value, _("Send and go on with it")),
    (ThreadState.CLOSED.value, _("Send and close")),
)


class AnswerForm(ReplyForm):
    """An answer, and what happens next."""

    after = forms.ChoiceField(label=_("Then"), choices=AFTER)
    field_order = ("body", "files", "after", "key")


class AskForm(ReplyForm):
    """A new inquiry."""

    account = forms.CharField(
        label=_("About which account"), max_length=10, widget=forms.TextInput(attrs={"autocomplete": "off", "size": 10})
    )
    asks = forms.ChoiceField(label=_("Who is asked"), choices=ASKED)
    subject = forms.CharField(
        label=_("Subject"), max_length=LONGEST_SUBJECT, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    is_shared = forms.BooleanField(label=_("The other side reads it too"), required=False)
    field_order = ("account", "asks", "subject", "body", "files", "is_shared", "key")


class NoteForm(forms.Form):
    """A word among the back office."""

    body = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_BODY, "dir": "auto"}), strip=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class AssignForm(forms.Form):
    """Who looks after it."""

    to = forms.TypedChoiceField(label=_("Looked after by"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["to"].choices = [("", _("nobody")), *((str(pk), name) for pk, name in desk_users())]  # type: ignore[attr-defined]
