"""Forms of conversations."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Category
from portal.lib.filekinds import KINDS


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
    needs_answer = forms.BooleanField(
        label=_("I need an answer: it stays among the client's pending items until then"),
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    topic = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    topic_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: object,
        choices: list[tuple[str, str]] | None = None,
        is_owner: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["subject"].widget.attrs["dir"] = "auto"
        if is_owner:
            self.fields.pop("needs_answer", None)
        if choices is not None:
            # The action asks for the account by its number, whatever the list holds.
            self.fields["account"].widget = forms.Select(choices=choices)
        else:
            self.fields["account"].widget.attrs |= {"autocomplete": "off", "size": 10}


class TicketForm(NewForm):
    """A new ticket for the back office."""

    topic = None  # type: ignore[assignment]
    topic_id = None  # type: ignore[assignment]
    needs_answer = None  # type: ignore[assignment]
    category = forms.ChoiceField(label=_("What it is about"), choices=[("", "—"), *Category.choices])
    concerns = forms.CharField(
        label=_("Other accounts"),
        required=False,
        max_length=300,
        help_text=_("Numbers of other accounts that it concerns, with commas between them."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_shared = forms.BooleanField(required=False)
    field_order = ("account", "category", "subject", "body", "files", "concerns", "is_shared", "key")

    def __init__(self, *args: object, is_owner: bool = True, **kwargs: object) -> None:
        super().__init__(*args, is_owner=is_owner, **kwargs)  # type: ignore[arg-type]
        self.fields["is_shared"].label = _("My advisor reads it too") if is_owner else _("The client reads it too")

    def clean_concerns(self) -> list[str]:
        """The numbers, as they were typed."""
        return [one for one in (part.strip() for part in self.cleaned_data["concerns"].split(",")) if one]
