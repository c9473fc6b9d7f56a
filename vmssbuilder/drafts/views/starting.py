"""Starting a draft: blank, or from a text that somebody has, pasted or uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, clear_keys, forms, noting, steps, submitted, vault
from vmssbuilder.drafts import content as contents
from vmssbuilder.pages.characters import showable
from vmssbuilder.scaleset import (
    API_VERSIONS,
    Place,
    Reading,
    ReadingError,
    Request,
    given_values,
    json_text,
    read,
)
from vmssbuilder.scaleset.canonical import Note
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.parameters import IN_KEY_VAULT
from vmssbuilder.scaleset.request import Operation
from vmssbuilder.scaleset.versions import DEFAULT

from .frame import NO_PROPERTY, json_html

LARGEST: Final = 1_000_000
"""Bytes of a text or file; a scale set request is a few thousand."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One of the two texts that a person may bring. name: of its box. title: how it is spoken of."""

    name: str
    file: str
    title: str


_REQUEST: Final = _Text("text", "file", "text")
_PARAMETERS: Final = _Text("parameters", "parameters_file", "text of parameters")


class _Refused(Exception):
    """What was sent makes no draft. at: the id of the control to mend. problem: where in a text, if that is known."""

    def __init__(self, message: str, at: str, status: int = 422, problem: ReadingError | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.status = status
        self.problem = problem


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def new(request: HttpRequest) -> HttpResponse:
    """Start a draft: blank, or from a text. What was made of the text by judgement is shown before it is accepted."""
    if request.method != "POST":
        return _page(request, {})
    texts = {each.name: _typed(request, each) for each in (_REQUEST, _PARAMETERS)}
    try:
        version = _version(request)
        if request.POST.get("start") != "text":
            draft = actions.create(cast(User, request.user), Request(api_version=version or DEFAULT), "blank")
            return redirect("draft-step", draft.code, steps.STEPS[0].name)
        for each in (_REQUEST, _PARAMETERS):
            texts[each.name] = _brought(request, each)
        return _started(request, texts, version or None)
    except _Refused as refused:
        return _page(request, texts, refused)


def _page(request: HttpRequest, texts: Mapping[str, str], refused: _Refused | None = None) -> HttpResponse:
    chosen = request.POST.get("api_version", "")
    context: dict[str, Any] = {
        "versions": reversed(API_VERSIONS),
        "newest": DEFAULT,
        "version": chosen if chosen in API_VERSIONS else "",
        "boxes": _shown(request, texts),
        "refused": refused,
        "problem": refused.problem if refused is not None else None,
    }
    return render(request, "drafts/new.html", context, status=refused.status if refused is not None else 200)


def _shown(request: HttpRequest, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The two texts as their boxes show them; one that came from a file with a mark, so that another file may replace it."""
    boxes = {}
    for each in (_REQUEST, _PARAMETERS):
        text = showable(texts.get(each.name, ""))
        of_file = each.file in request.FILES or request.POST.get(f"{each.name}_mark") == _mark(text)
        boxes[each.name] = {"text": text, "mark": _mark(text) if of_file and text else ""}
    return boxes


def _mark(*texts: str) -> str:
    """Says which texts a page was made of. Browsers send other line ends than they were given."""
    told = "\0".join("\n".join(showable(text).splitlines()) for text in texts)
    return sha256(told.encode(errors="replace")).hexdigest()[:16]


# --- What was brought -------------------------------------------------------------------------------------------------


def _version(request: HttpRequest) -> str:
    """The API version that was chosen, "" for what the text states, or else the newest. Raises _Refused."""
    version = request.POST.get("api_version", "")
    if version and version not in API_VERSIONS:
        raise _Refused("Choose one of the API versions on offer.", "api-version")
    return version


def _typed(request: HttpRequest, wanted: _Text) -> str:
    return request.POST.get(wanted.name, "").replace("\r\n", "\n")


def _brought(request: HttpRequest, wanted: _Text) -> str:
    """The text of a box, or that of its file. Raises _Refused."""
    typed, upload = _typed(request, wanted), request.FILES.get(wanted.file)
    if upload is None:
        if len(typed.encode(errors="replace")) > LARGEST:
            raise _Refused(_too_large(wanted.title), wanted.name, 413)
        return typed
    if (upload.size or 0) > LARGEST:
        raise _Refused(_too_large("file"), wanted.file.replace("_", "-"), 413)
    if typed.strip() and request.POST.get(f"{wanted.name}_mark") != _mark(typed):
        message = "There is a file, and text of your own in the box above it. Empty the box, or send no file."
        raise _Refused(message, wanted.file.replace("_", "-"))
    try:
        return json_text.decode(upload.read())
    except JSONTextError as error:
        problem = ReadingError(error.message, error.line, error.column, error.excerpt, error.expected)
        raise _Refused(f"The file: {error.message}", wanted.file.replace("_", "-"), problem=problem) from None


def _too_large(what: str) -> str:
    return f"The {what} is larger than {LARGEST:,} bytes. Bring the scale set alone: it takes a few thousand."


# --- What is made of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What would become of the texts. given: values of parameters that were typed, by name, the secure ones too.

    may_update: whether a person is asked if it is an update. form: of the parameters that have no value, or got it in this
    form. placing: of the place where a template is deployed.
    """

    reading: Reading
    given: Mapping[str, str]
    may_update: bool
    form: forms.ParametersForm
    placing: forms.PlaceForm

    @property
    def asks(self) -> bool:
        """Whether a person has to look at it first."""
        reading = self.reading
        asked = self.form.asked or self.placing.fields or self.may_update
        return bool(reading.to_accept or reading.choices or asked)

    @property
    def errors(self) -> list[dict[str, str]]:
        """What is wrong with what was typed into its forms."""
        return [*self.placing.problems(), *self.form.problems()]


def _started(request: HttpRequest, texts: Mapping[str, str], version: str | None) -> HttpResponse:
    """The draft, or the page on which the person looks over what it would be. Raises _Refused."""
    user, post = cast(User, request.user), request.POST
    made = _proposal(request, texts, version)
    seen = post.get("choice") == post.get("shown") and post.get("seen") in (None, _mark(*texts.values()))
    accepted = bool(post.get("accept")) and "look" not in post and seen and not made.errors
    if made.asks and not accepted:
        return _look(request, texts, version, made)
    draft = actions.create(user, made.reading.request, "pasted", made.reading.notes)
    return redirect("draft", draft.code)


def _proposal(request: HttpRequest, texts: Mapping[str, str], version: str | None) -> _Proposal:
    post, sent = request.POST, forms.Sent.of(request.POST)
    held = vault.unsealed(cast(User, request.user), post.get("kept", ""))
    given = {name: value for name, value in held.items() if name not in sent.cleared}
    given |= {name: value for name, value in sent.typed.items() if value}
    values = _values(texts[_PARAMETERS.name], sent, given)
    placing = forms.PlaceForm(post)
    try:
        reading, may_update = _reading(post, texts[_REQUEST.name], version, values, placing.place())
    except ReadingError as error:
        raise _Refused(error.message, error.source, problem=error) from None
    unkeepable = _unkeepable(reading.request)
    if unkeepable:
        raise _Refused(unkeepable, _REQUEST.name)
    if values and not reading.parameters:
        reading.notes.append(
            Note("skipped", (), "The parameters were not used: the scale set in the text needs none.")
        )
    asked = [each for each in reading.parameters if each.missing or each.name in sent.typed]
    kept = [each.name for each in asked if each.secure and each.name in given]
    form = forms.ParametersForm(asked, {name: forms.as_text(value) for name, value in values.items()}, kept)
    form.refuse(reading.parameter_problems)
    placing.ask(reading.place_wanted)
    return _Proposal(reading, given, may_update, form, placing)


def _reading(
    post: QueryDict, text: str, version: str | None, values: Mapping[str, Any], place: Place
) -> tuple[Reading, bool]:
    """What is read, as an update where it is plainly one, and whether a person is asked about that. Raises ReadingError."""
    choice = _choice(post)
    picked = _OPERATIONS.get(post.get("operation", ""))
    reading = read(text, version, choice, parameters=values, operation=picked, place=place)
    if picked is not None or reading.request.operation == "update":
        return reading, True
    if reading.changes or any(note.kind == "null" for note in reading.notes):
        # An update keeps what is null, and may hold nothing else.
        update = read(text, version, choice, parameters=values, operation="update", place=place)
        if update.changes:
            return update, True
    return reading, False


_OPERATIONS: Final[Mapping[str, Operation]] = {"create": "create", "update": "update"}


_MANY: Final = 20
"""How many notes of a kind are shown before a draft is made of them: they are what the person decides by."""


_RADIOS: Final = 20
"""How many scale sets of a text are radios; more are a list that opens."""


def _look(
    request: HttpRequest, texts: Mapping[str, str], version: str | None, made: _Proposal
) -> HttpResponse:
    errors = made.errors
    context = {
        "reading": made.reading,
        "many": len(made.reading.choices) > _RADIOS,
        "may_update": made.may_update,
        "plainly": made.reading.changes,
        "picked": request.POST.get("operation", "") in _OPERATIONS,
        "boxes": _shown(request, texts),
        "seen": _mark(*texts.values()),
        "groups": noting.grouped(made.reading.notes, _MANY),
        "json": json_html(made.reading.request),
        "form": made.form if made.form.asked else None,
        "placing": made.placing if made.placing.fields else None,
        "kept": vault.sealed(cast(User, request.user), {name: made.given[name] for name in made.form.kept}),
        "versions": reversed(API_VERSIONS),
        "version": version or "",
        "errors": errors,
    }
    return render(request, "drafts/accept.html", context, status=422 if errors else 200)


def _values(text: str, sent: forms.Sent, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of parameters: those of the text, and over them those given in the form. Raises _Refused."""
    try:
        values = given_values(text) if text.strip() else {}
    except JSONTextError as error:
        problem = ReadingError(error.message, error.line, error.column, error.excerpt, error.expected)
        raise _Refused(error.message, _PARAMETERS.name, problem=problem) from None
    for name in sent.typed:
        # A box that was emptied takes back what the text says, but not that it is in a key vault.
        for known in [known for known in values if known.casefold() == name.casefold()]:
            if name in given or values[known] is not IN_KEY_VAULT:
                del values[known]
        if name in given:
            values[name] = given[name]
    return values


def _unkeepable(read: Request) -> str:
    """Why a request that was read cannot be kept as a draft, "" when it can."""
    if contents.TARGET in read.document:
        return NO_PROPERTY
    parts = (
        ("subscription", read.target.subscription),
        ("resourceGroup", read.target.resource_group),
        ("name", read.target.name),
    )
    for part, written in parts:
        longest = submitted.LONGEST_ADDRESS[part]
        if len(written) > longest:
            label = contents.label((contents.TARGET, part), read.api_version)
            return f"{label}: {len(written):,} characters; no more than {longest} can be kept. Shorten it."
    return clear_keys.refusal(read.document, {}, read.api_version)


def _choice(post: QueryDict) -> int:
    """Which of several scale sets in a text the person picked; the first when they did not."""
    picked = post.get("choice", "")
    return int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 5 else 0
