"""Forms of conversations."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.files import KINDS
from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT


def _text(rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_BODY, "dir": "auto"})
    return forms.CharField(label=_("Message"), widget=widget, strip=False)


class _FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """A list of files, which may be empty; the action judges them."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [one for one in (data if isinstance(data, list | tuple) else [data]) if one]


def _files() -> FilesField:
    return FilesField(
        label=_("Files"),
        required=False,
        help_text=_("PDF, PNG, JPEG, text, CSV, Word or Excel; at most 5 files of 10 MB each."),
        widget=_FilesInput(attrs={"accept": ",".join(f".{ending}" for ending in KINDS)}),
    )


class ReplyForm(forms.Form):
    """An answer; `key` makes a form that is sent twice one message."""

    body = _text(5)
    files = _files()  # type: ignore[assignment]
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NewForm(forms.Form):
    """A new conversation about one of the accounts."""

    account = forms.CharField(label=_("About which account"), max_length=10)
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    body = _text(8)
    files = _files()  # type: ignore[assignment]
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
