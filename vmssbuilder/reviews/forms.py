"""The forms of reviews: asking for one, and deciding about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from crispy_forms.layout import HTML, Layout
from django import forms

from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.web.forms import Radios, SmallForm

from . import overrides
from .models import Decision


class ReviewRequestForm(SmallForm):
    """Sends a revision for review, with a note, and a reason for each error that is to be let through.

    found: these errors. The action judges what was typed; `refuse` puts that at the fields.
    """

    base = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "review-base"}))
    note = forms.CharField(
        label="Note for the reviewer",
        help_text="What it is for, and what to look at. You may leave it empty.",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 4}),
    )

    def __init__(self, *args: Any, found: Iterable[Finding], **named: Any) -> None:
        super().__init__(*args, **named)
        self.overridable = overrides.asked(found)
        for each in self.overridable:
            self.fields[each.name] = _Reason(each)
        lead = [HTML('{% include "reviews/overrides_lead.html" %}')] if self.overridable else []
        self.helper.layout = Layout("note", *lead, *(each.name for each in self.overridable))

    def reasons(self) -> dict[str, str]:
        """The reasons that were typed, by name of the finding."""
        return {overrides.named(each.finding): self[each.name].data or "" for each in self.overridable}


class _Reason(forms.CharField):
    """Why a request is to be sent despite one error."""

    flag = "Required"

    def __init__(self, override: overrides.Override) -> None:
        super().__init__(
            label="Why send it despite this",
            help_text=override.finding.message,
            required=False,
            strip=False,
            widget=forms.Textarea(attrs={"class": "textarea", "rows": 2, "id": override.id}),
        )
        self.where = override.finding.where


_HINTS: Final = {
    Decision.Verdict.APPROVE.value: "The owner may send exactly this revision to Azure.",
    Decision.Verdict.REQUEST_CHANGES.value: "The owner edits the draft and sends it again.",
    Decision.Verdict.REJECT.value: "This is not to be built.",
}
_UNDECIDED: Final = "Choose what you decide."


class RevokeForm(SmallForm):
    """Takes an approval back, with the reason."""

    revoke_reason = forms.CharField(
        label="Why it no longer counts",
        help_text="The owner and later readers see it.",
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        error_messages={"required": "Enter why you revoke the approval."},
    )
    revoke_reason.flag = "Required"  # type: ignore[attr-defined] # shown by lean/field.html


class DecisionForm(SmallForm):
    """Approve, ask for changes, or reject, with a reason."""

    verdict = forms.ChoiceField(
        label="Your decision",
        choices=[
            (Decision.Verdict.APPROVE.value, "Approve"),
            (Decision.Verdict.REQUEST_CHANGES.value, "Request changes"),
            (Decision.Verdict.REJECT.value, "Reject"),
        ],
        widget=Radios(_HINTS),
        error_messages={"required": _UNDECIDED, "invalid_choice": _UNDECIDED},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="The owner and later readers see it.",
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 5}),
        error_messages={"required": "Enter the reason for your decision."},
    )
    reason.flag = "Required"  # type: ignore[attr-defined] # shown by lean/field.html
