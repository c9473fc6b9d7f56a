"""The buttons of lists: add, remove, undo, duplicate, move, paste."""

from __future__ import annotations

from typing import Any, Final, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, addresses, lists, steps
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.forms.cards import item_title
from vmssbuilder.drafts.forms.conflicts import shown
from vmssbuilder.drafts.forms.lists import ITEMS_A_PAGE
from vmssbuilder.drafts.forms.rows import row_anchor
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.drafts.revision_numbers import counted
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import List, Map, Node
from vmssbuilder.web.problems import problem

from .flash import parameter
from .form import Form, draw
from .frame import frame

_CARD_ACTS: Final = frozenset({"add", "remove", "duplicate", "up", "down"})
_ROW_ACTS: Final = frozenset({"more", "drop", "paste"})


def act(request: HttpRequest, form: Form, act: str, base: int, *, kept: bool) -> HttpResponse:
    """Does what a button of a list says, after its page was saved.

    act: what is done, a colon, and the place; no place means the item of the page, or its list.
    base: the revision that the page showed. kept: whether the page held changes, which are saved by now.
    """
    verb, _, written = act.partition(":")
    revision = base
    holder: Path = ()
    try:
        if verb == "undo":
            number, _, written = written.partition(":")
            revision = counted(number) or 0
        path = paths.parse(written)
        if not path and form.place:
            # The item of this page, or its list, as it was just saved.
            path, revision = form.place if verb == "remove" else form.place[:-1], form.draft.head
        holder = path if verb in ("add", "more", "paste") else path[:-1]
        node = _list(verb, holder, form.draft.api_version)
        if verb in _ROW_ACTS:
            return _after_rows(request, form, verb, node, path, base)
        form.draft, where = actions.edit_list(cast(User, request.user), form.draft, revision, verb, path)
    except (PathError, actions.StaleRevision) as error:
        return _cannot(request, form, f"{error} {_not_changed(kept)}", 400)
    except actions.ItemChanged as changed:
        form.draft = changed.draft
        return _ask(request, form, verb, changed, kept=kept)
    except actions.EditConflict as conflict:
        form.draft = conflict.draft
        words = "was changed by someone else while this page was open"
        return _refused(request, form, holder, f"{words}. {_not_changed(kept)} It is shown as it is now.")
    except lists.CannotUndo as error:
        return _refused(request, form, holder, f"{error} {_not_changed(kept)}")
    return _after_card(request, form, verb, path, where)


def _list(verb: str, holder: Path, api_version: str) -> Node:
    """The list or map that is acted on. Raises PathError when there is none, or the act makes no sense there."""
    node = contents.node_at(holder, api_version)
    if node is None or not isinstance(node.property, List | Map):
        raise PathError("There is no such list.")
    if verb not in (
        _ROW_ACTS | {"undo"} if isinstance(node.property, Map) else _ROW_ACTS | _CARD_ACTS | {"undo"}
    ):
        raise PathError("There is no such act.")
    return node


def _not_changed(kept: bool) -> str:
    return "What you typed was saved, the list was not changed." if kept else "Nothing was changed."


def _after_card(request: HttpRequest, form: Form, verb: str, path: Path, where: Path) -> HttpResponse:
    draft = form.draft
    if verb == "add":
        return _to(request, addresses.page_url(draft.code, where, draft.api_version))
    if verb == "remove":
        # The revision before this one holds what was removed.
        return _to_list(request, draft, where, parameter("removed", path, draft.head - 1))
    if verb == "undo":
        return _to_item(request, draft, where, parameter("back", where))
    return _to_item(request, draft, where, parameter("copied", where) if verb == "duplicate" else "")


def _after_rows(
    request: HttpRequest, form: Form, verb: str, node: Node, path: Path, base: int
) -> HttpResponse:
    """The rows were saved with the page, one fewer or more of them; what is left is to say so."""
    draft = form.draft
    if verb == "drop":
        if not path or not isinstance(path[-1], int):
            raise PathError("There is no such row.")
        item = _dropped(_shown(draft, base), contents.of(draft), path[:-1], path[-1])
        said = parameter("removed", item, base) if item is not None else ""
        return _to_list(request, draft, path[:-1], said)
    now = paths.get(contents.of(draft), path, ())
    if not isinstance(now, dict | list | tuple):
        raise PathError(f"{contents.label(path, draft.api_version)} is not a list.")
    if verb == "more":
        url = addresses.page_url(draft.code, path, draft.api_version)
        return _to(request, url, anchor=row_anchor(node, path, len(now)))
    before = paths.get(_shown(draft, base), path, ())
    if not isinstance(before, dict | list):
        before = ()
    if isinstance(now, dict) and isinstance(before, dict | tuple):
        changed = sum(now[name] != before[name] for name in before if name in now) if before else 0
        added = sum(name not in before for name in now)
    else:
        added, changed = max(len(now) - len(before), 0), 0
    return _to_list(request, draft, path, parameter("pasted", path, added, changed))


def _shown(draft: Draft, base: int) -> dict[str, Any]:
    source: Draft | Revision = draft if base == draft.head else draft.revisions.get(number=base)
    return contents.of(source)


def _dropped(before: dict[str, Any], now: dict[str, Any], holder: Path, number: int) -> Path | None:
    """The place of the row that was removed, in the content the page showed; None for one that was never saved."""
    rows = paths.get(before, holder)
    if isinstance(rows, dict) and number < len(rows):
        name = list(rows)[number]
        return (*holder, name) if paths.get(now, (*holder, name)) is MISSING else None
    if isinstance(rows, list) and number < len(rows):
        left = paths.get(now, holder, [])
        gone = isinstance(left, list) and left.count(rows[number]) < rows.count(rows[number])
        return (*holder, number) if gone else None
    return None


def _to_list(request: HttpRequest, draft: Draft, holder: Path, said: str = "") -> HttpResponse:
    url = addresses.page_url(draft.code, holder, draft.api_version)
    return _to(request, url, said, f"{steps.anchor(holder)}-{'done' if said else 'field'}")


def _to_item(request: HttpRequest, draft: Draft, where: Path, said: str) -> HttpResponse:
    """The list, at one of its items: its card, or the first box of its row."""
    holder = where[:-1]
    node = contents.node_at(holder, draft.api_version)
    assert node is not None
    anchor = steps.anchor(where)
    if not isinstance(node.property, List) or node.property.rows:
        rows = paths.get(contents.of(draft), holder)
        number = list(rows).index(where[-1]) if isinstance(rows, dict) else cast(int, where[-1])
        anchor = row_anchor(node, holder, number)
    place = where[-1]
    far = isinstance(place, int) and place >= ITEMS_A_PAGE
    at = f"at={quote(paths.text(where))}" if far else ""
    said = "&".join(each for each in (at, said) if each)
    return _to(request, addresses.page_url(draft.code, holder, draft.api_version), said, anchor)


def _to(request: HttpRequest, url: str, said: str = "", anchor: str = "") -> HttpResponse:
    kept = ["return=check"] if request.POST.get("return") == "check" else []
    query = "&".join([*kept, *([said] if said else [])])
    return redirect(url + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else ""))


def _refused(request: HttpRequest, form: Form, holder: Path, message: str) -> HttpResponse:
    """The page as the draft is now, with the reason at the list; a page of its own where the list is not on it."""
    label = contents.label(holder, form.draft.api_version)
    message = f"{label}: {message[:1].lower()}{message[1:]}" if message[:3] != "was" else f"{label} {message}"
    on_page = any(form.place + entry.below == holder for entry in form.layout.fields)
    if not on_page or not isinstance(paths.get(contents.of(form.draft), form.place), dict):
        return _cannot(request, form, message, 409)
    return draw(request, form, shown=False, status=409, extra=[Finding("conflict", "error", holder, message)])


_ASKED: Final = {
    "remove": ("Remove {}?", "Remove {}"),
    "duplicate": ("Duplicate {}?", "Duplicate {}"),
    "up": ("Move {} up?", "Move {} up"),
    "down": ("Move {} down?", "Move {} down"),
}


def _ask(
    request: HttpRequest, form: Form, verb: str, changed: actions.ItemChanged, *, kept: bool
) -> HttpResponse:
    """What the person meant and what stands there now, with the same act for the newest revision."""
    draft, path = form.draft, changed.conflicts[0].path
    node = contents.node_at(path, draft.api_version)
    assert node is not None
    assert isinstance(path[-1], int)
    title, button = _ASKED[verb]
    items = paths.get(contents.of(draft), changed.holder) if changed.holder is not None else []
    known = range(len(items)) if isinstance(items, list) else range(0)
    meant = [position for position in known if changed.position in (None, position)]
    choices = [
        {
            "act": f"{verb}:{paths.text((*cast(Path, changed.holder), position))}",
            "title": button.format(item_title(node, items[position], position)[0]),
            "shown": shown(node, items[position]),
        }
        for position in meant
    ]
    name = item_title(node, changed.was, path[-1])[0]
    anchor = steps.anchor(changed.holder if changed.holder is not None else path[:-1])
    context = frame(draft) | {
        "heading": title.format(name),
        "name": name,
        "told": changed.position is not None,
        "removing": verb == "remove",
        "kept": kept,
        "was": shown(node, changed.was),
        "choices": choices,
        "base": draft.head,
        "url": addresses.page_url(draft.code, path[:-1], draft.api_version),
        "stay": f"{addresses.page_url(draft.code, path[:-1], draft.api_version)}#{anchor}-field",
        "returns": request.POST.get("return", ""),
    }
    return render(request, "drafts/item_changed.html", context, status=409)


def _cannot(request: HttpRequest, form: Form, message: str, status: int) -> HttpResponse:
    url = form.url if paths.get(contents.of(form.draft), form.place) is not MISSING else form.step_url
    return problem(request, status, "That cannot be done", message, links=[(url, "Go back")])
