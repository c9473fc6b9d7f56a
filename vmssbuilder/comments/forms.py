"""The forms of comments. What was typed is judged by the action; `refuse` puts what that says at the fields."""

from __future__ import annotations

from django import forms

from vmssbuilder.drafts.revision_numbers import BaseRevisionField
from vmssbuilder.web.forms import PLAIN, SmallForm

_TEXT = {"class": "textarea", "rows": 3}


class _WordsField(forms.CharField):
    """A text as it was sent: the action judges it."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, strip=False, widget=forms.Textarea(_TEXT))
        self.validators = []


class _ValueField(forms.CharField):
    """What is typed as a suggestion: the field of the place reads it."""

    def __init__(self) -> None:
        super().__init__(
            label="Suggest a value",
            help_text="As it would be typed in the field. Whoever may edit accepts it with one press.",
            required=False,
            strip=False,
            widget=forms.TextInput(PLAIN),
        )
        self.validators = []


class ThreadForm(SmallForm):
    """A new thread: what it is about, and its first comment."""

    base = BaseRevisionField()
    place = forms.CharField(
        label="What it is about",
        help_text="A place in the JSON, such as sku.capacity. Leave it empty for the whole draft.",
        required=False,
        widget=forms.TextInput(PLAIN | {"list": "thread-places"}),
    )
    text = _WordsField("Comment")
    suggested = _ValueField()

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **{"auto_id": "thread-%s", **named})


class CommentForm(SmallForm):
    """The text of a comment: a reply, or another text for one's own. prefix_id: what the ids of its inputs begin with."""

    text = _WordsField("Reply")
    suggested = _ValueField()

    def __init__(self, *args: object, prefix_id: str, **named: object) -> None:
        super().__init__(*args, **{"auto_id": f"{prefix_id}-%s", **named})
