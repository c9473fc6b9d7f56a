"""Values that follow from what a person just did: filled in, marked so, and never over what somebody typed.

They follow from an act alone, an item that is added or a value that is chosen; reading, opening or pasting a document fills
in nothing. A draft remembers each (`Draft.filled`, by the text of its path). What was filled in is marked for as long as it
stands as it was filled in. A place that was filled in once, or that somebody emptied, is not filled in again: whoever took
it out meant it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import Suggestion, Where
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path

from . import content as contents
from .changes import Changed
from .merging import follow, unshare
from .models import Draft

_PROFILE: Final = "properties.virtualMachineProfile"
_STORAGE: Final = f"{_PROFILE}.storageProfile"
_NICS: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations"
_KEYS: Final = f"{_PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys"
_USER: Final = f"{_PROFILE}.osProfile.adminUsername"
_IMAGE: Final = f"{_STORAGE}.imageReference"
_GROUP: Final = "$target.resourceGroup"

Content = Mapping[str, Any]
Usable = Callable[[User, str, Where, float, str], tuple[Suggestion, ...]]
"""See `forms.picking`."""
Filled = dict[str, Any]
"""Values by the text of their paths; null for a place that is not to be filled in, MISSING for one that may be again."""


# --- What a new item begins with --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is known of an item that is added to a list. pattern: of the list. value: of those that are there already."""

    pattern: str
    member: str
    value: Callable[[Sequence[Any]], Any]


def _next_lun(items: Sequence[Any]) -> int:
    """One more than the highest: a lower one may be that of a disk that was removed and comes back."""
    return 1 + max((lun for each in items if type(lun := paths.get(each, ("lun",))) is int), default=-1)


def _named(stem: str) -> Callable[[Sequence[Any]], str]:
    def value(items: Sequence[Any]) -> str:
        names = (str(paths.get(each, ("name",))).casefold() for each in items)
        numbers = [name.removeprefix(stem) for name in names if name.startswith(stem)]
        known = [int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 9]
        return f"{stem}{max([len(items), *known]) + 1}"

    return value


def _first(items: Sequence[Any]) -> Any:
    """Only the first item is the primary one."""
    return MISSING if items else True


NEW_ITEMS: Final = (
    NewItem(f"{_STORAGE}.dataDisks", "lun", _next_lun),
    NewItem(f"{_STORAGE}.dataDisks", "createOption", lambda _items: "Empty"),
    NewItem(_NICS, "name", _named("nic")),
    NewItem(_NICS, "properties.primary", _first),
    NewItem(_NICS, "properties.ipConfigurations[0].name", lambda _items: "ip1"),
    NewItem(_NICS, "properties.ipConfigurations[0].properties.primary", lambda _items: True),
    NewItem(f"{_NICS}[].properties.ipConfigurations", "name", _named("ip")),
    NewItem(f"{_NICS}[].properties.ipConfigurations", "properties.primary", _first),
)


def new_item(holder: Path, content: Content, api_version: str) -> dict[str, Any]:
    """What an item begins with that is added at the end of the list at `holder`."""
    items = paths.get(content, holder, [])
    made: dict[str, Any] = {}
    if not items and paths.get(content, (contents.TARGET, "operation")) == "update":
        # An update holds changes alone: nobody knows what else there is.
        return made
    for known in NEW_ITEMS:
        if known.pattern != _pattern(holder) or not isinstance(items, list):
            continue
        member = paths.parse(known.member)
        value = known.value(items)
        if value is not MISSING and contents.node_at((*holder, 0, *member), api_version) is not None:
            paths.put(made, member, value)
    return made


def _pattern(path: Path) -> str:
    return paths.text(contents.shape(path)).replace("[0]", "[]")


# --- What follows from a value ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consequence:
    """A value that follows from another. when: places of which one has to be changed. follows: whether it does follow."""

    place: str
    value: Any
    when: tuple[str, ...]
    follows: Callable[[Content], bool]


def _is(place: str, *values: str) -> Callable[[Content], bool]:
    return lambda content: paths.get(content, paths.parse(place)) in values


def _has(*places: str) -> Callable[[Content], bool]:
    return lambda content: any(
        paths.get(content, paths.parse(each)) not in (MISSING, "", {}) for each in places
    )


CONSEQUENCES: Final = (
    Consequence(
        "properties.platformFaultDomainCount",
        1,
        ("properties.orchestrationMode",),
        _is("properties.orchestrationMode", "Flexible"),
    ),
    Consequence(
        f"{_PROFILE}.networkProfile.networkApiVersion",
        "2020-11-01",
        ("properties.orchestrationMode",),
        _is("properties.orchestrationMode", "Flexible"),
    ),
    Consequence(
        f"{_STORAGE}.osDisk.createOption",
        "FromImage",
        (_IMAGE, f"{_STORAGE}.osDisk"),
        _has(_IMAGE),
    ),
    Consequence(
        f"{_STORAGE}.osDisk.diffDiskSettings.option",
        "Local",
        (f"{_STORAGE}.osDisk.diffDiskSettings",),
        _has(f"{_STORAGE}.osDisk.diffDiskSettings.placement"),
    ),
)
"""Ephemeral disks can only be local; the other values are those that nearly everybody needs."""


def following(draft: Draft, shown: Content, changes: Sequence[Changed], region: str = "") -> list[Changed]:
    """The changes with what follows from them, of a draft that is a create; never a second one of a place.

    shown: what the page showed. region: that of the resource group as it will be, where it is known.
    """
    wanted = list(changes)
    held = contents.of(draft)
    after = _after(held, shown, wanted)
    if not changes or paths.get(after, (contents.TARGET, "operation")) == "update":
        return wanted
    own = {change.path for change in changes}
    closed = {paths.parse(place) for place in draft.filled} | own
    standing = marked(draft, held) - own
    for known in (*CONSEQUENCES, Consequence("location", region, (_GROUP,), lambda _content: bool(region))):
        path = paths.parse(known.place)
        moved = any(
            paths.starts_with(change.path, paths.parse(each))
            for change in changes
            for each in known.when
            if change.wanted is not MISSING
        )
        if moved and path in standing:
            # It was filled in for what was chosen before.
            value = known.value if known.follows(after) else MISSING
            if value != paths.get(held, path):
                wanted.append(Changed(path, paths.get(held, path), value))
        elif (
            moved
            and path not in closed
            and known.follows(after)
            and paths.get(after, path) is MISSING
            and paths.get(shown, path) is MISSING
            and contents.node_at(path, draft.api_version) is not None
        ):
            wanted.append(Changed(path, MISSING, known.value))
    return [_with_path(change, after) for change in wanted]


def region_of(user: User, draft: Draft, shown: Content, changes: Sequence[Changed], usable: Usable) -> str:
    """The region of the resource group that the changes choose, as far as it is known already; "" else.

    shown: what the page showed.
    """
    group = next((each.wanted for each in changes if each.path == paths.parse(_GROUP)), MISSING)
    if not isinstance(group, str) or not group:
        return ""
    subscription = paths.get(
        _after(contents.of(draft), shown, changes), (contents.TARGET, "subscription"), ""
    )
    found = usable(user, "resourceGroup", Where(subscription), 0.0, group)
    return next((str(each.facts.get("location", "")) for each in found), "")


def _after(content: Content, shown: Content, changes: Sequence[Changed]) -> dict[str, Any]:
    """The content as changes of what was shown leave it; what they change is copied, the rest is shared.

    Items that others moved are followed. A change of one that is gone is left out: the save asks about it.
    """
    made = dict(content)
    for change in changes:
        place = follow(change.path, shown, content)
        if place is not None and not change.secret and not hasattr(change.wanted, "members"):
            unshare(made, place)
            paths.force(made, place, change.wanted)
    return made


_KEYS_PATH: Final = paths.parse(_KEYS)


def _with_path(change: Changed, after: Content) -> Changed:
    """A change of the SSH keys, with the path of each new key that has none: Azure takes no other for the user."""
    user = paths.get(after, paths.parse(_USER))
    if (
        change.path != _KEYS_PATH
        or not isinstance(change.wanted, list)
        or not isinstance(user, str)
        or not user
    ):
        return change
    before = change.shown if isinstance(change.shown, list) else []
    keys = [_key_with_path(key, user) if _is_new(key, before) else key for key in change.wanted]
    return replace(change, wanted=keys)


def _is_new(key: Any, before: Sequence[Any]) -> bool:
    data = paths.get(key, ("keyData",))
    return (
        isinstance(data, str)
        and len(data.split()) > 1
        and all(paths.get(each, ("keyData",)) != data for each in before)
    )


def _key_with_path(key: Any, user: str) -> Any:
    return key if "path" in key else {"path": f"/home/{user}/.ssh/authorized_keys", **key}


# --- What a draft remembers -------------------------------------------------------------------------------------------


def filled_by(before: Sequence[Changed], after: Sequence[Changed]) -> Filled:
    """What `following` made of changes, and what they emptied on purpose, for `remember`."""
    found: Filled = {}
    known = {change.path: change for change in before}
    for change in after:
        was = known.get(change.path)
        if was is None:
            found[paths.text(change.path)] = change.wanted
        elif was.wanted is MISSING and _is_known(change.path):
            found[paths.text(change.path)] = None
        elif change is not was and isinstance(was.wanted, list) and isinstance(change.wanted, list):
            for number, (own, made) in enumerate(zip(was.wanted, change.wanted, strict=True)):
                if own != made:
                    found[paths.text((*change.path, number, "path"))] = made["path"]
    return found


def _is_known(path: Path) -> bool:
    return path == ("location",) or paths.text(path) in {each.place for each in CONSEQUENCES}


def of_item(where: Path, item: Mapping[str, Any]) -> Filled:
    """What an item that was added begins with, for `remember`."""
    return {paths.text((*where, *below)): value for below, value in _leaves(item)}


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path, value


def remember(draft: Draft, filled: Filled) -> None:
    """Notes on the draft, which is about to be written, what was filled in."""
    if filled:
        noted = {**draft.filled, **filled}
        draft.filled = {place: value for place, value in noted.items() if value is not MISSING}


def forget_list(draft: Draft, holder: Path) -> None:
    """Lets go of what is noted about the items of a list: they stand elsewhere now."""
    draft.filled = {
        place: value
        for place, value in draft.filled.items()
        if not (paths.starts_with(paths.parse(place), holder) and len(paths.parse(place)) > len(holder))
    }


def marked(draft: Draft, content: Content | None = None) -> frozenset[Path]:
    """The places that stand as they were filled in."""
    held = contents.of(draft) if content is None else content
    return frozenset(
        path
        for place, value in draft.filled.items()
        if value is not None and paths.get(held, path := paths.parse(place)) == value
    )
