"""Where in a document an error belongs: by the name that Azure gives, by a value it quotes, by its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Choice, List, Map, Node
from vmssbuilder.scaleset.versions import LATEST

MOST_PLACES: Final = 50_000
"""Places of a document that are looked at."""
MOST_VALUES: Final = 20
"""Values quoted in a message that are looked for."""

TOP_LEVEL: Final = frozenset(
    "location tags sku plan properties identity zones extendedLocation placement".split()
)

_BEFORE: Final = re.compile(
    r"(?:\$\.|/)?(?:(?:vmss|virtualMachineScaleSets?|virtualMachines?|vm|resource|parameters?)\."
    r"|properties\.(?:template\.resources|updateGroups)\[\d+\]\.|(?:template\.)?resources\[\d+\]\.)*",
    re.IGNORECASE,
)
"""What stands before a path where the request travelled inside something else: a template, Azure's groups of instances."""

_INSIDE: Final = {
    "vmsize": ("sku", "name"),
    "vm.size": ("sku", "name"),
    "hardwareprofile.vmsize": ("sku", "name"),
    "sku.vmsize": ("sku", "name"),
    "overprovisionenabled": ("properties", "overprovision"),
    "computername": ("properties", "virtualMachineProfile", "osProfile", "computerNamePrefix"),
    "availabilityzone": ("zones",),
    "availabilityzones": ("zones",),
    "instancecount": ("sku", "capacity"),
    "resourceidentity.identityids": ("identity", "userAssignedIdentities"),
    "resourceidentity.type": ("identity", "type"),
}
"""Names that Azure has inside for what the document calls otherwise."""

_ID: Final = re.compile(r"/subscriptions/[^\s'\"“”<>()\[\]]{1,1000}", re.IGNORECASE)
_LINKED: Final = re.compile(r"linked subscriptions?(?:\(s\))? '([0-9a-f-]{8,40})'", re.IGNORECASE)
_SIZE: Final = re.compile(r"\b(?:Standard|Basic)_(?!(?:LRS|ZRS)\b)[A-Za-z0-9_-]{2,60}")
_QUOTED: Final = re.compile(r"['\"“]([^'\"“”\n]{3,200})['\"”]")
_DISK_TYPE: Final = re.compile(r"\b(?:Premium|PremiumV2|Standard|StandardSSD|UltraSSD)_(?:LRS|ZRS)\b")
_IMAGE: Final = re.compile(r"\b([\w.-]{1,80}):([\w.-]{1,80}):([\w.-]{1,80}):([\w.-]{1,80})\b")
_LABEL: Final = re.compile(r"\b([a-z0-9][a-z0-9-]{1,62})\.[a-z0-9]+\.cloudapp\.[a-z.]+", re.IGNORECASE)


class Locator:
    """The places of one document; of what it lacks, those of the schema."""

    def __init__(self, document: Any = None) -> None:
        self.document = document if isinstance(document, dict) else None
        self._seen: list[tuple[Path, Any]] | None = None

    @property
    def all(self) -> list[tuple[Path, Any]]:
        if self._seen is None:
            self._seen = list(islice(_walk(self.document, ()), MOST_PLACES))
        return self._seen

    @property
    def unplaced(self) -> bool:
        """Whether the document says that instances are in no single placement group."""
        return paths.get(self.document, ("properties", "singlePlacementGroup"), None) is False

    # --- by name -----------------------------------------------------------------------------------------------------

    def named(self, written: str, message: str = "") -> Path | None:
        """The place of a name that Azure gives in full or by its end; None where it names none.

        message: tells places of one name apart, by the value that stands in it.
        """
        bare = without_carrier(written)
        if "/" in bare and "." not in bare:
            bare = bare.strip("/").replace("/", ".")
        folded = bare.casefold().removeprefix("properties.").removeprefix("virtualmachineprofile.")
        if folded in _INSIDE:
            return _INSIDE[folded]
        try:
            path = paths.parse(bare)
        except paths.PathError:
            return None
        if not path:
            return None
        return self._in_document(path, message) or self._in_schema(path)

    def standing(self, written: str) -> Path | None:
        """The place of a name where the document has one, the first of several."""
        end = paths.parse(written)
        return next((place for place, _value in self.all if _ends_with(place, end)), None)

    def _in_document(self, path: Path, message: str) -> Path | None:
        if self.document is None:
            return None
        exact = _spelled(self.document, path)
        if exact is not None:
            return exact
        ends = [(place, value) for place, value in self.all if _ends_with(place, path)]
        if len(ends) > 1 and message:
            quoting = [(place, value) for place, value in ends if isinstance(value, str) and value in message]
            ends = quoting or ends
        return ends[0][0] if len(ends) == 1 else None

    def _in_schema(self, path: Path) -> Path | None:
        whole = _spelled_in_schema(path)
        if whole is not None:
            return whole
        if isinstance(path[-1], str):
            matching = [each for each in _by_name().get(path[-1].casefold(), ()) if _steps_end(each, path)]
            if len(matching) == 1:
                return self.concrete(matching[0])
        return path if path[0] in TOP_LEVEL else None

    def concrete(self, steps: tuple[str | None, ...]) -> Path:
        """The place of a pattern: inside the only item of each list, or the list where it has more or none."""
        made: list[str | int] = []
        for step in steps:
            if step is None:
                held = paths.get(self.document, tuple(made), None)
                if not isinstance(held, list) or len(held) != 1:
                    break
                made.append(0)
            else:
                made.append(step)
        return tuple(made)

    # --- by value ----------------------------------------------------------------------------------------------------

    def referred(self, message: str) -> Path | None:
        """Where the document refers to a resource that the message names, or to something inside it."""
        for found in islice(_ID.finditer(message), MOST_VALUES):
            place = self._of_id(found[0].rstrip(".,;:"))
            if place is not None:
                return place
        linked = _LINKED.search(message)
        if linked:
            start = f"/subscriptions/{linked[1]}/".casefold()
            return next((path for path, value in self._texts() if value.casefold().startswith(start)), None)
        return None

    def _of_id(self, resource_id: str) -> Path | None:
        wanted = resource_id.casefold()
        inside = None
        for path, value in self.all:
            last = path[-1]
            if isinstance(last, str) and last.casefold() == wanted:
                return path
            if isinstance(value, str):
                folded = value.casefold()
                if folded == wanted:
                    return path
                if inside is None and folded.startswith(f"{wanted}/"):
                    inside = path
        return inside

    def size(self, message: str) -> Path | None:
        """Where a size that the message names stands in the document."""
        return self._of_values(_SIZE.findall(message))

    def quoted(self, message: str) -> Path | None:
        """Where a value that the message quotes stands, or a name that it calls something by."""
        image = _IMAGE.search(message)
        if image and self._of_values([image[2]]) is not None:
            return ("properties", "virtualMachineProfile", "storageProfile", "imageReference")
        label = _LABEL.search(message)
        named = [label[1]] if label else []
        return self._of_values([*named, *_DISK_TYPE.findall(message), *_QUOTED.findall(message)])

    def extension(self, message: str) -> Path | None:
        """The extension that a message calls by its name, or by its type in words."""
        found = self.quoted(message)
        if found and "extensions" in found:
            return _extension(found)
        said = _compact(message)
        called = (
            (path, value)
            for path, value in self._texts()
            if "extensions" in path and path[-1] in {"type", "name"}
        )
        return next(
            (_extension(path) for path, value in called if len(value) > 7 and _compact(value) in said), None
        )

    def _of_values(self, values: Iterable[str]) -> Path | None:
        for value in islice(values, MOST_VALUES):
            found = [
                path
                for path, held in self._texts()
                if held.casefold() == value.casefold() and path[0] not in {"location", "tags"}
            ]
            if len(found) == 1:
                return _item(found[0])
        return None

    def _texts(self) -> Iterator[tuple[Path, str]]:
        return ((path, value) for path, value in self.all if isinstance(value, str))

    # --- by words ----------------------------------------------------------------------------------------------------

    def camel(self, message: str) -> Path | None:
        """The place of a name that stands in the message as documents have it, without a word that says so."""
        for name in islice(_CAMEL.findall(message), MOST_VALUES):
            place = self.named(name, message)
            if place is not None and declared(place):
                return place
        return None

    def chosen(self, message: str) -> Path | None:
        """The setting that alone has a value which the message names, such as TrustedLaunch."""
        for value in islice(_CHOSEN.finditer(message), MOST_VALUES):
            steps = _choices().get(value[0])
            if steps:
                return self.concrete(steps)
        return None

    def spoken(self, message: str) -> Path | None:
        """The setting that people mean by an everyday word, where nothing else tells."""
        said = f" {_words(message)} "
        for phrase, steps in _EVERYDAY:
            if f" {phrase} " in said or f" {phrase}s " in said:
                return self.concrete(steps)
        return None

    def worded(self, message: str) -> Path | None:
        """The place of the first name of a setting that stands in the message in words, the longest there."""
        said = f" {_words(message)} "
        best: tuple[int, int, tuple[str | None, ...]] | None = None
        for exact in (True, False):
            for phrase, steps in _phrases(exact).items():
                at = said.find(f" {phrase} ")
                if at < 0:
                    at = said.find(f" {phrase}s ")
                if at >= 0 and (best is None or (at, -len(phrase)) < best[:2]):
                    best = (at, -len(phrase), steps)
            if best is not None:
                return self.concrete(best[2])
        return None


def without_carrier(written: str) -> str:
    """A path as Azure wrote it, from the top of the request on."""
    bare = written.strip()
    before = _BEFORE.match(bare)
    return bare[before.end() :] if before else bare


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if len(path) > paths.MAX_DEPTH:
        return
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        yield (*path, step), inner
        yield from _walk(inner, (*path, step))


def _item(path: Path) -> Path:
    """The item of a list where the place is only what it is called by."""
    if len(path) > 1 and path[-1] in {"name", "type"} and isinstance(path[-2], int):
        return path[:-1]
    return path


def _extension(path: Path) -> Path:
    return path[: path.index("extensions") + 2]


def _spelled(document: Any, path: Path) -> Path | None:
    """The path in the document's own spelling of names, or None where the document has nothing there."""
    here, spelled = document, []
    for step in path:
        if isinstance(step, int):
            if not isinstance(here, list) or step >= len(here):
                return None
            name: str | int = step
        else:
            names = (
                [name for name in here if name.casefold() == step.casefold()]
                if isinstance(here, dict)
                else []
            )
            if not names:
                return None
            name = names[0]
        spelled.append(name)
        here = here[name]
    return tuple(spelled)


def _same(a: str, b: str) -> bool:
    """Whether two names are one, be one of them its plural."""
    a, b = a.casefold(), b.casefold()
    return a in {b, f"{b}s"} or b == f"{a}s"


def _ends_with(place: Path, end: Path) -> bool:
    if not any(isinstance(step, int) for step in end):
        place = tuple(step for step in place if isinstance(step, str)) if isinstance(place[-1], str) else ()
    tail = place[-len(end) :]
    if len(tail) != len(end):
        return False
    *before, last = zip(tail, end, strict=True)
    return str(last[0]).casefold() == str(last[1]).casefold() and all(
        a == b or _same(str(a), str(b)) for a, b in before
    )


# --- the schema ------------------------------------------------------------------------------------------------------

_Steps = tuple[str | None, ...]


@cache
def _nodes() -> tuple[tuple[_Steps, Node], ...]:
    """Each writable place of the newest version, outermost first; None for the item of a list."""
    return tuple(_below(tree(LATEST), ()))


def _below(node: Node, steps: _Steps) -> Iterator[tuple[_Steps, Node]]:
    for name, child in node.children.items():
        if child.property.read_only:
            continue
        here = (*steps, name)
        yield here, child
        if isinstance(child.property, Map):
            continue
        if isinstance(child.property, List) and child.item is not None:
            yield from _below(child.item, (*here, None))
        else:
            yield from _below(child, here)


@cache
def _by_name() -> dict[str, list[_Steps]]:
    found: dict[str, list[_Steps]] = {}
    for steps, _node in _nodes():
        found.setdefault(str(steps[-1]).casefold(), []).append(steps)
    return found


def known(name: str) -> Path | None:
    """The place that a member of this name has in the newest version, up to the first list on the way; None unless one."""
    matching = _by_name().get(name.casefold(), ())
    return Locator().concrete(matching[0]) if len(matching) == 1 else None


def declared(path: Path) -> bool:
    """Whether the newest version has a place there."""
    return tree(LATEST).at(path) is not None


def _steps_end(steps: _Steps, end: Path) -> bool:
    names = [step for step in steps if step is not None]
    wanted = [step for step in end if isinstance(step, str)]
    tail = names[-len(wanted) :]
    return len(tail) == len(wanted) and all(_same(a, b) for a, b in zip(tail, wanted, strict=True))


def _spelled_in_schema(path: Path) -> Path | None:
    """A whole path in the schema's own spelling; None where it has none."""
    here: Node | None = tree(LATEST)
    spelled: list[str | int] = []
    for step in path:
        if here is None:
            return None
        if isinstance(step, int):
            here = here.item if isinstance(here.property, List) else None
            spelled.append(step)
        else:
            here = here.item if isinstance(here.property, Map) else here.child(step)
            if here is not None and here.property.wire:
                if here.property.read_only:
                    return None
                spelled.append(here.property.wire)
            else:
                spelled.append(step)
    return tuple(spelled) if here is not None else None


_PIECES: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NOT_WORDS: Final = re.compile(r"[^a-z0-9]+")
_OUTER: Final = frozenset("enable enabled is configuration settings policy profile reference id".split())
_SHORTEST: Final = 10


_CAMEL: Final = re.compile(r"(?<![\w/.-])(?:[a-z]\w*\.)*[a-z]+(?:[A-Z][A-Za-z0-9]*)+(?![\w/-])")
_TOO_WIDE: Final = frozenset({"virtual machine", "virtualmachine"})
_HUMPS: Final = re.compile(r"[a-z0-9][A-Z]")
_CHOSEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,40}")


@cache
def _choices() -> dict[str, _Steps]:
    """The values that only one setting has: those of several words, for a single one stands in every other sentence."""
    found: dict[str, _Steps] = {}
    several: set[str] = set()
    for steps, node in _nodes():
        if not isinstance(node.property, Choice):
            continue
        for value in node.property.values:
            call = str(value.wire)
            if found.setdefault(call, steps) != steps:
                several.add(call)
    return {call: steps for call, steps in found.items() if call not in several and _HUMPS.search(call)}


_INSTANCES: Final = ("properties", "virtualMachineProfile")
_CARD: Final = (*_INSTANCES, "networkProfile", "networkInterfaceConfigurations", None, "properties")
_EVERYDAY: Final[tuple[tuple[str, tuple[str | None, ...]], ...]] = (
    ("password", (*_INSTANCES, "osProfile", "adminPassword")),
    ("user name", (*_INSTANCES, "osProfile", "adminUsername")),
    ("username", (*_INSTANCES, "osProfile", "adminUsername")),
    ("host name", (*_INSTANCES, "osProfile", "computerNamePrefix")),
    ("computer name", (*_INSTANCES, "osProfile", "computerNamePrefix")),
    ("ssh", (*_INSTANCES, "osProfile", "linuxConfiguration", "ssh")),
    ("data disk", (*_INSTANCES, "storageProfile", "dataDisks")),
    ("ephemeral", (*_INSTANCES, "storageProfile", "osDisk", "diffDiskSettings")),
    ("disk size", (*_INSTANCES, "storageProfile", "osDisk", "diskSizeGB")),
    ("os disk", (*_INSTANCES, "storageProfile", "osDisk")),
    ("trusted launch", (*_INSTANCES, "securityProfile", "securityType")),
    ("secure boot", (*_INSTANCES, "securityProfile", "uefiSettings", "secureBootEnabled")),
    ("image", (*_INSTANCES, "storageProfile", "imageReference")),
    ("ultra disk", ("properties", "additionalCapabilities", "ultraSSDEnabled")),
    ("hibernation", ("properties", "additionalCapabilities", "hibernationEnabled")),
    ("rolling upgrade", ("properties", "upgradePolicy")),
    ("os upgrade", ("properties", "upgradePolicy", "automaticOSUpgradePolicy")),
    ("spot", (*_INSTANCES, "priority")),
    ("low priority", (*_INSTANCES, "priority")),
    ("extension", (*_INSTANCES, "extensionProfile")),
    ("identity", ("identity",)),
    ("zone", ("zones",)),
    ("instance count", ("sku", "capacity")),
    ("instances", ("sku", "capacity")),
    ("subnet", (*_CARD, "ipConfigurations", None, "properties", "subnet")),
    ("load balancer", (*_CARD, "ipConfigurations", None, "properties", "loadBalancerBackendAddressPools")),
    ("network interface", _CARD[:-2]),
)
"""What messages call settings, the closest first."""


def _words(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def _compact(text: str) -> str:
    return _NOT_WORDS.sub("", text.casefold())


@cache
def _phrases(exact: bool) -> dict[str, _Steps]:
    """What settings are called in words: by their names and titles, or by these without what every other name has too."""
    found: dict[str, _Steps] = {}
    several: set[str] = set()
    for steps, node in _nodes():
        pieces = [piece.casefold() for piece in _PIECES.findall(str(steps[-1]))]
        calls = {" ".join(pieces), "".join(pieces), _words(node.property.title)}
        if not exact:
            bare = [piece for piece in pieces if piece not in _OUTER]
            calls = {" ".join(bare), "".join(bare)} - calls
        for call in calls:
            if call in _TOO_WIDE or len(call) < _SHORTEST or (" " not in call and len(call) < _SHORTEST + 2):
                continue
            other = found.get(call)
            if other is None:
                found[call] = steps
            elif steps[: len(other)] != other:
                several.add(call)
    if exact:
        found["identity ids"] = ("identity", "userAssignedIdentities")
    return {call: steps for call, steps in found.items() if call not in several}
