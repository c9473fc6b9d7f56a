"""The form of who stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from vmssbuilder.accounts.models import User
from vmssbuilder.reviews import reviewers
from vmssbuilder.web.forms import PLAIN, SmallForm


def _day(label: str, help_text: str, which: str) -> forms.DateField:
    said = f"Enter the {which} day as year, month and day, such as 2026-12-24."
    return forms.DateField(
        label=label,
        help_text=help_text,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"class": "input input--short", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": said, "invalid": said},
    )


class DelegationForm(SmallForm):
    """Somebody who stands in for the person, from a day to another. `cleaned_data["who"]` is a User."""

    who = forms.CharField(
        label="Who stands in for you",
        help_text="Name or mail address of a reviewer.",
        max_length=254,
        widget=forms.TextInput(PLAIN),
        error_messages={
            "required": "Enter the name or the mail address of a reviewer.",
            "max_length": "Enter a name or a mail address of at most 254 characters.",
        },
    )
    until = _day("Until", "The last day, by UTC. It ends by itself.", "last")

    def __init__(self, *args: Any, user: User, **named: Any) -> None:
        super().__init__(*args, **named)
        self.user = user
        # `from` is a word of Python.
        self.fields["from"] = _day("From", "The first day, by UTC.", "first")
        self.helper.layout = Layout("who", "from", "until")

    def clean_who(self) -> User:
        """The reviewer of that name."""
        name = self.cleaned_data["who"]
        nobody = f"No other reviewer here is called “{name}”. Enter the name or the mail address of one."
        try:
            return reviewers.called(reviewers.everybody().exclude(pk=self.user.pk), name, nobody)
        except reviewers.UnknownName as unknown:
            raise forms.ValidationError(str(unknown)) from unknown

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.cleaned_data["from"], self.cleaned_data["until"]
