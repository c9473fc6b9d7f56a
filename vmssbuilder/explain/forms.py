"""The form that takes what Azure or a tool printed, and the request that it is about."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.layout import Field, Layout
from django import forms

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.access import theirs
from vmssbuilder.drafts.models import Draft
from vmssbuilder.web.forms import Select, SmallForm

LARGEST: Final = 1_100_000
"""Characters of a text: a log is read up to here."""

MOST_DRAFTS: Final = 50
"""Drafts on offer, the ones last worked on."""

PASTE: Final = {"class": "textarea textarea--code", "spellcheck": "false", "autocomplete": "off"}


class Paste(forms.CharField):
    """A box for a text of any kind, taken as it is."""

    def __init__(self, label: str, rows: int, **named: Any) -> None:
        widget = forms.Textarea({**PASTE, "rows": rows})
        super().__init__(label=label, required=False, strip=False, widget=widget, **named)
        # Nothing in a text is refused: what cannot be shown is marked, and what is no error is said to be none.
        self.validators = []


class ExplainForm(SmallForm):
    """What was printed, and the request: one of the person's drafts, or a text."""

    said = Paste(
        "What Azure or your tool printed",
        12,
        help_text=(
            "An answer of Azure, or what the Azure CLI, PowerShell, Terraform, Ansible, Pulumi or the portal showed. Whole"
            " console lines and logs are fine."
        ),
    )
    draft = forms.ChoiceField(
        label="The request is in this draft",
        required=False,
        widget=Select({"class": "select"}),
        error_messages={"invalid_choice": "Choose one of your drafts, or none."},
    )
    sent = Paste(
        "Or paste the request",
        6,
        help_text="With the request, the field is found in it. It is kept nowhere, nor is anything else on this page.",
    )

    def __init__(self, user: User, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        own = Draft.objects.filter(theirs(user), discarded=None).order_by("-updated", "-id")
        offered = list(own.only("code", "name", "resource_group")[:MOST_DRAFTS])
        asked = str(self["draft"].value() or "")
        if asked and all(each.code != asked for each in offered):
            offered += own.filter(code=asked[:20])
        self.fields["draft"].choices = [  # type: ignore[attr-defined] # a ChoiceField has them
            ("", "No draft"),
            *((each.code, _called(each)) for each in offered),
        ]
        self.helper.layout = Layout(Field("said"), Field("draft"), Field("sent"))

    def clean_said(self) -> str:
        said: str = self.cleaned_data["said"]
        if not said.strip():
            raise forms.ValidationError("Paste what Azure or your tool printed.")
        return _short_enough(said)

    def clean_sent(self) -> str:
        return _short_enough(self.cleaned_data["sent"])


def _short_enough(text: str) -> str:
    if len(text) > LARGEST:
        raise forms.ValidationError(
            f"The text has {len(text):,} characters, and at most {LARGEST:,} are read. Paste the part with the error."
        )
    return text


def _called(draft: Draft) -> str:
    group = draft.resource_group.strip()
    return f"{draft} in {group}" if group else str(draft)
