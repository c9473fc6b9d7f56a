"""Every change of a draft: checks permission, writes, records the event, in one transaction."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.scaleset import Request, Target, paths, secrets
from vmssbuilder.scaleset.canonical import Note
from vmssbuilder.scaleset.kept import label
from vmssbuilder.scaleset.paths import MISSING, Path, PathError

from . import commenting, known_values, lists, merging, noting, searching, vault
from . import content as contents
from .access import Access, require
from .changes import Changed
from .models import Draft, Revision


@dataclass(frozen=True, slots=True)
class SaveConflict:
    """One place that someone else changed in the meantime: what it holds now, and what this person wanted.

    moved: items of a list on the way to it were added, removed or moved so that nobody can tell which one was meant.
    """

    path: Path
    theirs: Any
    wanted: Any
    moved: bool = False


class EditConflict(Exception):
    """Others changed the same places since the page was opened. Nothing was saved."""

    def __init__(self, conflicts: list[SaveConflict], draft: Draft) -> None:
        super().__init__("The draft was changed in the same places since this page was opened.")
        self.conflicts = conflicts
        self.draft = draft


class ItemChanged(EditConflict):
    """The item of an act is not what its page showed, or nobody can tell which one it is now. Nothing was saved.

    holder: where its list is now, None when that is gone. was: the item as the page showed it. position: where it stands
    now, None when that cannot be told.
    """

    def __init__(self, draft: Draft, path: Path, holder: Path | None, was: Any, position: int | None) -> None:
        super().__init__([SaveConflict(path, MISSING, was, moved=position is None)], draft)
        self.holder = holder
        self.was = was
        self.position = position


class UnderWay(Exception):
    """The draft is on its way to Azure, and its secrets are needed until that has ended."""


class StaleRevision(Exception):
    """The form was made from a revision that the draft does not have."""


def create(user: User, request: Request, how: str, notes: Collection[Note] = ()) -> Draft:
    """A new draft with one revision. how: "blank", "pasted", ... for the log. notes: what reading its text made of it."""
    with transaction.atomic():
        draft = Draft.objects.create(owner=user)
        address = {
            "operation": request.operation,
            "subscription": request.target.subscription,
            "resourceGroup": request.target.resource_group,
            "name": request.target.name,
            "apiVersion": request.api_version,
        }
        _write(draft, user, {**request.document, contents.TARGET: address}, automatic=False)
        noting.keep(draft, notes)
        record(user, "draft.created", draft.code, how=how)
    return draft


def copy_draft(user: User, source: Draft, number: int = 0) -> Draft:
    """A new draft of the person's own with what a draft holds, or its revision of that number; for another scale set.

    Its name is left out, since no two of a group share one. Secrets stay with the draft that holds them: a note names each,
    to be entered again. Raises StaleRevision when there is no such revision, Http404 when the person may not see the draft.
    """
    require(user, source, Access.VIEW)
    content = shown_at(source, number or source.head)
    address = content[contents.TARGET]
    document = _document(content)
    notes = [
        Note(
            "withheld", path, f"{label(path, document, address['apiVersion'])} is not copied: enter it again."
        )
        for path, _value in secrets.find(document)
    ]
    document = copy.deepcopy(document)
    # From the last item of a list to its first, so that positions stay what they are.
    for note in sorted(notes, key=lambda each: paths.text(each.path), reverse=True):
        paths.remove(document, note.path, prune=True)
    target = Target(address["subscription"], address["resourceGroup"])
    return create(
        user, Request(target, "create", address["apiVersion"], document), f"copy of {source.code}", notes
    )


def save(
    user: User,
    draft: Draft,
    base: int,
    changes: Sequence[Changed],
    *,
    automatic: bool = False,
    filled: known_values.Filled | None = None,
) -> Draft:
    """Applies changes made on a page of revision `base` to the newest revision, and answers the draft as saved.

    filled: what of it was filled in for the person, see `known_values`.

    Changes by others to other places stay, and an item that others moved is followed to where it stands now. Raises
    EditConflict when others changed the same place to something else, StaleRevision when there is no such revision,
    Http404 or PermissionDenied when the person may not edit.
    """

    def apply(now: dict[str, Any], shown: dict[str, Any], newest: Draft) -> None:
        conflicts = []
        merged = []
        filled_in = known_values.marked(newest, now)
        for change in changes:
            place = merging.follow(change.path, shown, now)
            theirs = paths.get(now, change.path if place is None else place)
            value = (
                vault.merged(newest, change.shown, theirs, change.wanted)
                if isinstance(change.wanted, vault.Members)
                else merging.merge(change.shown, theirs, change.wanted)
            )
            if value is merging.CLASH and place in filled_in:
                # Nobody chose it: what a person typed meanwhile stands.
                value = change.wanted
            if place is None or value is merging.CLASH:
                wanted = MISSING if change.secret else change.wanted
                conflicts.append(SaveConflict(change.path, theirs, wanted, moved=place is None))
            else:
                merged.append((place, change, value))
        if conflicts:
            raise EditConflict(conflicts, newest)
        for place, change, value in merged:
            merging.unshare(now, place)
            kept = vault.store(newest, value) if change.secret and value is not MISSING else value
            paths.force(now, place, kept)
        known_values.remember(newest, filled or {})

    return _edit(user, draft, base, apply, automatic=automatic, shared=True)


def edit_list(
    user: User, draft: Draft, base: int, act: str, path: Path, item: dict[str, Any] | None = None
) -> tuple[Draft, Path]:
    """Adds, removes, duplicates or moves an item of a list; answers the draft and the path of the item acted on.

    act: "add" with the list's path, and the item if it is not one of known values alone; "remove", "duplicate", "up" or "down" with the item's; "undo" with that of an item
    or tag that revision `base` holds, to put it back.

    The item is that of revision `base`, wherever others have moved it since, and what they did to other items stays.
    Raises ItemChanged when it cannot be found, when what it was to be moved past is gone, or when it is to be removed
    and holds something else now; PathError when there is no such item, CannotUndo, and as `save` does.
    """
    where: Path = path

    def apply(now: dict[str, Any], shown: dict[str, Any], locked: Draft) -> None:
        nonlocal where
        if act == "undo":
            where = lists.put_back(now, shown, path)
        elif act == "add":
            where = _add(now, shown, locked, path, item)
        else:
            where = _act(now, shown, locked, act, path)
        if act != "add":
            known_values.forget_list(locked, path[:-1])

    return _edit(user, draft, base, apply, automatic=False), where


def _add(
    now: dict[str, Any], shown: dict[str, Any], locked: Draft, path: Path, item: dict[str, Any] | None
) -> Path:
    """Adds an item at the end of the list that the page showed at `path`; without one, what is known of it."""
    found = merging.follow(path, shown, now)
    if found is None:
        raise EditConflict([SaveConflict(path, MISSING, MISSING, moved=True)], locked)
    items = paths.get(now, found, [])
    if not isinstance(items, list):
        raise PathError(f"{paths.text(found)} is not a list.")
    where = (*found, len(items))
    if item is None:
        item = known_values.new_item(found, now, locked.api_version)
        known_values.remember(locked, known_values.of_item(where, item))
    paths.force(now, where, item)
    return where


def _act(now: dict[str, Any], shown: dict[str, Any], locked: Draft, act: str, path: Path) -> Path:
    """Removes, duplicates or moves the item that the page showed at `path`, wherever others moved it since."""
    was = paths.get(shown, path)
    if was is MISSING or not isinstance(path[-1], int):
        raise PathError(f"{paths.text(path)} is not there any more.")
    holder, found = merging.follow(path[:-1], shown, now), merging.follow(path, shown, now)
    if found is None:
        raise ItemChanged(locked, path, holder, was, None)
    items, position = paths.get(now, found[:-1]), cast(int, found[-1])
    if act in ("up", "down"):
        return _past(now, shown, locked, act, path, found)
    if act == "duplicate":
        items.insert(position + 1, lists.copied(items, position))
        return (*found[:-1], position + 1)
    if not merging.same(items[position], was):
        raise ItemChanged(locked, path, holder, was, position)
    del items[position]
    if not items:
        paths.remove(now, found[:-1], prune=True)
    return found[:-1]


def _past(
    now: dict[str, Any], shown: dict[str, Any], locked: Draft, act: str, path: Path, found: Path
) -> Path:
    """Moves an item past its neighbor of the page, wherever the two are now. What others put between stays between."""
    items, position = paths.get(now, found[:-1]), cast(int, found[-1])
    beside = (*path[:-1], cast(int, path[-1]) + {"up": -1, "down": 1}[act])
    if paths.get(shown, beside) is MISSING:
        return found
    neighbor = merging.follow(beside, shown, now)
    if neighbor is None:
        raise ItemChanged(locked, path, found[:-1], paths.get(shown, path), position)
    other = cast(int, neighbor[-1])
    if (position > other) == (act == "up"):
        items.insert(other, items.pop(position))
        return neighbor
    return found


def replace_document(
    user: User,
    draft: Draft,
    base: int,
    document: dict[str, Any],
    *,
    seen: int = 0,
    agreed: Collection[Path] = (),
) -> Draft:
    """The whole document edited as JSON, merged with what others saved since revision `base`.

    agreed: places of which the person saw what revision `seen` holds, and wants theirs to stand nevertheless. Raises
    EditConflict when others changed other places to something else, or these again, and as `save` does.
    """

    def apply(now: dict[str, Any], shown: dict[str, Any], locked: Draft) -> None:
        held, before = _document(now), copy.deepcopy(_document(shown))
        if agreed:
            known = shown_at(locked, seen)
            for place in agreed:
                # What is not there any more is asked about anew.
                with suppress(PathError):
                    value = paths.get(known, place)
                    if value is MISSING:
                        paths.remove(before, place)
                    else:
                        paths.put(before, place, value)
        conflicts = [
            SaveConflict(place, paths.get(held, place), paths.get(document, place))
            for place in merging.clashes(before, held, document)
        ]
        if conflicts:
            raise EditConflict(conflicts, locked)
        merged = merging.merge(before, held, document)
        for name in held:
            del now[name]
        now.update(merged)

    return _edit(user, draft, base, apply, automatic=False)


def _document(content: dict[str, Any]) -> dict[str, Any]:
    """The content without the address."""
    return {name: value for name, value in content.items() if name != contents.TARGET}


def apply_fix(user: User, draft: Draft, base: int, fix: Callable[[dict[str, Any]], dict[str, Any]]) -> Draft:
    """Applies a finding's fix to the newest revision."""

    def apply(now: dict[str, Any], _shown: dict[str, Any], _locked: Draft) -> None:
        changed = fix(now)
        now.clear()
        now.update(changed)

    return _edit(user, draft, base, apply, automatic=False)


def apply_fixes(user: User, draft: Draft, base: int, fixed: dict[str, Any]) -> Draft:
    """The whole content as fixes left it that were made on revision `base`, merged with what others saved since.

    Raises EditConflict when others changed the same places to something else, and as `save` does.
    """

    def apply(now: dict[str, Any], shown: dict[str, Any], newest: Draft) -> None:
        merged = merging.merge(shown, now, fixed)
        if merged is merging.CLASH:
            conflicts = [
                SaveConflict(place, paths.get(now, place), paths.get(fixed, place))
                for place in merging.clashes(shown, now, fixed)
            ]
            raise EditConflict(conflicts, newest)
        now.clear()
        now.update(merged)

    return _edit(user, draft, base, apply, automatic=False, shared=True)


def restore(user: User, draft: Draft, base: int, number: int) -> tuple[Draft, list[Path]]:
    """Brings back what revision `number` held, as a new revision.

    Answers the draft, and the places of secrets that were destroyed since and are empty now. Raises EditConflict when
    anyone saved after revision `base`, and as `save` does.
    """
    lost: list[Path] = []

    def apply(now: dict[str, Any], shown: dict[str, Any], newest: Draft) -> None:
        if not merging.same(now, shown):
            raise EditConflict([SaveConflict((), MISSING, MISSING)], newest)
        content = copy.deepcopy(shown_at(newest, number))
        references = secrets.references(content)
        kept = set(newest.secrets.filter(code__in=references).values_list("code", flat=True))
        lost[:] = [path for code, path in references.items() if code not in kept]
        # From the last item of a list to its first, so that positions stay what they are.
        for path in sorted(lost, key=paths.text, reverse=True):
            paths.remove(content, path, prune=True)
        now.clear()
        now.update(content)

    return _edit(user, draft, base, apply, automatic=False, restores=number), lost


def adopt(user: User, draft: Draft, base: int, document: dict[str, Any]) -> Draft:
    """The whole document as a comparison with Azure left it.

    It makes a revision even where nothing differs: what an approval was about has changed. Raises EditConflict when
    anyone saved after revision `base`, and as `save` does.
    """

    def apply(now: dict[str, Any], shown: dict[str, Any], newest: Draft) -> None:
        if not merging.same(now, shown):
            raise EditConflict([SaveConflict((), MISSING, MISSING)], newest)
        for name in _document(now):
            del now[name]
        now.update(copy.deepcopy(document))

    return _edit(user, draft, base, apply, automatic=False, always=True)


def choose_system(user: User, draft: Draft, system: str) -> None:
    """Remembers which operating system a person says the draft is for, "" to let the request tell.

    It decides what the form shows and is no part of the request, so that no revision is made of it.
    """
    require(user, draft, Access.EDIT)
    with transaction.atomic():
        draft.system = system
        Draft.objects.filter(pk=draft.pk).update(system=system)
        record(user, "draft.system-chosen", draft.code, system=system)


def discard(user: User, draft: Draft) -> None:
    """Puts the draft away for good and destroys its secrets. Raises UnderWay while it is being sent to Azure."""
    require(user, draft, Access.OWN)
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        require(user, locked, Access.OWN)
        if locked.submissions.filter(state__in=locked.submissions.model.WAITING).exists():
            raise UnderWay("It is on its way to Azure. Stop that first, or discard it when it has ended.")
        draft.discarded = timezone.now()
        draft.save(update_fields=["discarded", "updated"])
        destroyed = vault.destroy(draft)
        searching.forget(draft)
        record(user, "draft.discarded", draft.code, secrets_destroyed=destroyed)


def _edit(
    user: User,
    draft: Draft,
    base: int,
    apply: Callable[[dict[str, Any], dict[str, Any], Draft], None],
    *,
    automatic: bool,
    restores: int | None = None,
    shared: bool = False,
    always: bool = False,
) -> Draft:
    """shared: `apply` changes nothing in place that it has not copied, so that the content need not be copied whole.

    always: a revision is made even of what is the same as before.
    """
    require(user, draft, Access.EDIT)
    # First on the draft as the caller read it: nearly always it is still the newest, and no second look is needed.
    if base <= draft.head:
        saved = _attempt(user, copy.copy(draft), base, apply, automatic, restores, shared, always)
        if saved is not None:
            return saved
    with transaction.atomic():
        locked = Draft.objects.select_for_update().select_related("owner").get(pk=draft.pk)
        require(user, locked, Access.EDIT)
        saved = _attempt(user, locked, base, apply, automatic, restores, shared, always)
        assert saved is not None, "nobody saves a draft that is locked"
        return saved


def _attempt(
    user: User,
    draft: Draft,
    base: int,
    apply: Callable[[dict[str, Any], dict[str, Any], Draft], None],
    automatic: bool,
    restores: int | None,
    shared: bool,
    always: bool,
) -> Draft | None:
    """One try to save on this state of the draft; None, and nothing written, when it is not the newest any more."""
    before, shown = contents.of(draft), shown_at(draft, base)
    now = contents.of(draft) if shared else copy.deepcopy(before)
    try:
        with transaction.atomic():
            apply(now, shown, draft)
            if always or not merging.same(now, before):
                _write(draft, user, now, automatic=automatic, restores=restores)
                commenting.follow(draft, before, contents.of(draft), automatic=automatic)
                also = {} if restores is None else {"restores": restores}
                record(user, "draft.saved", draft.code, revision=draft.head, automatic=automatic, **also)
    except _Overtaken:
        return None
    return draft


class _Overtaken(Exception):
    """Someone else saved since the draft was read."""


def shown_at(draft: Draft, base: int) -> dict[str, Any]:
    """The content that a page of revision `base` was made from. Raises StaleRevision when there is none."""
    if base == draft.head:
        return contents.of(draft)
    try:
        return contents.of(draft.revisions.get(number=base))
    except Revision.DoesNotExist:
        raise StaleRevision(f"This draft has no revision {base}.") from None


def _write(
    draft: Draft, user: User, content: dict[str, Any], *, automatic: bool, restores: int | None = None
) -> None:
    """Saves content as the next revision; secrets that stand in clear go into the vault first.

    Raises _Overtaken when the draft has a newer revision than this, or was discarded.
    """
    held, target = draft.document, draft.target
    contents.fill(draft, content)
    draft.document = vault.take_out(draft, draft.document, held)
    draft.updated = timezone.now()
    # The draft and its revision have the same columns of these names.
    columns: dict[str, Any] = {
        "subscription": draft.subscription,
        "resource_group": draft.resource_group,
        "name": draft.name,
        "operation": draft.operation,
        "api_version": draft.api_version,
        "document": draft.document,
    }
    # A thread that somebody began since the draft was read has to be followed, too; another owner is asked for permission.
    same = {"head": draft.head, "discarded": None, "threads": draft.threads, "owner": draft.owner_id}
    newest = Draft.objects.filter(pk=draft.pk, **same)
    draft.head += 1
    if not newest.update(head=draft.head, updated=draft.updated, filled=draft.filled, **columns):
        raise _Overtaken
    Revision.objects.create(
        draft=draft,
        number=draft.head,
        author=user,
        at=draft.updated,
        automatic=automatic,
        restores=restores,
        **columns,
    )
    if draft.target != target:
        searching.index(draft)
