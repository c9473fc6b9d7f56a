"""The forms of reviews: asking for one, and deciding about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from crispy_forms.layout import HTML, Layout
from django import forms

from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.web.forms import PLAIN, Checkboxes, Radios, SmallForm

from . import overrides, reviewers
from .models import Decision, Review


class ReviewRequestForm(SmallForm):
    """Sends a revision for review, with a note, and a reason for each error that is to be let through.

    found: these errors. last: the newest review, whose people are offered first. The action judges what was typed;
    `refuse` puts that at the fields. Whom it is asked of stands outside of the layout: the page folds it.
    """

    base = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "review-base"}))
    note = forms.CharField(
        label="Note for the reviewer",
        help_text="What it is for, and what to look at. You may leave it empty.",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 4}),
    )

    def __init__(
        self, *args: Any, draft: Draft, found: Iterable[Finding], last: Review | None = None, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self.draft = draft
        self._offer(reviewers.offer(draft, last))
        self.overridable = overrides.asked(found)
        for each in self.overridable:
            self.fields[each.name] = _Reason(each)
        lead = [HTML('{% include "reviews/overrides_lead.html" %}')] if self.overridable else []
        self.helper.layout = Layout("note", *lead, *(each.name for each in self.overridable))

    def _offer(self, offer: reviewers.Offer) -> None:
        """Fields for those who can be asked; no field where there is nobody."""
        if offer.groups:
            label = "Groups" if not offer.more_groups else "Groups, the first of them"
            self.fields["groups"] = _Asked(label, [(each.pk, each.name) for each in offer.groups])
        if offer.people:
            label = "People" if not offer.more else "People, the first of them"
            self.fields["people"] = _Asked(label, [(each.pk, str(each)) for each in offer.people])
            self.initial["people"] = list(offer.again)
        if offer.more:
            self.fields["others"] = _Names()

    @property
    def whom(self) -> list[forms.BoundField]:
        """The fields that say whom it is asked of."""
        return [self[name] for name in ("groups", "people", "others") if name in self.fields]

    @property
    def asks(self) -> bool:
        """Whether somebody is chosen, or what was chosen is wrong."""
        return any(field.errors or (field.data if self.is_bound else field.initial) for field in self.whom)

    def clean_others(self) -> list[int]:
        """The people whose names were typed."""
        try:
            return [each.pk for each in reviewers.named(self.draft, self.cleaned_data["others"])]
        except reviewers.UnknownName as unknown:
            raise forms.ValidationError(str(unknown)) from unknown

    def chosen(self) -> dict[str, list[int]]:
        """Whom it is asked of, by ids, as the action wants it."""
        people = [*self.cleaned_data.get("people", ()), *self.cleaned_data.get("others", ())]
        return {"people": people, "groups": self.cleaned_data.get("groups", [])}

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


_GONE: Final = "Somebody on the list was taken off it since. Choose again."


class _Asked(forms.TypedMultipleChoiceField):
    """Groups or people to ask, by their ids."""

    def __init__(self, label: str, choices: list[tuple[int, str]]) -> None:
        super().__init__(
            label=label,
            choices=choices,
            coerce=int,
            required=False,
            widget=Checkboxes({}),
            error_messages={"invalid_choice": _GONE},
        )


class _Names(forms.CharField):
    """Names of people who are not on the list."""

    def __init__(self) -> None:
        super().__init__(
            label="Other people",
            help_text="Names or mail addresses of reviewers, separated by commas.",
            required=False,
            max_length=reviewers.LONGEST_NAMES,
            widget=forms.TextInput(attrs=PLAIN),
            error_messages={
                "max_length": f"Shorten the names to {reviewers.LONGEST_NAMES:,} characters, or ask a group."
            },
        )


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
    """Approve, ask for changes, or reject, with a reason.

    overridden: whether the request is to be sent despite errors, so that an approval needs a reason too.
    """

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
        required=False,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 5}),
    )

    def __init__(self, *args: Any, overridden: bool = False, **named: Any) -> None:
        super().__init__(*args, **named)
        self.overridden = overridden
        reason = self.fields["reason"]
        if overridden:
            reason.flag = "Required"  # type: ignore[attr-defined] # shown by lean/field.html
            reason.help_text = "The request is to be sent despite errors, so an approval needs a reason too."
        else:
            reason.help_text = "Needed to ask for changes or to reject. The owner and later readers see it."

    def clean(self) -> dict[str, Any]:
        """The reason is needed for all but a plain approval."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        plain = data.get("verdict") == Decision.Verdict.APPROVE and not self.overridden
        if not data.get("reason") and not plain:
            self.add_error("reason", "Enter the reason for your decision.")
        return data
