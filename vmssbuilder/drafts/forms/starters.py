"""The form that asks what a starter cannot know, and what of it Azure tells by itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, cast

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from vmssbuilder.accounts.lookups import left
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import Where
from vmssbuilder.drafts.clear_keys import PRIVATE_KEY
from vmssbuilder.drafts.content import LONGEST_ADDRESS, TARGET
from vmssbuilder.drafts.starters import Question, Starter
from vmssbuilder.scaleset import Request, check, paths
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.rules.shapes import is_private_key
from vmssbuilder.scaleset.rules.target import check_target
from vmssbuilder.web.forms import PLAIN, Select, SmallForm

from . import picking

LONGEST: Final = 10_000
"""Characters of an answer."""

_PLACE: Final = "subscription=subscription region=location"
_DECIDES: Final = frozenset({"subscription", "resourceGroup", "location"})
"""The questions whose answers say what others can be answered with."""


class QuestionField(forms.CharField):
    """The field of a question. wire: its name in a request. kept: whether it is a secret that was typed and is right."""

    def __init__(self, question: Question) -> None:
        node = question.node
        super().__init__(
            label=question.label or node.property.title,
            help_text=question.help or node.help,
            required=False,
            widget=_widget(question),
        )
        self.question = question
        # “id” alone would say nothing.
        members = [each for each in question.path if isinstance(each, str)]
        self.wire = ".".join(members[-2:] if members[-1] == "id" else members[-1:])
        self.kept = False


def _widget(question: Question) -> forms.Widget:
    prop = question.node.property
    if prop.secret:
        return forms.PasswordInput({**PLAIN, "autocomplete": "new-password"})
    attrs: dict[str, Any] = dict(PLAIN)
    suggested = picking.suggestions_for(prop.kind)
    if suggested:
        attrs |= {"data-suggest": suggested, "data-place": _PLACE}
    if question.name in _DECIDES:
        attrs["data-decides"] = "1"
    if question.rows > 1:
        return forms.Textarea({**attrs, "class": "textarea textarea--code", "rows": question.rows})
    return forms.TextInput(attrs)


class AnswersForm(SmallForm):
    """The questions of a starter. `request()` is what comes of the answers.

    Nothing has to be answered at once: what is missing, the draft asks for again. What is answered wrongly is refused, by
    the same check that judges a draft. held: secrets that were typed before, by question.
    """

    def __init__(
        self, starter: Starter, *args: Any, held: Mapping[str, str] | None = None, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self.starter = starter
        self.held = dict(held or {})
        for question in starter.questions:
            self.fields[question.name] = QuestionField(question)
        self.fields["api_version"] = forms.ChoiceField(
            label="API version",
            help_text="The newest has the most settings. Choose an older one only when you must.",
            required=False,
            initial=starter.api_version,
            choices=[(version, version) for version in reversed(starter.api_versions)],
            error_messages={"invalid_choice": "Choose one of the API versions on offer."},
            widget=Select({"class": "select input--short", "id": "api-version"}),
        )
        self.helper.layout = Layout(*(question.name for question in starter.questions))

    @property
    def secrets(self) -> list[Question]:
        return [each for each in self.starter.questions if each.node.property.secret]

    def answers(self) -> dict[str, str]:
        """What was answered, by question."""
        cleaned = self.cleaned_data
        typed = {each.name: cleaned.get(each.name, "") for each in self.starter.questions}
        return {name: value or self.held.get(name, "") for name, value in typed.items()}

    def request(self) -> Request:
        """The request with the answers. Only of a form that is valid."""
        return self.starter.request(
            self.answers(), self.cleaned_data["api_version"] or self.starter.api_version
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "api_version" in self.errors:
            return cleaned
        self.cleaned_data = cleaned
        answers = self.answers()
        for question in self.starter.questions:
            part = str(question.path[-1])
            longest = LONGEST_ADDRESS.get(part, LONGEST) if question.path[0] == TARGET else LONGEST
            if len(answers[question.name]) > longest:
                message = f"{len(answers[question.name]):,} characters; no more than {longest:,} can be kept. Shorten it."
                self.add_error(question.name, message)
        if self.errors:
            return cleaned
        found = self._findings(self.request())
        for question in self.starter.questions:
            if answers[question.name] and (message := self._wrong(question, found, answers[question.name])):
                self.add_error(question.name, message)
        return cleaned

    def _wrong(self, question: Question, found: list[Finding], answer: str) -> str:
        """What is wrong with an answer, "" for nothing. found: the errors of the request with all answers."""
        if not question.node.property.secret and is_private_key(answer):
            return PRIVATE_KEY
        return next((each.message for each in found if paths.starts_with(each.path, question.path)), "")

    def _findings(self, made: Request) -> list[Finding]:
        today = timezone.now().date()
        of_document = check(made.document, made.api_version, made.operation, made.target, today=today)
        return errors([*check_target(made.target), *of_document])

    def keep(self) -> dict[str, str]:
        """The secrets to carry to the next page, by question: those that were typed and are not wrong."""
        answers = self.answers() if self.is_bound else self.held
        kept = {
            each.name: answers[each.name]
            for each in self.secrets
            if answers.get(each.name) and each.name not in self.errors
        }
        for name in kept:
            cast(QuestionField, self.fields[name]).kept = True
        return kept


def known(user: User, starter: Starter, answers: Mapping[str, str], wait: float) -> dict[str, str]:
    """The answers that follow from the others, by question: the region of the group, and what there is only one of.

    wait: seconds to wait for Azure at most, for all lists that are not known yet.
    """
    until = time.monotonic() + wait
    found: dict[str, str] = {}
    for question in starter.questions:
        kind = question.node.property.kind
        if answers.get(question.name) or not kind or question.rows > 1:
            continue
        said = {**found, **{name: value for name, value in answers.items() if value}}
        where = Where(subscription=said.get("subscription", ""), region=said.get("location", ""))
        if question.name == "location":
            value = _region_of_group(user, where, said.get("resourceGroup", ""), left(until))
        elif question.name in _DECIDES or where.region:
            offered = picking.usable(user, kind, where, left(until))
            value = offered[0].value if len(offered) == 1 else ""
        else:
            value = ""
        if value:
            found[question.name] = value
    return found


def _region_of_group(user: User, where: Where, group: str, wait: float) -> str:
    """The region that a resource group is in, "" where that is not known."""
    groups = picking.usable(user, "resourceGroup", where, wait, group) if group else ()
    return next((str(each.facts.get("location", "")) for each in groups), "")
