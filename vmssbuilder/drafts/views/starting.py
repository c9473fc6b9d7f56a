"""Starting a draft: blank, or from a text that somebody has, pasted or uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, clear_keys, noting, searching, starters, steps, vault
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.forms.starting import (
    PARAMETERS,
    REQUEST,
    TEXTS,
    CopySearch,
    LookForm,
    StartForm,
    mark,
)
from vmssbuilder.drafts.forms.template import ParametersForm, PlaceForm, SubmittedParameters, as_text
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.scaleset import (
    Place,
    Reading,
    ReadingError,
    Request,
    given_values,
    read,
)
from vmssbuilder.scaleset.canonical import Note
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.parameters import IN_KEY_VAULT
from vmssbuilder.scaleset.versions import DEFAULT

from .frame import NO_PROPERTY, json_html


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def new(request: HttpRequest) -> HttpResponse:
    """Start a draft: blank, or from a text. What was made of the text by judgement is shown before it is accepted."""
    if request.method != "POST":
        return _page(request, StartForm())
    form = StartForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    if form.cleaned_data["start"] != "text":
        version = form.cleaned_data["api_version"] or DEFAULT
        draft = actions.create(cast(User, request.user), Request(api_version=version), "blank")
        return redirect("draft-step", draft.code, steps.STEPS[0].name)
    try:
        return _started(request, form)
    except ReadingError as error:
        form.refuse_text(error.source, error)
        return _page(request, form)


def _page(request: HttpRequest, form: StartForm) -> HttpResponse:
    context = {"form": form, "errors": form.problems(), "starters": starters.starters()}
    return render(request, "drafts/new.html", context, status=form.status if form.errors else 200)


# --- A copy -----------------------------------------------------------------------------------------------------------

_LISTED: Final = 20


@require_http_methods(["GET", "HEAD", "POST"])
def copies(request: HttpRequest) -> HttpResponse:
    """Start from a draft, sent or not, that the person may see: found by its name, resource group or subscription."""
    user = cast(User, request.user)
    if request.method == "POST":
        source = access.find(user, request.POST.get("draft", ""), Access.VIEW)
        try:
            made = actions.copy_draft(user, source, counted(request.POST.get("revision", "")) or 0)
        except actions.StaleRevision as error:
            raise Http404(str(error)) from None
        messages.success(request, f"A copy of {source} was made. Give the new scale set a name.")
        return redirect("draft", made.code)
    search = CopySearch(request.GET)
    words = search.asked()["q"]
    found = access.visible(user)
    if words:
        everything = searching.words_of_everyone()
        ids = (
            searching.matching(words, everything) if user.is_reviewer else searching.matching_for(user, words)
        )
        found = found.filter(pk__in=ids)
    drafts = list(found.select_related("owner").defer("document")[: _LISTED + 1])
    context = {"search": search, "words": words, "drafts": drafts[:_LISTED], "more": len(drafts) > _LISTED}
    return render(request, "drafts/copies.html", context)


# --- What is made of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What would become of the texts. given: values of parameters that were typed, by name, the secure ones too.

    may_update: whether a person is asked if it is an update. look: what was picked. form: of the parameters that have no value, or got it in this
    form. placing: of the place where a template is deployed.
    """

    reading: Reading
    given: Mapping[str, str]
    may_update: bool
    look: LookForm
    form: ParametersForm
    placing: PlaceForm

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


def _started(request: HttpRequest, start: StartForm) -> HttpResponse:
    """The draft, or the page on which the person looks over what it would be. Raises ReadingError."""
    user = cast(User, request.user)
    texts = {each.name: start.cleaned_data[each.name] for each in TEXTS}
    made = _proposal(request, texts, start.cleaned_data["api_version"] or None)
    unkeepable = _unkeepable(made.reading.request)
    if unkeepable:
        start.add_error(REQUEST.name, unkeepable)
        return _page(request, start)
    seen = mark(*texts.values())
    if made.asks and (made.errors or not made.look.agrees(seen)):
        return _look(request, start, seen, made)
    draft = actions.create(user, made.reading.request, "pasted", made.reading.notes)
    return redirect("draft", draft.code)


def _proposal(request: HttpRequest, texts: Mapping[str, str], version: str | None) -> _Proposal:
    post, sent = request.POST, SubmittedParameters.of(request.POST)
    held = vault.carried_back(cast(User, request.user), post.get("kept", ""))
    given = {name: value for name, value in held.items() if name not in sent.cleared}
    given |= {name: value for name, value in sent.typed.items() if value}
    values = _values(texts[PARAMETERS.name], sent, given)
    placing = PlaceForm(post)
    look = LookForm(post)
    look.full_clean()
    reading, may_update = _reading(look, texts[REQUEST.name], version, values, placing.place())
    if values and not reading.parameters:
        reading.notes.append(
            Note("skipped", (), "The parameters were not used: the scale set in the text needs none.")
        )
    asked = [each for each in reading.parameters if each.missing or each.name in sent.typed]
    kept = [each.name for each in asked if each.secure and each.name in given]
    form = ParametersForm(asked, {name: as_text(value) for name, value in values.items()}, kept)
    form.refuse(reading.parameter_problems)
    placing.ask(reading.place_wanted)
    return _Proposal(reading, given, may_update, look, form, placing)


def _reading(
    look: LookForm, text: str, version: str | None, values: Mapping[str, Any], place: Place
) -> tuple[Reading, bool]:
    """What is read, as an update where it is plainly one, and whether a person is asked about that. Raises ReadingError."""
    choice, picked = look.picked, look.operation_picked
    reading = read(text, version, choice, parameters=values, operation=picked, place=place)
    if picked is not None or reading.request.operation == "update":
        return reading, True
    if reading.changes or any(note.kind == "null" for note in reading.notes):
        # An update keeps what is null, and may hold nothing else.
        update = read(text, version, choice, parameters=values, operation="update", place=place)
        if update.changes:
            return update, True
    return reading, False


_MANY: Final = 20
"""How many notes of a kind are shown before a draft is made of them: they are what the person decides by."""


def _look(request: HttpRequest, start: StartForm, seen: str, made: _Proposal) -> HttpResponse:
    errors = made.errors
    context = {
        "reading": made.reading,
        "may_update": made.may_update,
        "start": start,
        "look": LookForm.of(made.reading, seen=seen, updates=_updates(made)),
        "groups": noting.grouped(made.reading.notes, _MANY),
        "json": json_html(made.reading.request),
        "form": made.form if made.form.asked else None,
        "placing": made.placing if made.placing.fields else None,
        "kept": vault.carried(cast(User, request.user), {name: made.given[name] for name in made.form.kept}),
        "errors": errors,
    }
    return render(request, "drafts/accept.html", context, status=422 if errors else 200)


def _updates(made: _Proposal) -> str:
    """Why a person is asked whether it is an update, "" when they are not."""
    if not made.may_update:
        return ""
    if made.reading.changes:
        return "The text leaves out what every new scale set states."
    return "This is what you chose." if made.look.operation_picked else "The text is a request that updates."


def _values(text: str, sent: SubmittedParameters, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of parameters: those of the text, and over them those given in the form. Raises ReadingError."""
    try:
        values = given_values(text) if text.strip() else {}
    except JSONTextError as error:
        raise ReadingError(
            error.message,
            error.line,
            error.column,
            error.excerpt,
            error.expected,
            source="parameters",
        ) from None
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
        longest = contents.LONGEST_ADDRESS[part]
        if len(written) > longest:
            label = contents.label((contents.TARGET, part), read.api_version)
            return f"{label}: {len(written):,} characters; no more than {longest} can be kept. Shorten it."
    return clear_keys.refusal(read.document, {}, read.api_version)
