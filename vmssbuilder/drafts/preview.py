"""The JSON beside the form: the masked body, line by line, each line a link to the field that made it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any, Final, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Node, Single
from vmssbuilder.web.characters import showable_json

from . import steps
from .bounded import bounded
from .windows import Window, window

_INDENT: Final = "  "
_OPEN: Final = {dict: "{", list: "["}
_CLOSE: Final = {dict: "}", list: "]"}
FOLD: Final = "json__line--fold"
"""The class of a line that says what is left out."""
_NOTHING: Final[Mapping[Path, str]] = {}
_SILENCE: Final[Mapping[Path, int]] = {}


def render(
    code: str,
    document: dict[str, Any],
    api_version: str,
    *,
    here: str = "",
    changed: Collection[Path] = (),
    wrong: Mapping[Path, str] = _NOTHING,
    warned: Mapping[Path, str] = _NOTHING,
    filled: Collection[Path] = (),
    commented: Mapping[Path, int] = _SILENCE,
    focus: Path = (),
    linked: bool = True,
) -> SafeString:
    """The masked document as lines of JSON; the text of all lines together is the JSON itself.

    Of a document too large for a page, long lists and texts are folded, see `windows`; lines of their own say so.

    here: the address of the page that shows it, whose own fields are linked by fragment alone. changed: places just
    changed, marked with all below them; wrong, warned: words about places. filled: places that were filled in for people.
    commented: how many open threads of comments stand at places. focus: a place that is never folded. linked: False for
    people who may only look.
    """
    marked = frozenset(changed), wrong, warned, frozenset(filled), commented
    masked = secrets.mask(document)
    cut = window(masked, [focus, *changed])
    ways = None
    if cut is None:
        ways = frozenset(
            path[:depth] for places in marked for path in places for depth in range(len(path) + 1)
        )
    writer = _Writer(code, here, *marked, linked, api_version, ways, cut)
    place = _Place(f"/drafts/{code}/basics/", "")
    writer.value((), masked, tree(api_version), place, "", "", changed=False)
    # Each line was escaped as it was drawn.
    return mark_safe(f'<code class="json">{"".join(writer.written)}</code>')  # noqa: S308 - as said above


class _Place(NamedTuple):
    """Where a line leads: a page, and there the field, once a field holds the line."""

    page: str
    anchor: str


def _drawn(code: str, here: str, linked: bool, api_version: str, path: Path, place: _Place, json_text: str, before: str, comma: str) -> str:  # fmt: skip
    """A value that holds no mark, drawn. json_text: the value, secrets masked, so that none is kept here."""
    writer = _Writer(
        code, here, frozenset(), _NOTHING, _NOTHING, frozenset(), _SILENCE, linked, api_version, None
    )
    node = tree(api_version).at(path)
    writer.value(path, json.loads(json_text), node, place, before, comma, changed=False)
    return "".join(writer.written)


_kept = bounded(8_000_000)(_drawn)
_kept_large = bounded(8_000_000)(_drawn)
"""Those near the root hold most of the document: a few of them take as much memory as all others."""
_LARGE: Final = 2
"""Down to which depth they lie."""
_LONGEST_NAME: Final = 1_000
"""Characters of a member's name that are shown of a document that is folded."""
_LONGEST_MARK: Final = 1_000


@dataclass(slots=True)
class _Writer:
    """One pass over the document, carrying the page and field that each line belongs to.

    ways: the places of marks and all above them; what lies elsewhere need not be drawn anew. None: nothing is kept.
    cut: what is shown of a document that is too large.
    """

    code: str
    here: str
    changed: frozenset[Path]
    wrong: Mapping[Path, str]
    warned: Mapping[Path, str]
    filled: frozenset[Path]
    commented: Mapping[Path, int]
    linked: bool
    api_version: str
    ways: frozenset[Path] | None
    cut: Window | None = None
    written: list[str] = field(default_factory=list)

    def value(
        self,
        path: Path,
        value: Any,
        node: Node | None,
        place: _Place,
        before: str,
        comma: str,
        *,
        changed: bool,
    ) -> None:
        changed = changed or path in self.changed
        holds = isinstance(value, dict | list) and bool(value)
        if self.ways is not None and path not in self.ways and not changed:
            keep = _kept_large if holds and len(path) <= _LARGE else _kept
            known = (self.code, self.here, self.linked, self.api_version)
            self.written.append(keep(*known, path, place, json.dumps(value), before, comma))
            return
        if path:
            place = self._place(path, node, place)
        if holds:
            kind = dict if isinstance(value, dict) else list
            self._line(
                path, f'{before}<span class="json__punct">{_OPEN[kind]}</span>', place, changed=changed
            )
            shown = self.cut.members.get(path) if self.cut is not None else None
            last = len(value) - 1
            members = list(_members(value, node)) if shown is None else _chosen(value, node, shown)
            for number, (step, inner) in enumerate(members):
                key = ""
                if isinstance(value, dict):
                    key = _key(step if self.cut is None else _shortened(step))
                below = node.at((step,)) if node is not None else None
                there = self._as_text() if _unplaced(node, below) else place
                self.value(
                    (*path, step), inner, below, there, key, "," if number < last else "", changed=changed
                )
            if shown is not None:
                self._fold(path, len(value) - len(shown), "item" if kind is list else "member", place)
            self._line(
                path,
                f'<span class="json__punct">{_CLOSE[kind]}</span>{comma}',
                place,
                changed=changed,
                end=True,
            )
        else:
            sort = (
                "string" if isinstance(value, str) else "number" if type(value) in (int, float) else "literal"
            )
            characters = self.cut.texts.get(path) if self.cut is not None else None
            whole = value
            if characters is not None:
                value = value[:characters]
            written = _escaped(json.dumps(value, ensure_ascii=False))
            self._line(
                path, f'{before}<span class="json__{sort}">{written}</span>{comma}', place, changed=changed
            )
            if characters is not None:
                self._fold(path[:-1], len(whole) - len(value), "character", place)

    def _fold(self, path: Path, count: int, what: str, place: _Place) -> None:
        """Says how much is left out of the object or list at the path, or of a text in it."""
        if count:
            words = f"… {count:,} more {what}{'' if count == 1 else 's'}"
            self.written.append(
                f'<span class="json__line {FOLD} d{min(len(path) + 2, 9)}">'
                f'{_INDENT * (len(path) + 1)}<span class="json__punct">{words}</span>\n</span>'
            )

    def _as_text(self) -> _Place:
        """Where members without a field are edited."""
        return _Place(f"/drafts/{self.code}/json/", "text")

    def _place(self, path: Path, node: Node | None, place: _Place) -> _Place:
        owned = steps.root_owner(path)
        if owned is not None:
            return _Place(f"/drafts/{self.code}/{owned.name}/", steps.anchor(path))
        sort = _sort(node.pattern, node.api_version) if node is not None else ""
        if sort == "item":
            step = place.page.split("/", 4)[3]
            return _Place(f"/drafts/{self.code}/{step}/{paths.to_url(path)}/", steps.anchor(path))
        if sort == "field":
            return _Place(place.page, steps.anchor(path))
        return place

    def _line(self, path: Path, html: str, place: _Place, *, changed: bool, end: bool = False) -> None:
        depth, said = len(path), ""
        described: list[str] = []
        classes = f"json__line d{min(depth + 1, 9)}"
        if changed:
            classes += " json__line--changed"
        if not end and path in self.wrong:
            classes += " json__line--error"
            said = f' title="Error: {escape(self.wrong[path][:_LONGEST_MARK])}"'
        elif not end and path in self.warned:
            classes += " json__line--warning"
            said = f' title="To consider: {escape(self.warned[path][:_LONGEST_MARK])}"'
        elif not end and path in self.filled:
            classes += " json__line--filled"
            described.append("Filled in for you")
        if not end and path in self.commented:
            classes += " json__line--commented"
            count = self.commented[path]
            described.append(f"{count} open thread{'s' * (count > 1)} of comments")
        if described:
            said += f' aria-description="{". ".join(described)}"'
        text = f"{_INDENT * depth}{html}\n"
        fragment = f"#{place.anchor}" if place.anchor else ""
        href = fragment if place.page == self.here else place.page + fragment
        if self.linked and path and href:
            self.written.append(f'<a class="{classes}" tabindex="-1"{said} href="{escape(href)}">{text}</a>')
        else:
            self.written.append(f'<span class="{classes}"{said}>{text}</span>')


def _members(value: dict[str, Any] | list[Any], node: Node | None) -> Iterable[tuple[Any, Any]]:
    """Members or items with their steps; known members in declared order, unknown ones after them in their own."""
    if isinstance(value, list):
        return enumerate(value)
    if node is None or not isinstance(node.property, Single):
        return value.items()
    known = [wire for wire in node.children if wire in value]
    if len(known) < len(value):
        known += [name for name in value if name not in node.children]
    return [(name, value[name]) for name in known]


def _chosen(
    value: dict[str, Any] | list[Any], node: Node | None, steps: Sequence[str | int]
) -> list[tuple[Any, Any]]:
    """The members of these steps, in the order of all."""
    if isinstance(value, list):
        return [(step, value[int(step)]) for step in steps]
    chosen = set(steps)
    return [each for each in _members(value, node) if each[0] in chosen]


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _unplaced(holder: Node | None, node: Node | None) -> bool:
    """Whether a member has no field: its object is declared, but it is not, or Azure writes it."""
    if node is None:
        return holder is not None and not holder.is_leaf
    return node.property.read_only


@cache
def _sort(pattern: str, api_version: str) -> str:
    """What a place is in the form: an "item" with a page of its own, a "field" on its page, or "" part of one."""
    node = _nodes(api_version).get(pattern)
    if node is None or node.parent is None or _in_rows(node):
        return ""
    listed = node.parent.property
    if isinstance(listed, List) and not listed.rows:
        return "item"
    return "field" if node.is_leaf or isinstance(node.property, List | Map) else ""


@cache
def _nodes(api_version: str) -> dict[str, Node]:
    return {node.pattern: node for node in tree(api_version).walk()}


def _in_rows(node: Node) -> bool:
    here: Node | None = node.parent
    while here is not None:
        prop = here.property
        if isinstance(prop, Map) or (isinstance(prop, List) and prop.rows):
            return True
        here = here.parent
    return False


@bounded(1_000_000)
def _key(name: str) -> str:
    """A member's name as HTML; the same few hundred come again and again."""
    return f'<span class="json__key">{_escaped(json.dumps(name, ensure_ascii=False))}</span>: '


def _escaped(text: str) -> str:
    """JSON as HTML. It is still the same JSON: what HTML has no room for is written as JSON writes it too."""
    text = showable_json(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
