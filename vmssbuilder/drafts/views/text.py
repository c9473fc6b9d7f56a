"""The draft as JSON: edited as text, downloaded as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record_once
from vmssbuilder.drafts import access, actions, addresses, clear_keys, merging, noting, sent
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.canonical import canonicalize, write
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.json_text import JSONTextError, Parsed
from vmssbuilder.scaleset.json_text import parse as parse_json
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.web.characters import showable, showable_json

from .frame import NO_PROPERTY, frame

_NO_OBJECT: Final = "The document must be a JSON object: it starts with { and ends with }."
_LONGEST_TEXT: Final = 800_000
"""Characters of JSON that a page offers for editing."""
_FINDINGS_AT_MOST: Final = 200
_LONGEST_VALUE: Final = 2_000
"""Characters of a value that is shown for comparing."""


@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The masked body, as a file."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    record_once(user, "draft.exported", draft.code, to="json", revision=draft.head)
    body = write(secrets.mask(draft.document), draft.api_version)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    name = re.sub(r"[^A-Za-z0-9._-]", "", draft.name)[:64].strip(".") or draft.code
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def edit_json(request: HttpRequest, code: str) -> HttpResponse:
    """The same draft as text: secrets stand as references, which are kept when they are left alone.

    What others saved meanwhile is merged; where both changed the same, the page shows both and the person chooses.
    Slips that can be mended are shown before they are.
    """
    draft = access.find(cast(User, request.user), code, Access.EDIT)
    if request.method == "POST":
        return _save(request, draft)
    text = _written(draft.document, draft)
    if len(text) > _LONGEST_TEXT:
        return _page(request, draft, "", draft.head, length=f"{len(text):,}")
    found = check_content(draft)
    return _page(
        request,
        draft,
        text,
        draft.head,
        found=_findings(draft, text, found),
        count_found=len(found),
        more_found=len(found) > _FINDINGS_AT_MOST,
    )


def _save(request: HttpRequest, draft: Draft) -> HttpResponse:
    user, post = cast(User, request.user), request.POST
    text, base = post.get("text", ""), _number(post.get("base", ""))
    try:
        parsed = parse_json(text, repair=True)
    except JSONTextError as error:
        return _page(request, draft, text, base, 422, error=error.message, problem=error)
    if not isinstance(parsed.value, dict):
        return _page(request, draft, text, base, 422, error=_NO_OBJECT)
    if contents.TARGET in parsed.value:
        return _page(request, draft, text, base, 422, error=NO_PROPERTY)
    edited, notes = canonicalize(parsed.value, draft.api_version)
    refusal = clear_keys.refusal(edited, draft.document, draft.api_version)
    if refusal:
        return _page(request, draft, text, base, 422, error=refusal)
    accept = _fingerprint(text)
    if parsed.notes and post.get("accept") != accept:
        return _page(request, draft, text, base, 422, repairs=parsed.notes, accept=accept)
    act, _, place = post.get("act", "").partition(":")
    if act == "theirs":
        return _with_theirs(request, draft, edited, base, place)
    try:
        mine = act == "mine"
        saved = actions.replace_document(
            user,
            draft,
            base,
            edited,
            seen=_number(post.get("seen", "")) if mine else 0,
            agreed=_places(post.getlist("differs")) if mine else (),
        )
    except actions.EditConflict as conflict:
        now = conflict.draft
        differing = _differing(now, edited, [each.path for each in conflict.conflicts])
        return _page(request, now, text, base, 409, differing=differing)
    except actions.StaleRevision:
        # The first revision is one that every draft has; all that differs since is asked about.
        return _page(
            request,
            draft,
            text,
            1,
            409,
            error="This page was made from a revision that the draft does not have. Your text is kept below; "
            "save again to compare it with what is there now.",
        )
    for said in noting.in_words(notes):
        messages.info(request, said)
    if merging.same(saved.document, edited) or saved.head == base:
        messages.success(request, "Saved.")
    else:
        messages.success(request, "Saved, and merged with what was saved elsewhere meanwhile.")
    return redirect("draft-json", draft.code)


def _with_theirs(
    request: HttpRequest, draft: Draft, edited: dict[str, Any], base: int, place: str
) -> HttpResponse:
    """The page with what is saved at one place in the text, and the other places that still differ."""
    for path in _places([place]):
        paths.force(edited, path, paths.get(draft.document, path))
    try:
        shown = actions.shown_at(draft, base)
    except actions.StaleRevision:
        shown = {}
    before = {name: value for name, value in shown.items() if name != contents.TARGET}
    left = list(merging.clashes(before, draft.document, edited))
    text = _written(edited, draft)
    return _page(
        request,
        draft,
        text,
        base,
        409 if left else 200,
        differing=_differing(draft, edited, left),
        taken=place,
    )


def _page(
    request: HttpRequest, draft: Draft, text: str, base: int, status: int = 200, **more: Any
) -> HttpResponse:
    differing: Collection[_Differing] = more.get("differing", ())
    wrong = more.get("error") or more.get("repairs") or differing
    shown = {"base": base, "text": showable(text), "wrong": wrong, "kept": bool(sent.kept(draft))}
    context = frame(draft) | shown | more
    return render(request, "drafts/json.html", context, status=status)


def _written(document: dict[str, Any], draft: Draft) -> str:
    return showable_json(write(document, draft.api_version))


def _number(written: str) -> int:
    """A revision's number; 0, which no revision has, for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _fingerprint(text: str) -> str:
    """Says which text's repairs a person has seen. Browsers send other line ends than they were given."""
    return sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


def _places(written: list[str]) -> list[Path]:
    found = []
    for each in written:
        try:
            path = paths.parse(each)
        except PathError:
            continue
        if path and path[0] != contents.TARGET:
            found.append(path)
    return found


# --- Findings, beside the text --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A finding with the line that it is about, and the field that edits it, where there are any."""

    severity: str
    message: str
    line: int | None
    url: str


def _findings(draft: Draft, text: str, found: list[Finding]) -> list[_Line]:
    """The first findings, errors before warnings."""
    parsed = parse_json(text)
    found = sorted(found, key=lambda each: each.severity != "error")[:_FINDINGS_AT_MOST]
    return [
        _Line(each.severity, each.message, _line(parsed, each.path), _url(draft, each.path)) for each in found
    ]


def _line(parsed: Parsed, path: Path) -> int | None:
    """The line of a place; for what is missing, of the object that it is missing in."""
    if path[:1] == (contents.TARGET,):
        return None
    return next(line for depth in range(len(path), -1, -1) if (line := parsed.line(path[:depth])) is not None)


def _url(draft: Draft, path: Path) -> str:
    if not addresses.has_field(path, draft.api_version):
        return ""
    page = addresses.page_url(draft.code, path, draft.api_version)
    return f"{page}?findings=1#{addresses.field_anchor(path, draft.api_version)}"


# --- Places that others changed too ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Differing:
    """One place, what is saved there and what the text has; secrets masked, "" for nothing."""

    path: str
    label: str
    saved: str
    typed: str


def _differing(draft: Draft, edited: dict[str, Any], at: Collection[Path]) -> list[_Differing]:
    saved, typed = secrets.mask(draft.document), secrets.mask(edited)
    return [
        _Differing(
            paths.text(path),
            contents.label(path, draft.api_version),
            _shown(paths.get(saved, path)),
            _shown(paths.get(typed, path)),
        )
        for path in at
    ]


def _shown(value: Any) -> str:
    if value is MISSING:
        return ""
    text = showable_json(json.dumps(value, ensure_ascii=False, indent=2))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
