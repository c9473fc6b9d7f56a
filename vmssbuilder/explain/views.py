"""The page *Explain an error*."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.azure import pasted
from vmssbuilder.azure.errors import AzureError
from vmssbuilder.azure.explaining import TURNS, Explanation, explain_all
from vmssbuilder.drafts import access, addresses
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.setting_search import index
from vmssbuilder.scaleset import ReadingError, paths, read
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.versions import LATEST
from vmssbuilder.web.middleware import takes_any_text

from .forms import ExplainForm

NO_TEXT_SHARE: Final = 20
"""A text of which more than one in so many characters are no text was copied from a file that is none."""

SHOWN_AGAIN: Final = 600_000
"""Bytes that a text may take in its box when it is shown again: more would make the page too long. A quote takes six."""


@dataclass(frozen=True, slots=True)
class ExplainedError:
    """An error as the page tells it. turn: whose turn it is. label, wire, url: its field. words: Azure's, shortened."""

    sentence: str
    cure: str
    turn: str
    label: str
    wire: str
    url: str
    words: str
    parts: tuple[ExplainedError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    """The request that errors are looked for in: a draft of the person, or a text; without either only the schema tells."""

    document: Any = None
    version: str = LATEST
    draft: Draft | None = None


@takes_any_text("said", "sent")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def page(request: HttpRequest) -> HttpResponse:
    """Says what was pasted in words. It is answered at once and kept nowhere: no session, no database, no log."""
    user = cast(User, request.user)
    if request.method != "POST":
        asked = request.GET.get("draft", "")
        return _answer(request, ExplainForm(user, initial={"draft": asked[:20]}))
    form = ExplainForm(user, request.POST)
    if not form.is_valid():
        return _answer(request, form, status=422)
    wanted = _request(user, form)
    said = form.cleaned_data["said"]
    found = pasted.read(said)
    errors = [_explained(each.error, each.words, wanted) for each in found.errors]
    context = {"asked": True, "found": found, "told": errors, "count": len(errors) + found.more}
    odd = pasted.no_text(said)
    context |= {"odd": odd, "binary": odd * NO_TEXT_SHARE > len(said)}
    return _answer(request, form, status=422 if form.errors else 200, **context)


def _answer(request: HttpRequest, form: ExplainForm, *, status: int = 200, **context: Any) -> HttpResponse:
    left_out = []
    if form.is_bound:
        data = cast(QueryDict, form.data).copy()
        for name in ("said", "sent"):
            again = str(data.get(name, "")).replace("\0", "")
            if len(escape(again).encode(errors="replace")) > SHOWN_AGAIN:
                again = ""
                left_out.append(str(form.fields[name].label))
            data[name] = again
        form.data = data
    context |= {"form": form, "errors": form.problems() if form.is_bound else [], "left_out": left_out}
    return render(request, "explain/page.html", context, status=status)


def _request(user: User, form: ExplainForm) -> _Request:
    """The request to look in. One that cannot be read is said to be so at its box, and left out."""
    code, sent = form.cleaned_data["draft"], form.cleaned_data["sent"]
    if sent.strip():
        try:
            reading = read(sent)
        except ReadingError as error:
            place = f"Line {error.line}, column {error.column}: " if error.line else ""
            form.add_error("sent", f"{place}{error.message} The errors are explained without it.")
        else:
            return _Request(reading.request.document, reading.request.api_version)
    if code:
        draft = access.find(user, code, Access.VIEW)
        return _Request(draft.document, draft.api_version, draft)
    return _Request()


def _explained(error: AzureError, said: str, wanted: _Request) -> ExplainedError:
    whole, several = explain_all(error, wanted.document)
    parts = tuple(
        _one(meant, f"{part.code}: {part.said}"[:1_000] if part.code else part.said[:1_000], wanted)
        for part, meant in several
        if (meant.sentence, meant.path) != (whole.sentence, whole.path)
    )
    return _one(whole, said, wanted, parts)


def _one(
    meant: Explanation, said: str, wanted: _Request, parts: tuple[ExplainedError, ...] = ()
) -> ExplainedError:
    label, wire, url = _field(meant.path, wanted)
    return ExplainedError(meant.sentence, meant.cure, TURNS[meant.cause], label, wire, url, said, parts)


def _field(path: Path | None, wanted: _Request) -> tuple[str, str, str]:
    """The field by name and path, with where it is: in the draft, or in the reference."""
    if not path:
        return "", "", ""
    written = paths.text(path)
    label = contents.label(path, wanted.version)
    if wanted.draft is not None:
        return label, written, addresses.field_url(wanted.draft.code, path, wanted.version)
    entry = next(
        (
            entry
            for end in range(len(path), 0, -1)
            if (entry := index.find(paths.text(path[:end]))) is not None
        ),
        None,
    )
    url = reverse("reference-property", args=[entry.place]) if entry is not None else ""
    return label, written, url
