"""The form that starts a draft: blank, or from a text and the parameters of a template, typed or in files."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from vmssbuilder.scaleset import API_VERSIONS, Reading, ReadingError, json_text
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.request import Operation
from vmssbuilder.scaleset.versions import DEFAULT
from vmssbuilder.web.characters import showable
from vmssbuilder.web.forms import WORDS, Radios, SearchForm, SearchWordsField, Select, SmallForm

LARGEST: Final = 1_000_000
"""Bytes of a text or file; a scale set request is a few thousand."""


@dataclass(frozen=True, slots=True)
class Brought:
    """One of the two texts that a person may bring. name: of its box. title: how it is spoken of."""

    name: str
    file: str
    title: str

    @property
    def mark(self) -> str:
        """The name of the hidden field that says that the text of the box came from a file."""
        return f"{self.name}_mark"


REQUEST: Final = Brought("text", "file", "text")
PARAMETERS: Final = Brought("parameters", "parameters_file", "text of parameters")
TEXTS: Final = (REQUEST, PARAMETERS)

_TYPES: Final = ".json,.txt,.md,.http,.sh,application/json,text/plain"


class TextBox(forms.CharField):
    """A box for a text of any length, as it is."""

    def __init__(self, label: str, rows: int) -> None:
        attrs = {"class": "textarea textarea--code", "rows": rows, "spellcheck": "false"}
        super().__init__(label=label, required=False, strip=False, widget=forms.Textarea(attrs))
        # The reading says what is wrong with a text, and where.
        self.validators = []


class TextFile(forms.FileField):
    """A file that holds such a text."""

    def __init__(self, label: str, own: str, accept: str) -> None:
        widget = forms.FileInput({"class": "input", "id": own, "accept": accept})
        super().__init__(label=label, required=False, allow_empty_file=True, widget=widget)
        self.validators = []


class StartForm(SmallForm):
    """What a draft is started from. `cleaned_data` has the two texts, those of files in the place of boxes.

    problem: where in a text the error lies that the form shows.
    """

    api_version = forms.ChoiceField(
        label="API version",
        help_text=(
            "The newest has the most settings. A text is read in the version that it states. It can be changed later."
        ),
        required=False,
        choices=[
            ("", f"{DEFAULT}, or what a text states"),
            *((version, version) for version in reversed(API_VERSIONS)),
        ],
        error_messages={"invalid_choice": "Choose one of the API versions on offer."},
        widget=Select({"class": "select", "id": "api-version"}),
    )
    api_version.wire = "api-version"  # type: ignore[attr-defined] # shown by lean/field.html
    start = forms.CharField(required=False, widget=forms.HiddenInput)
    text = TextBox("JSON", 8)
    text_mark = forms.CharField(required=False, widget=forms.HiddenInput)
    file = TextFile("Or a file", "file", _TYPES)
    parameters = TextBox("Parameters", 8)
    parameters_mark = forms.CharField(required=False, widget=forms.HiddenInput)
    parameters_file = TextFile(
        "Or a file of parameters", "parameters-file", ".json,.txt,application/json,text/plain"
    )

    problem: ReadingError | None = None
    status = 422

    def clean(self) -> dict[str, Any]:
        """Takes the texts of files, where there are any."""
        cleaned = super().clean() or {}
        if cleaned.get("start") == "text" and not self.errors:
            for each in TEXTS:
                cleaned[each.name] = self._brought(each)
                self._show(each, cleaned[each.name])
        return cleaned

    def _brought(self, wanted: Brought) -> str:
        """The text of a box, or that of its file."""
        typed: str = self.cleaned_data[wanted.name].replace("\r\n", "\n")
        upload: UploadedFile[bytes] | None = self.cleaned_data[wanted.file]
        if upload is None:
            if len(typed.encode(errors="replace")) > LARGEST:
                self._too_large(wanted.name, wanted.title)
        elif (upload.size or 0) > LARGEST:
            self._too_large(wanted.file, "file")
        elif typed.strip() and self.cleaned_data[wanted.mark] != mark(typed):
            message = (
                "There is a file, and text of your own in the box above it. Empty the box, or send no file."
            )
            self.add_error(wanted.file, message)
        else:
            try:
                return json_text.decode(upload.read())
            except JSONTextError as error:
                self.refuse_text(wanted.file, error, f"The file: {error.message}")
        return typed

    def _too_large(self, name: str, what: str) -> None:
        self.status = 413
        self.add_error(
            name,
            f"The {what} is larger than {LARGEST:,} bytes. Bring the scale set alone: it takes a few thousand.",
        )

    def _show(self, brought: Brought, text: str) -> None:
        """Shows the text in its box; one that came from a file with a mark, so that another may replace it."""
        shown = showable(text)
        of_file = bool(self.files.get(brought.file)) and brought.file not in self.errors
        marked = of_file or self.data.get(brought.mark) == mark(shown)
        data = cast(QueryDict, self.data).copy()
        data[brought.name] = shown
        data[brought.mark] = mark(shown) if marked and shown else ""
        self.data = data

    def refuse_text(self, name: str, problem: ReadingError | JSONTextError, message: str = "") -> None:
        """Puts what is wrong with a text at its field, with the place in it."""
        self.problem = (
            problem
            if isinstance(problem, ReadingError)
            else ReadingError(
                problem.message, problem.line, problem.column, problem.excerpt, problem.expected
            )
        )
        place = f"Line {problem.line}, column {problem.column}: " if problem.line else ""
        expected = f" Expected: {problem.expected}." if problem.expected else ""
        self.add_error(name, f"{place}{message or problem.message}{expected}")


class CopySearch(SearchForm):
    """Words to find the draft by that is copied."""

    q = SearchWordsField(
        "Search drafts by name, resource group or subscription", "Name, resource group or subscription"
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.helper.layout = Layout(Field("q", template=WORDS))


MANY: Final = 20
"""How many scale sets of a text are radios; more are a list that opens."""


class LookForm(SmallForm):
    """What a person picks of a text that was read: which of its scale sets, and what to do with it.

    accept: sent by the page that shows the result. shown: the scale set of that page. seen: the mark of its texts.
    """

    accept = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    choice = forms.IntegerField(required=False, min_value=0, max_value=9_999, widget=forms.HiddenInput)
    operation = forms.ChoiceField(
        label="What to do",
        required=False,
        choices=[("update", "Update an existing scale set"), ("create", "Create a new scale set")],
        widget=Radios(
            {
                "update": "Only what the text holds is changed.",
                "create": "What is missing is filled in on the next pages.",
            }
        ),
    )

    @classmethod
    def of(cls, made: Reading, *, seen: str, updates: str) -> LookForm:
        """The form for what was made of the texts. seen: their mark. updates: why it may be an update, "" if it is none."""
        form = cls(
            initial={
                "accept": "1",
                "seen": seen,
                "shown": made.chosen,
                "choice": made.chosen,
                "operation": made.request.operation,
            }
        )
        if made.choices:
            select = forms.Select({"class": "select"})
            form.fields["choice"] = forms.ChoiceField(
                label="Scale set",
                help_text="Pick another and press the button to see it here first.",
                choices=[(each.number, each.title) for each in made.choices],
                widget=select if len(made.choices) > MANY else Radios({}),
            )
        form.fields["operation"].help_text = updates
        if not updates:
            del form.fields["operation"]
        form.helper.layout = Layout(*form.fields)
        return form

    @property
    def picked(self) -> int:
        """The number of the scale set; the first when none was picked."""
        return self.cleaned_data.get("choice") or 0

    @property
    def operation_picked(self) -> Operation | None:
        return self.cleaned_data.get("operation") or None

    def agrees(self, seen: str) -> bool:
        """Whether the person accepts what a page showed of exactly this."""
        sent = self.data
        same = sent.get("choice") == sent.get("shown") and sent.get("seen") in (None, seen)
        return same and bool(sent.get("accept")) and "look" not in sent


def mark(*texts: str) -> str:
    """Says which texts a page was made of. Browsers send other line ends than they were given."""
    normalized = "\0".join("\n".join(showable(text).splitlines()) for text in texts)
    return sha256(normalized.encode(errors="replace")).hexdigest()[:16]
