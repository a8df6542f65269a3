"""Forms of conversations."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT


def _text(rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_BODY, "dir": "auto"})
    return forms.CharField(label=_("Message"), widget=widget, strip=False)


class ReplyForm(forms.Form):
    """An answer; `key` makes a form that is sent twice one message."""

    body = _text(5)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NewForm(forms.Form):
    """A new conversation about one of the accounts."""

    account = forms.CharField(label=_("About which account"), max_length=10)
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    body = _text(8)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    topic = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    topic_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, choices: list[tuple[str, str]] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["subject"].widget.attrs["dir"] = "auto"
        if choices is not None:
            # The action asks for the account by its number, whatever the list holds.
            self.fields["account"].widget = forms.Select(choices=choices)
        else:
            self.fields["account"].widget.attrs |= {"autocomplete": "off", "size": 10}
