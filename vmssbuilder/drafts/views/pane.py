"""The JSON beside the form with what stands around it: its filter, its marks, the members that no field shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from vmssbuilder.drafts import commenting, diff, known_values, preview
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.web.middleware import parts_of

_LINE: Final = re.compile(
    r'<(?P<tag>a|span) class="json__line (?P<classes>[^"]*)"(?P<rest>[^>]*)>(?P<indent> *)'
)
_CHANGED: Final = "json__line--changed"
_NO_FIELD: Final = '/json/#text"'
_NAMED_AT_MOST: Final = 8
"""How many lines without a field are named; the rest are counted."""


def pane(
    request: HttpRequest,
    draft: Draft,
    *,
    here: str = "",
    found: Collection[Finding] = (),
    linked: bool = True,
) -> dict[str, Any]:
    """The context of `drafts/pane.html`. here: the address of the page; found: what is marked in the JSON.

    With `?only=mine` it shows what differs from the draft's first revision: from what was read in, or from nothing.
    """
    only = request.GET.get("only") == "mine"
    html, strangers = drawn(draft, here=here, found=found, linked=linked, only=only)
    other = request.GET.copy()
    other.pop("done", None)
    other.pop("only", None)
    if not only:
        other["only"] = "mine"
    return {
        "json": html,
        "strangers": strangers,
        "only": only,
        "folded": preview.FOLD in html,
        "only_url": f"{request.path}?{other.urlencode()}" if other else request.path,
        "nothing_set": only and "json__line--set" not in html,
    }


def answer(request: HttpRequest, draft: Draft, here: str, changed: Collection[Path]) -> dict[str, Any]:
    """What the pane shows after a save while typing, for `drafts/saved.html`."""
    only = page_query(request).get("only") == ["mine"]
    html, strangers = drawn(draft, here=here, changed=changed, only=only)
    return {"json": html, "strangers": strangers}


def page_query(request: HttpRequest) -> dict[str, list[str]]:
    """The parameters in the address of the page from which htmx asks."""
    page = request.htmx.current_url or ""  # type: ignore[attr-defined] # django-htmx adds it to each request
    return parse_qs(parts_of(page).query)


def drawn(
    draft: Draft,
    *,
    here: str,
    changed: Collection[Path] = (),
    found: Collection[Finding] = (),
    linked: bool = True,
    only: bool = False,
) -> tuple[SafeString, Strangers | None]:
    """The lines of the JSON as HTML, and which of them are members without a field."""
    html: str = preview.render(
        draft.code,
        draft.document,
        draft.api_version,
        here=here,
        changed=_set(draft) if only else changed,
        wrong=_marks(draft, found, "error"),
        warned=_marks(draft, found, "warning"),
        filled=known_values.marked(draft, draft.document),
        commented=_commented(draft),
        focus=_place_of(here),
        linked=linked,
    )
    numbers: list[int] = []
    if _NO_FIELD in html:
        numbers = list(_without_field(html))
        html = _numbered(html, frozenset(numbers))
    # The preview escapes, and these only add classes and ids to its lines.
    return mark_safe(_only(html) if only else html), Strangers.of(numbers)  # noqa: S308 - as said above


def _place_of(here: str) -> Path:
    """The item that the page of an address is about, () for any other page."""
    parts = here.split("/", 4)
    try:
        return paths.from_url(parts[4].rstrip("/")) if len(parts) > 4 and parts[4] else ()
    except PathError:
        return ()


@dataclass(frozen=True, slots=True)
class Strangers:
    """The lines of members without a field: how many there are, the numbers of the first, and how many more there are."""

    count: int
    named: list[int]
    more: int

    @classmethod
    def of(cls, numbers: list[int]) -> Strangers | None:
        named = numbers[:_NAMED_AT_MOST]
        return cls(len(numbers), named, len(numbers) - len(named)) if numbers else None


def _set(draft: Draft) -> set[Path]:
    """What differs from the first revision, wherever it stands now."""
    first = draft.revisions.get(number=1)
    return {
        entry.path
        for entry in diff.compare(first, draft)
        if entry.kind in ("added", "changed", "secret")
        and paths.get(draft.document, entry.path) is not MISSING
    }


def _marks(draft: Draft, found: Collection[Finding], severity: str) -> dict[Path, str]:
    """The words of findings by the place that shows them: for what is missing, the object that it is missing in."""
    marks: dict[Path, str] = {}
    for finding in found:
        path = finding.path
        if finding.severity != severity or path[:1] == ("$target",):
            continue
        while path and paths.get(draft.document, path) is MISSING:
            path = path[:-1]
        marks[path] = f"{marks[path]} {finding.message}" if path in marks else finding.message
    return marks


def _commented(draft: Draft) -> dict[Path, int]:
    """The open threads by the line that shows them: for what is not set, that of the object which it is missing in."""
    document = draft.document
    return commenting.gathered(commenting.marks(draft), lambda path: paths.get(document, path) is not MISSING)


# The functions below read the lines of the preview, which are drawn in one place and far more often than these are asked.


def _without_field(html: str) -> Iterator[int]:
    """The numbers of the lines at which members without a field begin."""
    inside: int | None = None
    for number, line in enumerate(_LINE.finditer(html), start=1):
        depth = len(line["indent"])
        if not line["rest"].endswith(_NO_FIELD):
            inside = None
        elif (inside is None or depth <= inside) and html.startswith('<span class="json__key">', line.end()):
            inside = depth
            yield number


def _numbered(html: str, numbers: Collection[int]) -> str:
    """The lines of these numbers with an id to link to."""
    count = 0

    def drawn(line: re.Match[str]) -> str:
        nonlocal count
        count += 1
        attributes = f'{line["rest"]} id="line-{count}"' if count in numbers else line["rest"]
        return f'<{line["tag"]} class="json__line {line["classes"]}"{attributes}>{line["indent"]}'

    return _LINE.sub(drawn, html)


def _only(html: str) -> str:
    """The marked lines and those around them; the others stay, but hidden, so that line numbers stay true."""
    lines = list(_LINE.finditer(html))
    depths = [len(line["indent"]) for line in lines]
    kept: set[int] = {0, len(lines) - 1}
    around: list[int] = []
    for number, line in enumerate(lines):
        if around and depths[around[-1]] == depths[number]:
            # What is inside stands deeper, so this is where the object ends.
            if around.pop() in kept:
                kept.add(number)
            continue
        if _CHANGED in line["classes"]:
            kept |= {*around, number}
        if number + 1 < len(lines) and depths[number + 1] > depths[number]:
            around.append(number)
    numbered = iter(range(len(lines)))

    def drawn(line: re.Match[str]) -> str:
        classes = line["classes"].replace(_CHANGED, "json__line--set")
        if next(numbered) not in kept:
            classes += " json__line--rest"
        return f'<{line["tag"]} class="json__line {classes}"{line["rest"]}>{line["indent"]}'

    return _LINE.sub(drawn, html)
