"""Updates: the smallest PATCH that turns a live scale set into the wanted one, and what a PATCH does to a document.

Azure reads the body of an update as a JSON merge patch (RFC 7396): members are merged, null removes, lists are replaced
as a whole. Tags are replaced as a whole too.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from . import paths, versions
from .canonical import canonicalize, ordered
from .catalogue import tree
from .effects import losses
from .findings import Confidence, Finding, errors, warnings
from .paths import MISSING, Path
from .properties import Choice, Json, List, Map, Node, Single
from .secrets import is_reference
from .updating import ANOTHER, IN_A_LIST, Limit, fixed, limits
from .versions import PATCH_SINCE

Blocked = tuple[Path, str]
"""A place and why it stays as it is."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The body of an update, and what is to be known before it is sent.

    body: members to change, null for those to remove; secrets as they stand in the wanted document. findings: errors
    for what stays as it is, warnings for what the update does beyond its words and for what instances lose. resets: the places that the body
    removes, whereupon Azure takes its default.
    """

    body: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    resets: tuple[Path, ...] = ()

    @property
    def blocked(self) -> list[Blocked]:
        """What differs and cannot be carried or changed by an update; the body leaves it out."""
        return [(finding.path, finding.message) for finding in errors(self.findings)]

    @property
    def notes(self) -> list[Blocked]:
        """What the update brings with it."""
        return [(finding.path, finding.message) for finding in warnings(self.findings)]


# --------------------------------------------------------------------------------------------------------------- apply


def apply_patch(live: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """What Azure makes of a live scale set and the body of an update. Neither is changed in place.

    A reference to a stored secret is one value, never merged. Names match in any case, as Azure matches them.
    """
    result: dict[str, Any] = _merged(live, patch)
    for name, value in patch.items():
        if name.casefold() == "tags" and value is not None:
            result[_spelled(result, name, patch)] = _merged({}, value)
    return result


def _merged(live: Any, patch: Any) -> Any:
    if not isinstance(patch, dict) or is_reference(patch):
        return copy.deepcopy(patch)
    result = dict(live) if isinstance(live, dict) and not is_reference(live) else {}
    for name, value in patch.items():
        own = _spelled(result, name, patch)
        if value is None:
            result.pop(own, None)
        else:
            result[own] = _merged(result.get(own), value)
    return result


def _spelled(live: dict[str, Any], name: str, patch: dict[str, Any]) -> str:
    """The live spelling of a member, unless the patch has another member of exactly that spelling."""
    if name in live:
        return name
    folded = name.casefold()
    return next((own for own in live if own.casefold() == folded and own not in patch), name)


# --------------------------------------------------------------------------------------------------------------- merge


def merge_patch(
    live: dict[str, Any], wanted: dict[str, Any], api_version: str, *, put: bool = False
) -> Patch:
    """The smallest update that turns `live` into `wanted`, in as far as an update can. Raises UnknownVersion.

    wanted: the whole document as it is to be. What it leaves out is removed, so a document that holds changes alone
    goes through `apply_patch(live, changes)` first. What only Azure writes is left out of account. put: the changes are
    to be sent with PUT, as `apply_patch(live, body)`; it has a place for everything, but cannot change what is fixed.
    """
    before, _ = canonicalize(live, api_version)
    after, _ = canonicalize(wanted, api_version)
    _respell_identities(before, after)
    comparison = _Comparison(fixed() if put else limits(api_version), put=put)
    body = comparison.members(before, after, tree(api_version), ())
    if put:
        comparison.kept_by_put(api_version)
    elif not versions.within(api_version, PATCH_SINCE):
        if not body and not comparison.findings:
            return Patch({})
        message = f"Scale sets have no PATCH before API version {PATCH_SINCE}. Choose that or a newer one, or send the whole scale set with PUT."
        return Patch({}, (Finding("patch-min-api", "error", (), message),))
    comparison.warn(body, before, after)
    comparison.findings += losses(before, apply_patch(before, body)) if body else []
    return Patch(ordered(body, api_version), tuple(comparison.findings), tuple(comparison.resets))


def _respell_identities(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Azure answers with the resource ids of identities in a case of its own; they are names of members."""
    path = ("identity", "userAssignedIdentities")
    live, wanted = paths.get(before, path), paths.get(after, path)
    if isinstance(live, dict) and isinstance(wanted, dict):
        spelled = {name.casefold(): name for name in wanted if name not in live}
        respelled = {spelled.get(name.casefold(), name): value for name, value in live.items()}
        paths.put(before, path, respelled)


_PROFILE: Final = ("properties", "virtualMachineProfile")
_STORAGE: Final = (*_PROFILE, "storageProfile")
_IMAGE: Final = (*_STORAGE, "imageReference")
_VHD: Final = (*_STORAGE, "osDisk", "image")
_CUSTOM_DATA: Final = (*_PROFILE, "osProfile", "customData")

_MARKETPLACE: Final = ("publisher", "offer", "sku")


class _Comparison:
    """One walk over two documents in canonical case, beside the catalogue."""

    def __init__(self, limits: dict[str, Limit], *, put: bool = False) -> None:
        self.limits = limits
        self.put = put
        self.findings: list[Finding] = []
        self.resets: list[Path] = []
        self.image_stays = False
        self.has_plan = False

    def block(self, path: Path, rule: str, why: str, node: Node | None, confidence: Confidence = "A") -> None:
        label = node.property.title if node is not None else paths.text(path)
        self.findings.append(Finding(rule, "error", path, f"{label} stays as it is. {why}", confidence))

    def note(self, path: Path, rule: str, message: str, confidence: Confidence = "A") -> None:
        self.findings.append(Finding(rule, "warning", path, message, confidence))

    # Objects.

    def members(
        self, before: dict[str, Any], after: dict[str, Any], node: Node | None, path: Path
    ) -> dict[str, Any]:
        """The patch of an object's members."""
        if path == _STORAGE:
            self._image(before, after, node)
        elif not path:
            self.has_plan = bool(before.get("plan"))
        body: dict[str, Any] = {}
        for name in dict.fromkeys((*after, *before)):
            child = member(node, name)
            if child is not None and child.property.read_only:
                self._envelope(before, after, name, path)
                continue
            was, wanted = _present(before.get(name)), _present(after.get(name))
            if not same(was, wanted, child):
                change = self.change(was, wanted, child, (*path, name))
                if change is not MISSING:
                    body[name] = change
        return body

    def _envelope(self, before: dict[str, Any], after: dict[str, Any], name: str, path: Path) -> None:
        """Azure writes name and type, but another one in the request is a wish that nothing can grant."""
        was, wanted = before.get(name), after.get(name)
        if path or name not in ("name", "type") or not isinstance(was, str) or not isinstance(wanted, str):
            return
        if was.casefold() != wanted.casefold():
            what = "name" if name == "name" else "resource type"
            self.findings.append(
                Finding("update-fixed", "error", (name,), f"The {what} of a scale set is fixed. {ANOTHER}")
            )

    def change(self, before: Any, after: Any, node: Node | None, path: Path) -> Any:
        """The patch of one member that differs; MISSING when it stays as it is."""
        limit = self.limits.get(node.pattern) if node is not None else None
        if limit is not None:
            if not _same_but_for_withheld(before, after, node):
                self.block(path, limit.rule, limit.why, node, limit.confidence)
            elif self.put:
                # The list is sent in any case, and the secrets in it are what it was like all along.
                return _plain(after, node)
            return MISSING
        if self._stays(before, after, node, path):
            return MISSING
        if path == ("tags",):
            # Azure takes null for "leave the tags alone".
            if after is MISSING:
                self.resets.append(path)
                return {}
            return _plain(after, node)
        if path == ("identity",) and after is MISSING and isinstance(before, dict):
            return self._no_identity(before, node)
        if after is MISSING:
            return self._removal(before, node, path)
        if isinstance(after, dict) and not _is_value(after, node):
            holder = before if isinstance(before, dict) and not is_reference(before) else {}
            body = self.members(holder, after, node, path)
            if not body and (after or isinstance(before, dict)):
                return MISSING
            return body
        if isinstance(after, list):
            return self._list(before, after, node, path)
        return copy.deepcopy(after)

    def _removal(self, before: Any, node: Node | None, path: Path) -> Any:
        if node is not None and node.property.required:
            self.block(
                path, "update-required", "Azure needs it, so it can be replaced but not removed.", node
            )
            return MISSING
        if isinstance(before, dict) and self._holds_what_stays(before, node, path):
            return self.members(before, {}, node, path) or MISSING
        self.resets.append(path)
        return None

    def _holds_what_stays(self, before: dict[str, Any], node: Node | None, path: Path) -> bool:
        """Whether something in an object cannot be removed, so that the rest has to go member by member."""
        special = (_IMAGE, _VHD, _CUSTOM_DATA)
        return any(self._uncarried(before, node, path)) or any(
            paths.starts_with(place, path) and paths.get(before, place[len(path) :]) is not MISSING
            for place in special
        )

    def _list(self, before: Any, after: list[Any], node: Node | None, path: Path) -> Any:
        found = list(self._uncarried(after, node, path))
        for place, inner in found:
            self.block(place, "update-not-carried", IN_A_LIST, inner)
        if found:
            return MISSING
        for place, inner in _withheld(before, after, node, path):
            message = (
                f"Azure never returns {inner.property.title.lower()}, and the list is sent as a whole. If this item has "
                "some, enter them again."
            )
            self.note(place, "update-put-secrets", message, "I")
        self._certificates(before, after, path)
        return _plain(after, node)

    def _uncarried(self, value: Any, node: Node | None, path: Path) -> Iterator[tuple[Path, Node]]:
        """The places below a value that an update has no place for."""
        if node is None:
            return
        if node.pattern in self.limits:
            yield path, node
        elif isinstance(value, dict) and isinstance(node.property, Single | Map):
            for name, inner in value.items():
                yield from self._uncarried(inner, member(node, name), (*path, name))
        elif isinstance(value, list) and isinstance(node.property, List):
            for position, inner in enumerate(value):
                yield from self._uncarried(inner, node.item, (*path, position))

    # What Azure does not change, although an update has a place for it.

    def _stays(self, before: Any, after: Any, node: Node | None, path: Path) -> bool:
        if self.image_stays and (path in {_IMAGE, _VHD}):
            return True
        if path[:-1] == _IMAGE and before is not MISSING and path[-1] in _MARKETPLACE:
            if self.has_plan:
                why = f"The image of a scale set with a purchase plan stays. {ANOTHER}"
                self.block(path, "update-image-sku", why, node)
                return True
            if path[-1] != "sku" and after is MISSING:
                self.block(path, "update-publisher-offer", "A marketplace image needs it.", node)
                return True
            if path[-1] != "sku":
                message = "Azure takes another publisher or offer only where the new image suits what the scale set has. Try it on a copy first."
                self.note(path, "update-publisher-offer", message)
        if path == ("properties", "singlePlacementGroup") and before is False and after is True:
            self.block(path, "spg-immutable", f"Once off, it cannot be switched on again. {ANOTHER}", node)
            return True
        if path == ("zones",) and isinstance(before, list):
            gone = [zone for zone in before if not isinstance(after, list) or zone not in after]
            if gone:
                why = f"Zones can be added, not removed: keep {', '.join(map(str, gone))}."
                self.block(path, "zones-cannot-remove", why, node)
                return True
        if path == _CUSTOM_DATA and after is MISSING:
            self.block(path, "custom-data-update", "Once set, it can be replaced but not removed.", node)
            return True
        return False

    def _image(self, before: dict[str, Any], after: dict[str, Any], node: Node | None) -> None:
        """A scale set made from one type of image never takes another."""
        was, wanted = _image_type(before), _image_type(after)
        self.image_stays = was is not None and was != wanted
        if not self.image_stays or node is None:
            return
        why = f"It is {was}, and a scale set keeps its type of image. {ANOTHER}"
        for path in (_IMAGE, _VHD):
            below = path[len(_STORAGE) :]
            if not same(paths.get(before, below), paths.get(after, below), node.at(below)):
                self.block(path, "update-image-type", why, node.at(below))

    def _no_identity(self, before: dict[str, Any], node: Node | None) -> Any:
        """Identities go by naming the type None; leaving the member out leaves them alone."""
        kind = node.children.get("type") if node is not None else None
        known = (
            kind.property.values_in(kind.api_version) if kind and isinstance(kind.property, Choice) else ()
        )
        if not any(value.wire == "None" for value in known):
            self.block(("identity",), "update-required", "This API version cannot remove it.", node)
            return MISSING
        self.resets.append(("identity",))
        gone = {name: None for name in before if name in ("identityIds", "userAssignedIdentities")}
        return {"type": "None", **gone}

    # What an update brings with it.

    def kept_by_put(self, api_version: str) -> None:
        """A PUT has no word for "remove": it leaves out, and Azure keeps much of what is left out."""
        for path in self.resets:
            node = tree(api_version).at(path)
            label = node.property.title if node is not None else paths.text(path)
            message = f"{label} is not in the request. Azure may keep the value that it has."
            self.note(path, "update-put-keeps", message, "I")

    def _certificates(self, before: Any, after: list[Any], path: Path) -> None:
        if path == (*_PROFILE, "osProfile", "secrets") and isinstance(before, list):
            kept = set(_certificate_urls(after))
            if any(url not in kept for url in _certificate_urls(before)):
                message = "Existing instances keep the certificates that are removed here; only new ones are made without them."
                self.note(path, "secrets-not-removed", message)

    def warn(self, body: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
        """What follows from the body as a whole."""
        if paths.get(body, ("sku", "name")) is not MISSING:
            message = "A size that the present hardware does not offer can be taken only while the instances are deallocated."
            self.note(("sku", "name"), "update-sku-dealloc", message)
        if paths.get(body, _CUSTOM_DATA) is not MISSING:
            message = "Custom data reaches new and reimaged instances only."
            self.note(_CUSTOM_DATA, "custom-data-update", message)
        if paths.get(body, _PROFILE) is MISSING:
            return
        mode_path = ("properties", "upgradePolicy", "mode")
        mode = paths.get(after, mode_path, paths.get(before, mode_path))
        if mode == "Manual":
            message = "Existing instances keep their old settings until you upgrade them yourself."
            self.note(mode_path, "update-manual-note", message)
        elif mode == "Automatic":
            message = (
                "Azure brings existing instances up to date by itself, and may restart all of them at once."
            )
            self.note(mode_path, "update-auto-note", message)


# -------------------------------------------------------------------------------------------------------------- values


def member(node: Node | None, name: str) -> Node | None:
    """The member of that name, None where nothing is declared."""
    if node is None:
        return None
    return node.item if isinstance(node.property, Map) else node.children.get(name)


def _present(value: Any) -> Any:
    """Null and absent are one in a merge patch."""
    return MISSING if value is None else value


def _is_value(value: dict[str, Any], node: Node | None) -> bool:
    """Whether an object is one value, not merged: free JSON, the reference to a secret."""
    return is_reference(value) or (node is not None and isinstance(node.property, Json))


def same(before: Any, after: Any, node: Node | None) -> bool:
    """Whether Azure sees no difference: case of names, choices and resource ids; what only Azure writes."""
    if before is MISSING or after is MISSING:
        return before is after or _removed_identity(before, after, node)
    if isinstance(before, dict) and isinstance(after, dict):
        if is_reference(before) or is_reference(after):
            return bool(before == after)
        return all(
            (child is not None and child.property.read_only)
            or same(_held(before, name, child), _held(after, name, child), child)
            for name in {**before, **after}
            for child in (member(node, name),)
        )
    if isinstance(before, list) and isinstance(after, list):
        item = node.item if node is not None else None
        return len(before) == len(after) and all(
            same(was, wanted, item) for was, wanted in zip(before, after, strict=True)
        )
    if isinstance(before, str) and isinstance(after, str) and before != after and node is not None:
        return _same_text(before, after, node)
    return isinstance(before, bool) is isinstance(after, bool) and bool(before == after)


def _held(holder: dict[str, Any], name: str, child: Node | None) -> Any:
    """A member; null is absent where it is declared, and a value of its own in free JSON."""
    value = holder.get(name, MISSING)
    return _present(value) if child is not None else value


def _removed_identity(before: Any, after: Any, node: Node | None) -> bool:
    """Whether only a word is gone that says there is no identity."""
    named = node is not None and node.pattern == "identity" and isinstance(before, dict)
    return named and after is MISSING and before.get("type") == "None"


def _same_text(before: str, after: str, node: Node) -> bool:
    if isinstance(node.property, Choice):
        return before.casefold() == after.casefold()
    if node.property.kind == "location":
        return before.replace(" ", "").casefold() == after.replace(" ", "").casefold()
    named = node.property.kind and before.startswith("/") and after.startswith("/")
    return bool(named) and before.casefold() == after.casefold()


def _same_but_for_withheld(before: Any, after: Any, node: Node | None) -> bool:
    """Whether only secrets differ that the live scale set does not show; the place is fixed, so they are as they were."""
    if node is None or not isinstance(node.property, List) or not isinstance(before, list):
        return False
    return same(before, _without_withheld(before, after, node), node)


def _without_withheld(before: Any, after: Any, node: Node | None) -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        return {
            name: _without_withheld(before.get(name, MISSING), value, child)
            for name, value in after.items()
            for child in (member(node, name),)
            if not (child is not None and child.property.secret and name not in before)
        }
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        item = node.item if node is not None else None
        return [_without_withheld(was, wanted, item) for was, wanted in zip(before, after, strict=True)]
    return after


def _withheld(before: Any, after: list[Any], node: Node | None, path: Path) -> Iterator[tuple[Path, Node]]:
    """The places of secrets that items of a list may have had, when they are sent without."""
    live = before if isinstance(before, list) else []
    known = [item.get("name") for item in live if isinstance(item, dict)]
    for position, item in enumerate(after):
        if node is not None and isinstance(item, dict) and item.get("name") in known:
            yield from _without_secret(item, node.item, (*path, position))


def _without_secret(value: dict[str, Any], node: Node | None, path: Path) -> Iterator[tuple[Path, Node]]:
    for wire, child in node.children.items() if node is not None else ():
        inner = value.get(wire)
        if child.property.secret and inner is None:
            yield (*path, wire), child
        elif isinstance(inner, dict):
            yield from _without_secret(inner, child, (*path, wire))


def _plain(value: Any, node: Node | None) -> Any:
    """A copy without what only Azure writes."""
    if isinstance(value, dict) and node is not None and isinstance(node.property, Single | Map):
        return {
            name: _plain(inner, child)
            for name, inner in value.items()
            for child in (member(node, name),)
            if child is None or not child.property.read_only
        }
    if isinstance(value, list) and node is not None:
        return [_plain(inner, node.item) for inner in value]
    return copy.deepcopy(value)


def _image_type(storage: dict[str, Any]) -> str | None:
    image = storage.get("imageReference")
    if isinstance(image, dict):
        if any(image.get(name) for name in _MARKETPLACE):
            return "a marketplace image"
        if any(image.get(name) for name in ("id", "sharedGalleryImageId", "communityGalleryImageId")):
            return "an image of your own or of a gallery"
    return "a VHD" if isinstance(paths.get(storage, ("osDisk", "image")), dict) else None


def _certificate_urls(groups: list[Any]) -> Iterator[str]:
    for group in groups:
        held = paths.get(group, ("vaultCertificates",))
        for certificate in held if isinstance(held, list) else ():
            url = paths.get(certificate, ("certificateUrl",))
            if isinstance(url, str):
                yield url.casefold()
